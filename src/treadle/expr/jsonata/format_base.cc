#include "treadle/expr/jsonata/format_base.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "treadle/expr/jsonata/number_text.h"

namespace treadle::expr::jsonata {

namespace {

auto distance_to_next(double value) -> double {
  return std::nextafter(value, std::numeric_limits<double>::infinity()) - value;
}

}  // namespace

auto format_base(double value, double radix) -> Result<std::string, Failure> {
  auto const base = round_half_even(radix);
  if (!(base >= 2 && base <= 36)) {
    return failure("D3100",
                   "The radix of the formatBase function must be between 2 and 36.  It was given " +
                       number_text(base));
  }
  auto const rounded = round_half_even(value);
  if (base == 10 || !std::isfinite(rounded)) return number_text(rounded);
  std::string text;
  auto rest = std::fabs(rounded);
  while (distance_to_next(rest) >= base) {
    text += '0';
    rest /= base;
  }
  do {
    auto const digit = std::fmod(rest, base);
    text += "0123456789abcdefghijklmnopqrstuvwxyz"[static_cast<int>(digit)];
    rest = (rest - digit) / base;
  } while (rest > 0);
  if (rounded < 0) text += '-';
  std::ranges::reverse(text);
  return text;
}

}  // namespace treadle::expr::jsonata
