#include "treadle/approvals/request_facts.h"

#include <algorithm>
#include <charconv>

#include "treadle/base/utf8.h"
#include "treadle/json/parse.h"
#include "treadle/json/print.h"

namespace treadle::approvals {
namespace {

constexpr std::size_t kTitleChars = 150;
constexpr std::size_t kValueChars = 1'000;
constexpr std::size_t kFactsMax = 20;
constexpr int kDepthMax = 2;
constexpr std::string_view kMask = "(task token)";

auto is_token_char(char c) -> bool {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' ||
         c == '_';
}

auto masked(std::string_view text, std::string_view token_start) -> std::string {
  std::string out;
  while (!text.empty()) {
    auto const at = token_start.empty() ? std::string_view::npos : text.find(token_start);
    out += text.substr(0, at);
    if (at == std::string_view::npos) break;
    text.remove_prefix(at);
    auto const end = std::ranges::find_if_not(text, is_token_char);
    text.remove_prefix(static_cast<std::size_t>(end - text.begin()));
    out += kMask;
  }
  return out;
}

// Without control characters, and cut.
auto one_line(std::string text, std::size_t chars_max) -> std::string {
  for (char& c : text)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
  if (utf8::count_code_points(text) <= chars_max) return text;
  std::size_t at = 0;
  for (std::size_t n = 0; n + 1 < chars_max && at < text.size(); ++n) {
    auto const one = utf8::decode_one(std::string_view(text).substr(at), utf8::Surrogates::kAccept);
    at += one ? one->bytes : 1;
  }
  return text.substr(0, at) + "…";
}

// ".name" or "[3]" of a reference path, or ['name']; takes it off `path`.
auto step(json::Value const* from, std::string_view& path) -> json::Value const* {
  if (path.starts_with('.')) {
    auto const end = std::min(path.find_first_of(".[", 1), path.size());
    auto const name = path.substr(1, end - 1);
    path.remove_prefix(end);
    return from->find(name);
  }
  auto const end = path.find(']');
  if (!path.starts_with('[') || end == std::string_view::npos) return nullptr;
  auto const inside = path.substr(1, end - 1);
  path.remove_prefix(end + 1);
  if (inside.size() >= 2 && (inside.front() == '\'' || inside.front() == '"'))
    return from->find(inside.substr(1, inside.size() - 2));
  std::size_t index = 0;
  auto const [stop, error] = std::from_chars(inside.data(), inside.data() + inside.size(), index);
  if (error != std::errc{} || stop != inside.data() + inside.size() || !from->is_array() ||
      index >= from->elements().size())
    return nullptr;
  return &from->elements()[index];
}

auto follow(json::Value const* from, std::string_view path) -> json::Value const* {
  if (!path.starts_with('$')) return nullptr;
  path.remove_prefix(1);
  while (from != nullptr && !path.empty()) from = step(from, path);
  return from;
}

}  // namespace

auto fact_value(json::Value value, std::string_view token_start) -> std::string {
  auto const text = value.is_string() ? std::string(value.as_string()) : json::print(value);
  return one_line(masked(text, token_start), kValueChars);
}

RequestFacts::RequestFacts(std::string_view parameters, std::string_view token_start)
    : token_start_(token_start) {
  if (auto const parsed = json::parse_copy(arena_, parameters)) root_ = *parsed;
}

auto RequestFacts::at(std::string_view path) const -> json::Value const* {
  if (auto const* found = follow(&root_, path)) return found;
  auto const* const payload = root_.find("Payload");
  return payload == nullptr ? nullptr : follow(payload, path);
}

auto RequestFacts::fill_in(std::string_view text) const -> std::string {
  std::string out;
  while (!text.empty()) {
    auto const open = text.find("{$");
    out += text.substr(0, open);
    if (open == std::string_view::npos) break;
    text.remove_prefix(open);
    auto const close = text.find('}');
    if (close == std::string_view::npos) {
      out += text;
      break;
    }
    auto const* const value = at(text.substr(1, close - 1));
    out += value == nullptr ? "?" : fact_value(*value, token_start_);
    text.remove_prefix(close + 1);
  }
  return plain(out);
}

auto RequestFacts::plain(std::string_view text) const -> std::string {
  return one_line(masked(text, token_start_), kTitleChars);
}

auto RequestFacts::chosen(std::vector<Field> const& fields) const -> std::vector<Fact> {
  std::vector<Fact> out;
  for (auto const& field : fields) {
    auto const* const value = at(field.path);
    out.push_back({field.label, value == nullptr ? "" : fact_value(*value, token_start_)});
  }
  return out;
}

auto RequestFacts::scalars() const -> std::vector<Fact> {
  std::vector<Fact> out;
  auto const* const payload = root_.find("Payload");
  collect(payload != nullptr && root_.find("FunctionName") != nullptr ? *payload : root_, "", 1,
          out);
  return out;
}

void RequestFacts::collect(json::Value object, std::string const& prefix, int depth,
                           std::vector<Fact>& out) const {
  if (!object.is_object()) return;
  for (auto const& member : object.members()) {
    if (out.size() == kFactsMax) return;
    auto const label = prefix + std::string(member.key);
    if (member.value.is_object()) {
      if (depth < kDepthMax) collect(member.value, label + ".", depth + 1, out);
    } else if (!member.value.is_array()) {
      auto value = fact_value(member.value, token_start_);
      if (value != kMask) out.push_back({one_line(label, kTitleChars), std::move(value)});
    }
  }
}

auto RequestFacts::own_fields() const -> std::vector<Fact> {
  std::vector<Fact> out;
  auto const* const fields = root_.find("Fields");
  if (fields == nullptr || !fields->is_object()) return out;
  for (auto const& member : fields->members()) {
    if (out.size() == kFactsMax) break;
    out.push_back(
        {one_line(std::string(member.key), kTitleChars), fact_value(member.value, token_start_)});
  }
  return out;
}

}  // namespace treadle::approvals
