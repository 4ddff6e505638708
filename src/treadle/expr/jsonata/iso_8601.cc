#include "treadle/expr/jsonata/iso_8601.h"

#include <cstdint>

#include "treadle/expr/jsonata/calendar.h"

namespace treadle::expr::jsonata {

namespace {

class Scan {
 public:
  explicit Scan(std::string_view text) : rest_(text) {}

  [[nodiscard]] auto at_end() const -> bool { return rest_.empty(); }
  auto skip(char c) -> bool {
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }
  // Exactly `count` digits.
  auto take(std::size_t count) -> std::optional<std::int64_t> {
    if (rest_.size() < count) return std::nullopt;
    std::int64_t value = 0;
    for (char const c : rest_.substr(0, count)) {
      if (!is_digit(c)) return std::nullopt;
      value = value * 10 + (c - '0');
    }
    rest_.remove_prefix(count);
    return value;
  }
  // `mark` and a number from `least` to `greatest` of two digits; `otherwise` where no mark is.
  auto take_behind(char mark, std::int64_t least, std::int64_t greatest, std::int64_t otherwise)
      -> std::optional<std::int64_t> {
    if (!skip(mark)) return otherwise;
    return take_pair(least, greatest);
  }
  auto take_pair(std::int64_t least, std::int64_t greatest) -> std::optional<std::int64_t> {
    auto const value = take(2);
    return value && *value >= least && *value <= greatest ? value : std::nullopt;
  }
  // Digits behind the point, in milliseconds.
  auto take_fraction() -> std::optional<std::int64_t> {
    if (rest_.empty() || !is_digit(rest_[0])) return std::nullopt;
    std::int64_t value = 0;
    for (std::int64_t unit = 100; !rest_.empty() && is_digit(rest_[0]); unit /= 10) {
      value += unit * (rest_[0] - '0');
      rest_.remove_prefix(1);
    }
    return value;
  }

 private:
  static auto is_digit(char c) -> bool { return c >= '0' && c <= '9'; }
  std::string_view rest_;
};

auto take_time(Scan& scan) -> std::optional<std::int64_t> {
  auto const hour = scan.take_pair(0, 24);
  if (!hour || !scan.skip(':')) return std::nullopt;
  auto const minute = scan.take_pair(0, 59);
  if (!minute || !scan.skip(':')) return std::nullopt;
  auto const second = scan.take_pair(0, 59);
  auto const fraction =
      second && scan.skip('.') ? scan.take_fraction() : std::optional<std::int64_t>(0);
  if (!second || !fraction) return std::nullopt;
  auto const time = ((*hour * 60 + *minute) * 60 + *second) * 1000 + *fraction;
  return time <= kDayMs ? std::optional(time) : std::nullopt;
}

auto take_z(Scan& scan) -> std::optional<std::int64_t> {
  return scan.at_end() || scan.skip('Z') ? std::optional<std::int64_t>(0) : std::nullopt;
}

// In milliseconds east.
auto take_offset(Scan& scan) -> std::optional<std::int64_t> {
  if (auto const utc = take_z(scan)) return utc;
  auto const is_west = scan.skip('-');
  if (!is_west && !scan.skip('+')) return std::nullopt;
  auto const hours = scan.take_pair(0, 23);
  scan.skip(':');
  auto const minutes = scan.take_pair(0, 59);
  if (!hours || !minutes) return std::nullopt;
  auto const offset = (*hours * 60 + *minutes) * 60'000;
  return is_west ? -offset : offset;
}

}  // namespace

auto parse_iso_8601(std::string_view text) -> std::optional<double> {
  auto scan = Scan(text);
  auto const year = scan.take(4);
  auto const month = scan.take_behind('-', 1, 12, 1);
  auto const day = scan.take_behind('-', 1, 31, 1);
  if (!year || !month || !day) return std::nullopt;
  auto const has_time = scan.skip('T');
  auto const time = has_time ? take_time(scan) : std::optional<std::int64_t>(0);
  if (!time) return std::nullopt;
  auto const offset = has_time ? take_offset(scan) : take_z(scan);
  if (!offset || !scan.at_end()) return std::nullopt;
  return static_cast<double>(days_of(*year, *month, *day) * kDayMs + *time - *offset);
}

}  // namespace treadle::expr::jsonata
