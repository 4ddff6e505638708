// A double as the decimal digits of its shortest text; private to the module.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace treadle::expr::jsonata {

// 0.DIGITS x 10^point, where DIGITS (at most 17) begin and end with no zero; zero has none.
class DecimalDigits {
 public:
  // `value` is finite.
  explicit DecimalDigits(double value);

  [[nodiscard]] auto is_zero() const -> bool { return digits_.empty(); }
  [[nodiscard]] auto is_negative() const -> bool { return negative_; }
  [[nodiscard]] auto point() const -> int { return point_; }
  [[nodiscard]] auto digits() const -> std::string_view { return digits_; }
  [[nodiscard]] auto is_power_of_ten() const -> bool { return digits_ == "1"; }

  // Times 10^by.
  void shift(int by) {
    if (!is_zero()) point_ += by;
  }
  // To `places` digits behind the point (before it where negative), halves to the even neighbour.
  void round_half_even(int places);
  // The digits in front of the point: all of them below 1e21, zeros behind the significant ones beyond;
  // empty below 1.
  [[nodiscard]] auto integer_text() const -> std::string;
  [[nodiscard]] auto to_double() const -> double;

 private:
  void keep(std::size_t count);

  bool negative_ = false;
  std::string digits_;
  int point_ = 0;
};

}  // namespace treadle::expr::jsonata
