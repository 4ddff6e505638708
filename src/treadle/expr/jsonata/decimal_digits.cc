#include "treadle/expr/jsonata/decimal_digits.h"

#include <cmath>

#include <double-conversion/double-conversion.h>

#include "treadle/json/number.h"

namespace treadle::expr::jsonata {

DecimalDigits::DecimalDigits(double value) {
  using double_conversion::DoubleToStringConverter;
  char buffer[DoubleToStringConverter::kBase10MaximalLength + 1];
  int length = 0;
  DoubleToStringConverter::DoubleToAscii(value, DoubleToStringConverter::SHORTEST, 0, buffer,
                                         sizeof buffer, &negative_, &length, &point_);
  digits_.assign(buffer, static_cast<std::size_t>(length));
  keep(digits_.size());
}

// The first `count` digits, without the zeros at their end.
void DecimalDigits::keep(std::size_t count) {
  digits_.resize(count);
  while (!digits_.empty() && digits_.back() == '0') digits_.pop_back();
  if (digits_.empty()) point_ = 0;
}

void DecimalDigits::round_half_even(int places) {
  auto const kept = std::int64_t{point_} + places;
  if (kept >= static_cast<std::int64_t>(digits_.size())) return;
  if (kept < 0) return keep(0);
  auto const count = static_cast<std::size_t>(kept);
  auto const is_half = digits_[count] == '5' && count + 1 == digits_.size();
  auto const is_odd = count > 0 && (digits_[count - 1] - '0') % 2 == 1;
  auto const up = is_half ? is_odd : digits_[count] >= '5';
  if (!up) return keep(count);
  auto at = count;
  while (at > 0 && digits_[at - 1] == '9') --at;
  if (at == 0) {
    digits_ = "1";
    ++point_;
    return;
  }
  ++digits_[at - 1];
  keep(at);
}

auto DecimalDigits::integer_text() const -> std::string {
  if (point_ <= 0) return {};
  auto const value = std::fabs(to_double());
  if (value >= 1e21 || static_cast<std::size_t>(point_) < digits_.size()) {
    auto text = digits_;
    text.resize(static_cast<std::size_t>(point_), '0');
    return text;
  }
  char buffer[64];
  double_conversion::StringBuilder builder(buffer, sizeof buffer);
  double_conversion::DoubleToStringConverter::EcmaScriptConverter().ToFixed(value, 0, &builder);
  return builder.Finalize();
}

auto DecimalDigits::to_double() const -> double {
  if (is_zero()) return 0;
  auto const exponent = std::int64_t{point_} - static_cast<std::int64_t>(digits_.size());
  // With its point in place most numbers are read without an exponent, which costs less.
  if (exponent < 0 && point_ > 0) {
    auto text = digits_;
    text.insert(static_cast<std::size_t>(point_), 1, '.');
    auto const value = json::to_double(text);
    return negative_ ? -value : value;
  }
  auto const magnitude = json::to_double(digits_ + "e" + std::to_string(exponent));
  return negative_ ? -magnitude : magnitude;
}

}  // namespace treadle::expr::jsonata
