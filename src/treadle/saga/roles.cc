#include "treadle/saga/roles.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "treadle/json/arena.h"
#include "treadle/json/parse.h"
#include "treadle/saga/fields.h"

namespace treadle::saga {
namespace {

constexpr std::string_view kPrefix = "saga:";
constexpr std::string_view kUndoes = "undoes ";
constexpr std::string_view kOperatorUndoes = "an operator undoes ";
constexpr std::string_view kReadOnly = "read-only";
constexpr std::string_view kIgnoresAmbiguity = "ambiguity ignored";
constexpr std::string_view kAnswersForKey = "answers for its key";

auto trimmed(std::string_view text) -> std::string_view {
  auto const begin = text.find_first_not_of(' ');
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(' ') + 1 - begin);
}

auto split(std::string_view text, char separator) -> std::vector<std::string> {
  std::vector<std::string> out;
  while (true) {
    auto const end = text.find(separator);
    auto const part = trimmed(text.substr(0, end));
    if (!part.empty()) out.emplace_back(part);
    if (end == std::string_view::npos) return out;
    text.remove_prefix(end + 1);
  }
}

auto read_comment(std::string_view state, std::string_view comment, Roles& roles)
    -> Result<void, std::string> {
  std::string const name(state);
  for (auto const& part : split(comment.substr(kPrefix.size()), ';')) {
    std::string_view const words = part;
    if (words.starts_with(kUndoes)) {
      roles.undos.push_back({name, split(words.substr(kUndoes.size()), ',')});
    } else if (words.starts_with(kOperatorUndoes)) {
      roles.undos.push_back({name, split(words.substr(kOperatorUndoes.size()), ',')});
      roles.operators.push_back(name);
    } else if (words == kReadOnly) {
      roles.read_only.push_back(name);
    } else if (words == kIgnoresAmbiguity) {
      roles.ignore_ambiguity.push_back(name);
    } else if (words == kAnswersForKey) {
      roles.answers_for_key.push_back(name);
    } else {
      return std::unexpected(fmt::format(
          "the Comment of state '{}' says 'saga: {}', but expected is one of '{}STEP', '{}STEP', "
          "'{}', '{}', '{}'",
          state, part, kUndoes, kOperatorUndoes, kReadOnly, kIgnoresAmbiguity, kAnswersForKey));
    }
  }
  return {};
}

auto read_states(json::Value region, Roles& roles) -> Result<void, std::string> {
  auto const* states = region.find("States");
  if (states == nullptr || !states->is_object()) return {};
  for (auto const& state : states->members()) {
    auto const* comment = state.value.find("Comment");
    if (comment != nullptr && comment->is_string() && comment->as_string().starts_with(kPrefix))
      TRY(read_comment(state.key, comment->as_string(), roles));
    if (auto const* branches = state.value.find("Branches");
        branches != nullptr && branches->is_array())
      for (auto const branch : branches->elements()) TRY(read_states(branch, roles));
    for (auto const* name : {"ItemProcessor", "Iterator"})
      if (auto const* inner = state.value.find(name); inner != nullptr)
        TRY(read_states(*inner, roles));
  }
  return {};
}

}  // namespace

auto read_undo(std::string_view text, char separator) -> Result<Roles::Undo, std::string> {
  auto const equals = text.find('=');
  Roles::Undo out;
  if (equals != std::string_view::npos)
    out = {std::string(trimmed(text.substr(0, equals))), split(text.substr(equals + 1), separator)};
  if (out.state.empty() || out.steps.empty())
    return std::unexpected(
        fmt::format("expected UNDO=STEP[{}STEP...], but not '{}'", separator, text));
  return out;
}

auto read_roles(std::string const& text, std::string const& file) -> Result<Roles, std::string> {
  FieldReader const fields(file);
  auto const root = parse_literal(text);
  if (!root) return fields.refuse(root.error().mark, root.error().message);
  TRY(fields.check_keys(
      *root, {"compensates", "readOnly", "operators", "ignoreAmbiguity", "answersForKey"}));
  Roles roles;
  if (auto const* undos = FieldReader::given(*root, "compensates"); undos != nullptr) {
    if (undos->kind != Literal::Kind::kMap)
      return fields.refuse(undos->mark, "expected a map from undo to step as 'compensates'");
    for (auto const& [undo, steps] : undos->members)
      roles.undos.push_back({undo.text, TRY(fields.texts(steps, "the name of a step"))});
  }
  std::pair<std::string_view, std::vector<std::string>*> const lists[] = {
      {"readOnly", &roles.read_only},
      {"operators", &roles.operators},
      {"ignoreAmbiguity", &roles.ignore_ambiguity},
      {"answersForKey", &roles.answers_for_key}};
  for (auto const& [key, list] : lists)
    if (auto const* names = FieldReader::given(*root, key); names != nullptr)
      *list = TRY(fields.texts(*names, "the name of a state"));
  return roles;
}

auto roles_of_comments(std::string_view definition) -> Result<Roles, std::string> {
  json::Arena arena;
  Roles roles;
  auto const root = json::parse(arena, definition);
  if (root) TRY(read_states(*root, roles));
  return roles;
}

auto to_comment(CommentRoles const& roles) -> std::string {
  std::vector<std::string> parts;
  if (!roles.undoes.empty())
    parts.push_back(fmt::format("{}{}", roles.is_operator ? kOperatorUndoes : kUndoes,
                                fmt::join(roles.undoes, ", ")));
  if (roles.is_read_only) parts.emplace_back(kReadOnly);
  if (roles.ignores_ambiguity) parts.emplace_back(kIgnoresAmbiguity);
  if (roles.answers_for_key) parts.emplace_back(kAnswersForKey);
  return parts.empty() ? std::string() : fmt::format("{} {}", kPrefix, fmt::join(parts, "; "));
}

void merge(Roles& roles, Roles more) {
  auto const move_all = [](auto& to, auto& from) {
    to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
  };
  move_all(roles.undos, more.undos);
  move_all(roles.read_only, more.read_only);
  move_all(roles.operators, more.operators);
  move_all(roles.ignore_ambiguity, more.ignore_ambiguity);
  move_all(roles.answers_for_key, more.answers_for_key);
}

namespace {

auto read_deadline(std::string_view text) -> Result<std::uint64_t, std::string> {
  std::uint64_t seconds = 0;
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error != std::errc() || end != text.data() + text.size() || seconds == 0 ||
      seconds > kDeadlineSecondsMax)
    return std::unexpected(
        fmt::format("expected seconds from 1 to {} after 'deadline:' in the tag {}, but not '{}'",
                    kDeadlineSecondsMax, kTag, text));
  return seconds;
}

}  // namespace

auto read_tag(std::string_view value) -> Result<TagValue, std::string> {
  constexpr std::string_view kReadOnlyTag = "readOnly:";
  constexpr std::string_view kDeadlineTag = "deadline:";
  TagValue out;
  for (auto const& word : split(value, ' ')) {
    if (word == "enforce") {
      out.enforce = true;
    } else if (word.starts_with(kReadOnlyTag)) {
      for (auto& name : split(std::string_view(word).substr(kReadOnlyTag.size()), '+'))
        out.roles.read_only.push_back(std::move(name));
    } else if (word.starts_with(kDeadlineTag)) {
      out.deadline_seconds = TRY(read_deadline(std::string_view(word).substr(kDeadlineTag.size())));
    } else if (word.contains('=')) {
      out.roles.undos.push_back(TRY(read_undo(word, '+')));
    } else if (word != "check") {
      return std::unexpected(
          fmt::format("expected 'check', 'enforce', 'UNDO=STEP+STEP', 'readOnly:STATE+STATE' or "
                      "'deadline:SECONDS' in the tag {}, but not '{}'",
                      kTag, word));
    }
  }
  return out;
}

}  // namespace treadle::saga
