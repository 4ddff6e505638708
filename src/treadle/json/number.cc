#include "treadle/json/number.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <iterator>
#include <limits>

namespace treadle::json {

namespace {

// Beyond this no further digit of an exponent matters.
constexpr std::int64_t kExponentMax = 1'000'000'000'000;

auto parse_exponent(std::string_view text) -> std::int64_t {
  if (text.empty()) return 0;
  bool const negative = text.front() == '-';
  if (negative || text.front() == '+') text.remove_prefix(1);
  std::int64_t value = 0;
  for (char const c : text) value = std::min(value * 10 + (c - '0'), kExponentMax);
  return negative ? -value : value;
}

// The value of "12", "-0.95": a whole number below 2^53 over a power of ten up to 10^15 is the nearest
// double already. nullopt for longer numbers and those with an exponent.
// Source: Clinger, "How to read floating point numbers accurately", section 3.
auto exact_double(std::string_view number) -> std::optional<double> {
  constexpr std::size_t kCharsMax = 17;  // sign, point and 15 digits
  constexpr double kPowers[] = {1e0, 1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
  if (number.empty() || number.size() > kCharsMax) return std::nullopt;
  auto const* at = number.data();
  auto const* const end = at + number.size();
  bool const is_negative = *at == '-';
  if (is_negative) ++at;
  std::int64_t digits = 0;
  std::ptrdiff_t count = 0;
  char const* point = nullptr;
  for (; at != end; ++at) {
    if (*at == '.') {
      point = at + 1;
      continue;
    }
    if (*at < '0' || *at > '9' || ++count > 15) return std::nullopt;
    digits = digits * 10 + (*at - '0');
  }
  auto const value = static_cast<double>(digits) / kPowers[point == nullptr ? 0 : end - point];
  return is_negative ? -value : value;
}

}  // namespace

Decimal::Decimal(std::string_view text) {
  negative_ = text.front() == '-';
  char const* const end = text.data() + text.size();
  char const* const whole = text.data() + (negative_ ? 1 : 0);
  char const* at = skip_digits(whole, end);
  whole_ = {whole, at};
  if (at != end && *at == '.') {
    char const* const fraction = at + 1;
    at = skip_digits(fraction, end);
    fraction_ = {fraction, at};
  }
  end_ = whole_.size() + fraction_.size();
  while (begin_ != end_ && digit(begin_) == '0') ++begin_;
  while (begin_ != end_ && digit(end_ - 1) == '0') --end_;
  if (is_zero()) {
    negative_ = false;
    return;
  }
  exponent_ = parse_exponent(at == end ? std::string_view{} : std::string_view{at + 1, end}) +
              static_cast<std::int64_t>(whole_.size()) - static_cast<std::int64_t>(begin_);
}

auto Decimal::to_int64() const -> std::optional<std::int64_t> {
  constexpr std::int64_t kDigitsMax = 19;
  auto const count = static_cast<std::int64_t>(digits());
  if (exponent_ < count || exponent_ > kDigitsMax) return std::nullopt;
  std::uint64_t magnitude = 0;  // 19 digits fit
  for (std::int64_t i = 0; i < exponent_; ++i) {
    auto const d = i < count ? digit(begin_ + static_cast<std::size_t>(i)) - '0' : 0;
    magnitude = magnitude * 10 + static_cast<unsigned>(d);
  }
  auto const limit =
      static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()) + (negative_ ? 1 : 0);
  if (magnitude > limit) return std::nullopt;
  return static_cast<std::int64_t>(negative_ ? 0 - magnitude : magnitude);
}

auto operator==(Decimal const& a, Decimal const& b) -> bool {
  if (a.negative_ != b.negative_ || a.digits() != b.digits() || a.exponent_ != b.exponent_)
    return false;
  for (std::size_t i = 0; i < a.digits(); ++i) {
    if (a.digit(a.begin_ + i) != b.digit(b.begin_ + i)) return false;
  }
  return true;
}

auto to_double(std::string_view number) -> double {
  if (auto const exact = exact_double(number)) return *exact;
  double value = 0;
  auto const read = std::from_chars(number.data(), number.data() + number.size(), value);
  if (read.ec != std::errc::result_out_of_range) return value;
  double const magnitude =
      Decimal(number).exponent() > 0 ? std::numeric_limits<double>::infinity() : 0.0;
  return number.front() == '-' ? -magnitude : magnitude;
}

// Below 10^15 no two texts of three digits behind the point are the same double, so that the first
// one found is the shortest.
auto plain_decimal(double number, std::span<char, kPlainDecimalChars> buffer) -> std::string_view {
  constexpr double kPowers[] = {1, 10, 100, 1000};
  constexpr double kScaledMax = 1e15;
  auto const magnitude = std::fabs(number);
  for (std::size_t places = 0; places < std::size(kPowers); ++places) {
    auto const scaled = std::nearbyint(magnitude * kPowers[places]);
    if (!(scaled < kScaledMax)) return {};
    if (scaled / kPowers[places] != magnitude) continue;
    char digits[16];
    auto const [end, _] =
        std::to_chars(digits, std::end(digits), static_cast<std::int64_t>(scaled));
    auto const all = std::string_view(digits, end);
    auto const behind = std::min(places, all.size());
    auto at = buffer.begin();
    if (number < 0) *at++ = '-';
    if (all.size() <= places) *at++ = '0';
    at = std::ranges::copy(all.substr(0, all.size() - behind), at).out;
    if (places > 0) *at++ = '.';
    at = std::fill_n(at, places - behind, '0');
    at = std::ranges::copy(all.substr(all.size() - behind), at).out;
    return {buffer.begin(), at};
  }
  return {};
}

}  // namespace treadle::json
