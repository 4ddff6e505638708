#include "treadle/expr/jsonata/format_number.h"

#include <algorithm>
#include <cmath>

#include "treadle/base/utf8.h"
#include "treadle/expr/jsonata/code_points.h"
#include "treadle/expr/jsonata/decimal_digits.h"
#include "treadle/expr/jsonata/number_picture.h"

namespace treadle::expr::jsonata {

namespace {

// Digits before and behind the point, '0' to '9', neither with zeros at its outer end.
struct Digits {
  std::string integer;
  std::string fraction;
};

auto split_digits(DecimalDigits const& number) -> Digits {
  Digits out;
  auto const all = number.digits();
  auto const point = number.point();
  if (number.is_zero()) return out;
  if (point <= 0) {
    out.fraction = std::string(static_cast<std::size_t>(-point), '0').append(all);
  } else if (static_cast<std::size_t>(point) < all.size()) {
    out.integer = all.substr(0, static_cast<std::size_t>(point));
    out.fraction = all.substr(static_cast<std::size_t>(point));
  } else {
    out.integer = number.integer_text();
  }
  return out;
}

// Puts a separator where `groups` (counted from the front, ascending) say.
auto insert_from_front(std::u32string const& digits, std::vector<std::size_t> const& groups,
                       char32_t separator) -> std::u32string {
  std::u32string out;
  auto next = groups.begin();
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (next != groups.end() && *next == i) {
      if (i > 0) out += separator;
      ++next;
    }
    out += digits[i];
  }
  return out;
}

auto group_integer(std::u32string digits, NumberPicture const& picture, char32_t separator)
    -> std::u32string {
  auto groups = picture.integer_groups;
  if (auto const distance = picture.regular_group; distance != 0) {
    groups.clear();
    for (auto at = distance; at < digits.size(); at += distance) groups.push_back(at);
  }
  std::ranges::reverse(digits);
  auto grouped = insert_from_front(digits, groups, separator);
  std::ranges::reverse(grouped);
  return grouped;
}

auto in_family(std::string_view digits, char32_t zero) -> std::u32string {
  std::u32string out;
  for (char const c : digits) out += zero + static_cast<char32_t>(c - '0');
  return out;
}

// Shifts `number` so that picture.scaling digits stand before the point; gives the exponent. A power
// of ten gets one digit more, as in the reference.
auto scale(DecimalDigits& number, NumberPicture const& picture) -> int {
  if (number.is_zero()) return 0;
  auto exponent = number.point() - static_cast<int>(picture.scaling);
  if (number.is_power_of_ten() && exponent > 0) --exponent;
  number.shift(-exponent);
  return exponent;
}

auto padded(std::string digits, std::size_t size) -> std::string {
  if (digits.size() < size) digits.insert(0, size - digits.size(), '0');
  return digits;
}

auto format_by(double value, NumberPicture const& picture, DecimalFormat const& format)
    -> std::string {
  auto const scaled = picture.has_percent     ? value * 100
                      : picture.has_per_mille ? value * 1000
                                              : value;
  auto const prefix = to_utf8(picture.prefix);
  auto const suffix = to_utf8(picture.suffix);
  if (std::isinf(scaled)) return prefix + format.infinity + suffix;
  auto number = DecimalDigits(scaled);
  auto const exponent = picture.exponent_min ? scale(number, picture) : 0;
  number.round_half_even(static_cast<int>(picture.fraction_max));
  auto digits = split_digits(number);
  digits.integer = padded(std::move(digits.integer), picture.integer_min);
  if (digits.fraction.size() < picture.fraction_min)
    digits.fraction.resize(picture.fraction_min, '0');

  auto const zero = format.zero_digit;
  auto text = group_integer(in_family(digits.integer, zero), picture, format.grouping_separator);
  if (!digits.fraction.empty()) {
    text += format.decimal_separator;
    text += insert_from_front(in_family(digits.fraction, zero), picture.fraction_groups,
                              format.grouping_separator);
  }
  auto out = prefix + to_utf8(text);
  if (picture.exponent_min) {
    utf8::append(out, format.exponent_separator);
    if (exponent < 0) out += format.minus_sign;
    auto const power = padded(std::to_string(std::abs(exponent)), *picture.exponent_min);
    out += to_utf8(in_family(power, zero));
  }
  return out + suffix;
}

}  // namespace

void DecimalFormat::set(std::string_view name, std::string_view value) {
  struct Char {
    std::string_view name;
    char32_t DecimalFormat::* member;
  };
  struct Text {
    std::string_view name;
    std::string DecimalFormat::* member;
  };
  static constexpr Char kChars[] = {
      {"decimal-separator", &DecimalFormat::decimal_separator},
      {"grouping-separator", &DecimalFormat::grouping_separator},
      {"exponent-separator", &DecimalFormat::exponent_separator},
      {"zero-digit", &DecimalFormat::zero_digit},
      {"digit", &DecimalFormat::digit},
      {"pattern-separator", &DecimalFormat::pattern_separator},
  };
  static constexpr Text kTexts[] = {
      {"infinity", &DecimalFormat::infinity},
      {"minus-sign", &DecimalFormat::minus_sign},
      {"NaN", &DecimalFormat::nan},
      {"percent", &DecimalFormat::percent},
      {"per-mille", &DecimalFormat::per_mille},
  };
  for (auto const& text : kTexts)
    if (text.name == name) this->*text.member = value;
  auto const first = utf8::decode_one(value, utf8::Surrogates::kAccept);
  if (!first) return;
  for (auto const& one : kChars)
    if (one.name == name) this->*one.member = first->value;
}

auto format_number(double value, std::string_view picture, DecimalFormat const& format)
    -> Result<std::string, Failure> {
  auto pictures = TRY(analyse_picture(picture, format));
  if (std::isnan(value)) return format.nan;
  if (value < 0 && pictures.negative) return format_by(-value, *pictures.negative, format);
  if (value < 0) return format.minus_sign + format_by(-value, pictures.positive, format);
  return format_by(value, pictures.positive, format);
}

}  // namespace treadle::expr::jsonata
