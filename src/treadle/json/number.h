// The text of numbers.
// Source: RFC 8259, 6.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace treadle::json {

// The first byte of [at, end) that is no decimal digit.
[[nodiscard]] inline auto skip_digits(char const* at, char const* end) -> char const* {
  while (at != end && static_cast<unsigned char>(*at - '0') < 10) ++at;
  return at;
}

// A number's exact value, in one form only: 0.DIGITS x 10^exponent, where DIGITS begin and end with
// no zero (and zero has none, exponent 0 and no sign).
class Decimal {
 public:
  // `text` is a JSON number and must outlive this.
  explicit Decimal(std::string_view text);

  [[nodiscard]] auto is_zero() const -> bool { return digits() == 0; }
  [[nodiscard]] auto exponent() const -> std::int64_t { return exponent_; }
  // The integer of exactly this value, if there is one that fits.
  [[nodiscard]] auto to_int64() const -> std::optional<std::int64_t>;
  friend auto operator==(Decimal const& a, Decimal const& b) -> bool;

 private:
  [[nodiscard]] auto digits() const -> std::size_t { return end_ - begin_; }
  // Counted from the first digit of the text.
  [[nodiscard]] auto digit(std::size_t i) const -> char {
    return i < whole_.size() ? whole_[i] : fraction_[i - whole_.size()];
  }

  bool negative_ = false;
  std::string_view whole_;     // before the point
  std::string_view fraction_;  // behind it
  std::size_t begin_ = 0;      // of the digits that count
  std::size_t end_ = 0;
  std::int64_t exponent_ = 0;
};

// The nearest double; infinite if that is beyond the greatest, zero if it is below the least.
[[nodiscard]] auto to_double(std::string_view number) -> double;

// "-39.95": the shortest text of a number below 10^15 with at most three digits behind the point,
// found without tables; "0" for -0. Empty for any other number.
inline constexpr std::size_t kPlainDecimalChars = 24;
[[nodiscard]] auto plain_decimal(double number, std::span<char, kPlainDecimalChars> buffer)
    -> std::string_view;

}  // namespace treadle::json
