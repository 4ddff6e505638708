#include "treadle/expr/jsonata/regex_scan.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace treadle::expr::jsonata {

namespace {

auto is_digit(char16_t c) -> bool { return c >= u'0' && c <= u'9'; }
auto is_octal(char16_t c) -> bool { return c >= u'0' && c <= u'7'; }
auto is_letter(char16_t c) -> bool { return (c | 0x20) >= u'a' && (c | 0x20) <= u'z'; }
// What is no ASCII passes as a letter of a name.
auto begins_name(char16_t c) -> bool { return is_letter(c) || c == u'_' || c == u'$' || c >= 0x80; }

auto hex_value(char16_t c) -> int {
  if (is_digit(c)) return c - u'0';
  auto const lower = c | 0x20;
  return lower >= u'a' && lower <= u'f' ? lower - u'a' + 10 : -1;
}

UnitSet const kDigits = {{u'0', u'9'}};
UnitSet const kWords = {{u'0', u'9'}, {u'A', u'Z'}, {u'_', u'_'}, {u'a', u'z'}};
UnitSet const kSpaces = {{0x09, 0x0D},     {0x20, 0x20},     {0xA0, 0xA0},     {0x1680, 0x1680},
                         {0x2000, 0x200A}, {0x2028, 0x2029}, {0x202F, 0x202F}, {0x205F, 0x205F},
                         {0x3000, 0x3000}, {0xFEFF, 0xFEFF}};

// `set` is in order.
auto complement(UnitSet const& set) -> UnitSet {
  UnitSet out;
  std::uint32_t next = 0;
  for (auto const range : set) {
    if (range.first > next)
      out.push_back({static_cast<char16_t>(next), static_cast<char16_t>(range.first - 1)});
    next = range.last + 1U;
  }
  if (next <= 0xFFFF) out.push_back({static_cast<char16_t>(next), 0xFFFF});
  return out;
}

}  // namespace

auto UnitScan::skip(std::u16string_view piece) -> bool {
  if (!rest().starts_with(piece)) return false;
  at_ += piece.size();
  return true;
}

auto UnitScan::take_name() -> std::optional<std::u16string> {
  auto const end = rest().find(u'>');
  if (end == std::u16string_view::npos || end == 0) return std::nullopt;
  auto const name = rest().substr(0, end);
  if (!begins_name(name.front())) return std::nullopt;
  if (!std::ranges::all_of(name, [](auto c) { return begins_name(c) || is_digit(c); }))
    return std::nullopt;
  at_ += end + 1;
  return std::u16string(name);
}

auto UnitScan::take_number() -> std::optional<std::uint64_t> {
  constexpr std::uint64_t kMax = std::numeric_limits<std::uint32_t>::max();
  if (!is_digit(peek())) return std::nullopt;
  std::uint64_t value = 0;
  while (is_digit(peek()))
    value = std::min(value * 10 + static_cast<unsigned>(take() - u'0'), kMax);
  return value;
}

auto UnitScan::take_repetition() -> std::optional<Repetition> {
  Repetition out;
  auto const begin = at_;
  if (skip(u"*")) {
  } else if (skip(u"+")) {
    out.min = 1;
  } else if (skip(u"?")) {
    out.max = 1;
  } else {
    auto const min = skip(u"{") ? take_number() : std::nullopt;
    out.min = min.value_or(0);
    out.max = min;
    if (min && skip(u",")) out.max = take_number();
    if (!min || !skip(u"}")) {
      at_ = begin;  // a brace that is a brace
      return std::nullopt;
    }
  }
  out.is_lazy = skip(u"?");
  return out;
}

auto UnitScan::take_reference(std::size_t group_count) -> std::optional<std::size_t> {
  auto const begin = at_;
  if (peek() == u'0') return std::nullopt;
  auto const number = take_number();
  if (number && *number <= group_count) return number;
  at_ = begin;
  return std::nullopt;
}

auto UnitScan::take_set() -> std::optional<UnitSet> {
  auto const letter = peek();
  auto const* set = letter == u'd' || letter == u'D'   ? &kDigits
                    : letter == u's' || letter == u'S' ? &kSpaces
                    : letter == u'w' || letter == u'W' ? &kWords
                                                       : nullptr;
  if (set == nullptr) return std::nullopt;
  take();
  return letter >= u'a' ? *set : complement(*set);
}

auto UnitScan::take_hex(std::size_t digits) -> std::optional<char16_t> {
  if (rest().size() < digits) return std::nullopt;
  unsigned value = 0;
  for (auto const c : rest().substr(0, digits)) {
    if (hex_value(c) < 0) return std::nullopt;
    value = value * 16 + static_cast<unsigned>(hex_value(c));
  }
  at_ += digits;
  return static_cast<char16_t>(value);
}

// Behind "\c"; without a letter there, the backslash stands for itself and the c comes next.
auto UnitScan::take_control(Place place) -> char16_t {
  auto const c = peek();
  auto const is_more = place == Place::kInClass && (is_digit(c) || c == u'_');
  if (at_end() || !(is_letter(c) || is_more)) {
    step_back();
    return u'\\';
  }
  return take() % 32;
}

// Up to three digits, up to \377.
auto UnitScan::take_octal() -> char16_t {
  auto value = static_cast<unsigned>(take() - u'0');
  while (is_octal(peek()) && value * 8 + static_cast<unsigned>(peek() - u'0') <= 0377)
    value = value * 8 + static_cast<unsigned>(take() - u'0');
  return static_cast<char16_t>(value);
}

auto UnitScan::take_escaped(Place place) -> char16_t {
  if (is_octal(peek())) return take_octal();
  auto const unit = take();
  switch (unit) {
    case u'b': return place == Place::kInClass ? u'\b' : u'b';
    case u'c': return take_control(place);
    case u'f': return u'\f';
    case u'n': return u'\n';
    case u'r': return u'\r';
    case u't': return u'\t';
    case u'v': return u'\v';
    case u'x': return take_hex(2).value_or(u'x');
    case u'u': return take_hex(4).value_or(u'u');
    default: return unit;
  }
}

auto find_groups(std::u16string_view pattern) -> GroupNames {
  GroupNames out;
  auto scan = UnitScan(pattern);
  auto in_class = false;
  while (!scan.at_end()) {
    auto const unit = scan.take();
    if (unit == u'\\' && !scan.at_end()) {
      scan.take();
    } else if (in_class || unit == u'[') {
      in_class = unit != u']';
    } else if (unit == u'(') {
      auto const is_named = scan.rest().starts_with(u"?<") && !scan.rest().starts_with(u"?<=") &&
                            !scan.rest().starts_with(u"?<!");
      if (!is_named && scan.peek() == u'?') continue;
      ++out.count;
      if (!is_named) continue;
      scan.skip(u"?<");
      out.names.push_back(scan.take_name().value_or(u""));
      out.numbers.push_back(out.count);
    }
  }
  return out;
}

void append_unit(std::u16string& out, char16_t unit) {
  if (is_letter(unit) || is_digit(unit)) {
    out += unit;
    return;
  }
  out += u"\\x{";
  for (int shift = 12; shift >= 0; shift -= 4)
    out += u"0123456789abcdef"[(static_cast<unsigned>(unit) >> shift) & 15U];
  out += u'}';
}

void append_ranges(std::u16string& out, UnitSet const& set) {
  for (auto const range : set) {
    append_unit(out, range.first);
    if (range.first == range.last) continue;
    out += u'-';
    append_unit(out, range.last);
  }
}

void append_set(std::u16string& out, UnitSet const& set) {
  out += u'[';
  append_ranges(out, set);
  out += u']';
}

}  // namespace treadle::expr::jsonata
