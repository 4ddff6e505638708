#include "treadle/approvals/slack/text.h"

#include "treadle/base/assert.h"
#include "treadle/base/utf8.h"

namespace treadle::approvals::slack {
namespace {

// Calls `take` with each code point of `text` and its bytes; what is not UTF-8 is left out.
template <typename Take>
void for_each_code_point(std::string_view text, Take take) {
  while (!text.empty()) {
    auto const point = utf8::decode_one(text);
    auto const bytes = point ? point->bytes : 1;
    if (point) take(point->value, text.substr(0, bytes));
    text.remove_prefix(bytes);
  }
}

auto is_control(char32_t c) -> bool { return c < 0x20 || (c >= 0x7F && c < 0xA0); }

auto units_of(char32_t c) -> std::size_t { return c >= 0x10000 ? 2 : 1; }

auto units_of(std::string_view text) -> std::size_t { return utf8::count_utf16_units(text); }

// The bytes of the entity that `text` begins with ("&amp;"), else 0.
auto entity_size(std::string_view text) -> std::size_t {
  for (std::string_view const entity : {"&amp;", "&lt;", "&gt;"})
    if (text.starts_with(entity)) return entity.size();
  return 0;
}

}  // namespace

auto escape_mrkdwn(std::string_view text) -> std::string {
  std::string out;
  out.reserve(text.size());
  for_each_code_point(text, [&](char32_t c, std::string_view bytes) {
    if (c == '&')
      out += "&amp;";
    else if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else if (is_control(c))
      out += ' ';
    else
      out += bytes;
  });
  return out;
}

auto cut(std::string_view text, std::size_t units_max) -> std::string {
  auto const mark_units = units_of(kCutMark);
  TREADLE_ASSERT(units_max > mark_units);
  if (units_of(text) <= units_max) return std::string(text);
  std::size_t left = units_max - mark_units;
  std::size_t at = 0;
  while (at < text.size()) {
    auto const rest = text.substr(at);
    auto const point = utf8::decode_one(rest);
    auto bytes = point ? point->bytes : 1;
    auto units = point ? units_of(point->value) : 1;
    if (auto const entity = entity_size(rest)) bytes = units = entity;
    if (units > left) break;
    left -= units;
    at += bytes;
  }
  return std::string(text.substr(0, at)) + std::string(kCutMark);
}

auto plain(std::string_view text, std::size_t units_max) -> std::string {
  std::string out;
  for_each_code_point(text, [&](char32_t c, std::string_view bytes) {
    if (is_control(c))
      out += ' ';
    else
      out += bytes;
  });
  return cut(out, units_max);
}

}  // namespace treadle::approvals::slack
