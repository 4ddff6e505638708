#include "treadle/logs/filter_pattern.h"

#include <algorithm>

namespace treadle::logs {
namespace {

auto skip_blanks(std::string_view text) -> std::string_view {
  auto const first = text.find_first_not_of(" \t\r\n");
  return first == std::string_view::npos ? std::string_view() : text.substr(first);
}

// Takes one term from the front: up to a blank, or what stands in quotes, where \" is a quote.
auto take_term(std::string_view& text) -> std::string {
  std::string term;
  bool const is_quoted = text.starts_with('"');
  std::size_t i = is_quoted ? 1 : 0;
  for (; i < text.size(); ++i) {
    char const c = text[i];
    if (is_quoted && c == '\\' && i + 1 < text.size()) {
      term += text[++i];
      continue;
    }
    if (is_quoted ? c == '"' : c == ' ' || c == '\t' || c == '\r' || c == '\n') break;
    term += c;
  }
  text.remove_prefix(std::min(text.size(), i + (is_quoted ? 1 : 0)));
  return term;
}

}  // namespace

auto FilterPattern::parse(std::string_view text) -> std::optional<FilterPattern> {
  FilterPattern pattern;
  text = skip_blanks(text);
  if (text.starts_with('{') || text.starts_with('[') || text.starts_with('%')) return std::nullopt;
  for (; !text.empty(); text = skip_blanks(text)) {
    auto* list = &pattern.all_;
    if (text.starts_with('-')) list = &pattern.none_;
    if (text.starts_with('?')) list = &pattern.any_;
    if (list != &pattern.all_) text.remove_prefix(1);
    auto term = take_term(text);
    if (!term.empty()) list->push_back(std::move(term));
  }
  return pattern;
}

auto FilterPattern::matches(std::string_view message) const -> bool {
  auto const occurs = [message](std::string const& term) { return message.contains(term); };
  if (std::ranges::any_of(none_, occurs) || !std::ranges::all_of(all_, occurs)) return false;
  return !all_.empty() || any_.empty() || std::ranges::any_of(any_, occurs);
}

}  // namespace treadle::logs
