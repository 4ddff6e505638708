#include "treadle/expr/jsonpath/decimal.h"

#include <algorithm>
#include <cstdint>

#include "treadle/base/assert.h"

namespace treadle::expr::jsonpath {
namespace {

constexpr std::int64_t kExponentMax = 999'999'999;

auto is_digit(char c) -> bool { return c >= '0' && c <= '9'; }

// -1^negative * digits * 10^-scale; `digits` without leading zeros, empty for zero.
struct Decimal {
  bool negative = false;
  std::string digits;
  std::int64_t scale = 0;
};

// The exponent behind 'e' or 'E', at most kExponentMax; false when it is none.
auto read_exponent(std::string_view text, std::int64_t& exponent) -> bool {
  auto const negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  if (text.empty() || !std::ranges::all_of(text, is_digit)) return false;
  for (auto c : text) exponent = std::min(exponent * 10 + (c - '0'), kExponentMax);
  if (negative) exponent = -exponent;
  return true;
}

auto read(std::string_view text, Decimal& decimal) -> bool {
  decimal.negative = text.starts_with('-');
  if (decimal.negative || text.starts_with('+')) text.remove_prefix(1);
  std::int64_t exponent = 0;
  if (auto const e = text.find_first_of("eE"); e != std::string_view::npos) {
    if (!read_exponent(text.substr(e + 1), exponent)) return false;
    text = text.substr(0, e);
  }
  auto const point = text.find('.');
  decimal.digits = text.substr(0, point);
  std::int64_t fraction = 0;
  if (point != std::string_view::npos) {
    auto const behind = text.substr(point + 1);
    decimal.digits += behind;
    fraction = static_cast<std::int64_t>(behind.size());
  }
  if (decimal.digits.empty() || !std::ranges::all_of(decimal.digits, is_digit)) return false;
  decimal.digits.erase(0, decimal.digits.find_first_not_of('0'));
  decimal.scale = fraction - exponent;
  return true;
}

auto parsed(std::string_view text) -> Decimal {
  auto decimal = Decimal();
  auto const ok = read(text, decimal);
  TREADLE_ASSERT(ok);
  return decimal;
}

// The order of the absolute values of two numbers that are not zero.
auto compare_magnitudes(Decimal& a, Decimal& b) -> std::strong_ordering {
  auto const size = [](Decimal const& d) {
    return static_cast<std::int64_t>(d.digits.size()) - d.scale;
  };
  if (size(a) != size(b)) return size(a) <=> size(b);
  auto const width = std::max(a.digits.size(), b.digits.size());
  a.digits.resize(width, '0');
  b.digits.resize(width, '0');
  return a.digits <=> b.digits;
}

auto sign(Decimal const& d) -> int { return d.digits.empty() ? 0 : d.negative ? -1 : 1; }

}  // namespace

auto is_decimal(std::string_view text) -> bool {
  auto decimal = Decimal();
  return read(text, decimal);
}

auto compare_decimals(std::string_view a, std::string_view b) -> std::strong_ordering {
  auto left = parsed(a);
  auto right = parsed(b);
  if (sign(left) != sign(right)) return sign(left) <=> sign(right);
  if (sign(left) == 0) return std::strong_ordering::equal;
  auto const order = compare_magnitudes(left, right);
  return sign(left) > 0 ? order : 0 <=> order;
}

auto decimal_text(std::string_view text) -> std::string {
  auto decimal = parsed(text);
  if (decimal.digits.empty()) decimal.digits = "0";
  auto const prefix = std::string(decimal.negative && decimal.digits != "0" ? "-" : "");
  auto const count = static_cast<std::int64_t>(decimal.digits.size());
  auto const exponent = count - 1 - decimal.scale;
  if (decimal.scale == 0) return prefix + decimal.digits;
  if (decimal.scale > 0 && exponent >= -6) {
    if (count <= decimal.scale)
      decimal.digits.insert(0, static_cast<std::size_t>(decimal.scale - count + 1), '0');
    decimal.digits.insert(decimal.digits.size() - static_cast<std::size_t>(decimal.scale), ".");
    return prefix + decimal.digits;
  }
  if (count > 1) decimal.digits.insert(1, ".");
  return prefix + decimal.digits + "E" + (exponent < 0 ? "" : "+") + std::to_string(exponent);
}

}  // namespace treadle::expr::jsonpath
