#include "treadle/expr/jsonata/number_text.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include <double-conversion/double-conversion.h>

#include "treadle/expr/jsonata/decimal_digits.h"
#include "treadle/json/number.h"
#include "treadle/json/print.h"

namespace treadle::expr::jsonata {

namespace {

using double_conversion::DoubleToStringConverter;
using double_conversion::StringBuilder;

constexpr int kStringDigits = 15;

auto cannot_cast(std::string_view text) -> std::unexpected<Failure> {
  std::string message = "Unable to cast value to a number: ";
  json::append_string(message, text);
  return failure("D3030", std::move(message));
}

auto digit_value(char c) -> int {
  if (c >= '0' && c <= '9') return c - '0';
  auto const lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : 16;
}

// The bits of a digit by the letter behind the leading zero; 0 for another letter.
auto bits_of_prefix(char letter) -> int {
  switch (letter | 0x20) {
    case 'x': return 4;
    case 'o': return 3;
    case 'b': return 1;
    default: return 0;
  }
}

// The nearest double, ties to even: 64 bits are kept, what falls off below leaves a sticky one.
auto read_binary(std::string_view digits, int bits) -> std::optional<double> {
  if (digits.empty()) return std::nullopt;
  std::uint64_t kept = 0;
  int dropped = 0;
  for (char const c : digits) {
    auto const digit = digit_value(c);
    if (digit >= 1 << bits) return std::nullopt;
    if (dropped > 0 || kept >> (64 - bits) != 0) {
      kept |= digit != 0 ? 1U : 0U;
      dropped = std::min(dropped + bits, 4096);  // infinite anyway
    } else {
      kept = (kept << bits) | static_cast<std::uint64_t>(digit);
    }
  }
  return std::ldexp(static_cast<double>(kept), dropped);
}

// JSON's grammar, but with any number of zeros in front.
auto is_decimal(std::string_view text) -> bool {
  auto const* at = text.data();
  auto const* const end = at + text.size();
  auto const skip_some = [&] {
    auto const* const begin = at;
    at = json::skip_digits(at, end);
    return at != begin;
  };
  if (at != end && *at == '-') ++at;
  if (!skip_some()) return false;
  if (at != end && *at == '.') {
    ++at;
    if (!skip_some()) return false;
  }
  if (at != end && (*at == 'e' || *at == 'E')) {
    ++at;
    if (at != end && (*at == '+' || *at == '-')) ++at;
    if (!skip_some()) return false;
  }
  return at == end;
}

}  // namespace

auto number_text(double value) -> std::string {
  char plain[json::kPlainDecimalChars];
  if (auto const text = json::plain_decimal(value, plain); !text.empty()) return std::string(text);
  char buffer[64];
  StringBuilder builder(buffer, sizeof buffer);
  DoubleToStringConverter::EcmaScriptConverter().ToShortest(value, &builder);
  auto const length = static_cast<std::size_t>(builder.position());
  builder.Finalize();
  return {buffer, length};
}

auto string_of_number(double value) -> std::string {
  if (std::trunc(value) == value) return number_text(value);
  char plain[json::kPlainDecimalChars];  // it has 15 digits at most
  if (auto const text = json::plain_decimal(value, plain); !text.empty()) return std::string(text);
  char buffer[64];
  StringBuilder builder(buffer, sizeof buffer);
  DoubleToStringConverter::EcmaScriptConverter().ToPrecision(value, kStringDigits, &builder);
  auto const length = static_cast<std::size_t>(builder.position());
  builder.Finalize();
  auto const begin = std::size_t{buffer[0] == '-'};
  auto const rounded = json::to_double({buffer + begin, length - begin});
  return number_text(begin == 1 ? -rounded : rounded);
}

auto parse_number(std::string_view text) -> Result<double, Failure> {
  if (text.size() > 2 && text[0] == '0') {
    if (auto const bits = bits_of_prefix(text[1]); bits != 0) {
      auto const value = read_binary(text.substr(2), bits);
      if (!value || !std::isfinite(*value)) return cannot_cast(text);
      return *value;
    }
  }
  if (!is_decimal(text)) return cannot_cast(text);
  auto const value = json::to_double(text);
  if (!std::isfinite(value)) return cannot_cast(text);
  return value;
}

auto round_half_even(double value, int precision) -> double {
  if (value == 0 || !std::isfinite(value)) return value + 0.0;
  auto digits = DecimalDigits(value);
  digits.round_half_even(precision);
  return digits.to_double() + 0.0;
}

}  // namespace treadle::expr::jsonata
