#include "treadle/lint/report.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "treadle/base/utf8.h"
#include "treadle/lint/text_position.h"

namespace treadle::lint {
namespace {

auto is_code_character(char c) -> bool { return (c >= 'a' && c <= 'z') || c == '-'; }

void drop_blanks(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(" \t\n"), text.size()));
}

auto shortened(std::string text) -> std::string {
  if (text.size() <= Report::kTextBytesMax) return text;
  return std::string(utf8::truncate(text, Report::kTextBytesMax)) + "...";
}

}  // namespace

auto silenced_by(std::string_view comment) -> std::set<Rule> {
  constexpr std::string_view kKeyword = "lint-disable";
  std::set<Rule> silenced;
  auto const at = comment.find(kKeyword);
  if (at == std::string_view::npos) return silenced;
  comment.remove_prefix(at + kKeyword.size());
  while (true) {
    drop_blanks(comment);
    auto const* const end = std::ranges::find_if_not(comment, is_code_character);
    auto const length = static_cast<std::size_t>(end - comment.begin());
    auto const rule = find_rule(comment.substr(0, length));
    if (!rule) return silenced;
    silenced.insert(*rule);
    comment.remove_prefix(length);
    drop_blanks(comment);
    if (!comment.starts_with(',')) return silenced;
    comment.remove_prefix(1);
  }
}

Report::Report(Machine const& machine, std::set<Rule> disabled)
    : machine_(machine), disabled_(std::move(disabled)) {
  disabled_.merge(silenced_by(machine.root().text("Comment").value_or("")));
  by_state_.reserve(machine.count());
  for (std::uint32_t i = 0; i < machine.count(); ++i)
    by_state_.push_back(
        silenced_by(machine.place(asl::StateIndex(i)).text("Comment").value_or("")));
}

auto Report::is_silent(Rule rule, asl::StateIndex state) const -> bool {
  for (std::optional<asl::StateIndex> i = state; i; i = machine_.owner(*i))
    if (by_state_[i->value()].contains(rule)) return true;
  return false;
}

void Report::add(Rule rule, asl::StateIndex state, Place const& place, std::string message) {
  if (!is_silent(rule, state)) keep(rule, place, std::move(message));
}

void Report::add(Rule rule, Place const& place, std::string message) {
  keep(rule, place, std::move(message));
}

void Report::raise(Rule rule, Level level) { raised_[rule] = level; }

void Report::keep(Rule rule, Place const& place, std::string message) {
  if (disabled_.contains(rule)) return;
  if (++counts_[info_of(rule).level] > kFindingsMax) return;
  found_.push_back(
      {rule, place.offset(), shortened(place.where().to_string()), shortened(std::move(message))});
}

auto Report::take() -> std::vector<Finding> {
  auto const key = [](Found const& f) { return std::tie(f.offset, f.rule, f.location, f.message); };
  std::ranges::stable_sort(found_, {}, key);
  auto const same = std::ranges::unique(found_, {}, key);
  found_.erase(same.begin(), same.end());
  std::vector<Finding> findings;
  TextCursor cursor(machine_.definition().text);
  for (auto& found : found_) {
    cursor.move_to(found.offset);
    auto const& info = info_of(found.rule);
    auto const raised = raised_.find(found.rule);
    findings.push_back({std::string(info.code),
                        raised == raised_.end() ? info.level : raised->second,
                        std::move(found.message), std::move(found.location), cursor.position()});
  }
  found_.clear();
  return findings;
}

}  // namespace treadle::lint
