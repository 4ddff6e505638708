#include "treadle/base/time.h"

#include <fmt/format.h>

namespace treadle {

auto to_iso8601(Timestamp t) -> std::string {
  auto const day = std::chrono::floor<std::chrono::days>(t);
  std::chrono::year_month_day const date{day};
  std::chrono::hh_mm_ss const clock{t - day};
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count(),
                     clock.subseconds().count());
}

auto to_epoch_seconds(Timestamp t) -> std::string {
  auto const ms = t.time_since_epoch().count();
  if (ms < 0) return fmt::format("{}.{:03}", ms / 1000, ms % 1000);
  // "SECONDS" and "1FFF", of which the 1 becomes the point.
  std::string out = fmt::format_int(ms / 1000).str();
  auto const point = out.size();
  out += fmt::format_int(1000 + ms % 1000).str();
  out[point] = '.';
  return out;
}

namespace {

// Reads exactly `digits` decimal digits at the front of `text` and drops them.
auto take_number(std::string_view& text, std::size_t digits) -> std::optional<int> {
  if (text.size() < digits) return std::nullopt;
  int value = 0;
  for (std::size_t i = 0; i < digits; ++i) {
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
    value = value * 10 + (text[i] - '0');
  }
  text.remove_prefix(digits);
  return value;
}

auto take_char(std::string_view& text, char c) -> bool {
  if (text.empty() || text.front() != c) return false;
  text.remove_prefix(1);
  return true;
}

auto take_fraction_ms(std::string_view& text) -> std::optional<int> {
  if (!take_char(text, '.')) return 0;
  int ms = 0;
  int digits = 0;
  while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
    if (digits < 3) ms = ms * 10 + (text.front() - '0');
    ++digits;
    text.remove_prefix(1);
  }
  if (digits == 0) return std::nullopt;
  for (int i = digits; i < 3; ++i) ms *= 10;
  return ms;
}

auto take_offset(std::string_view& text) -> std::optional<std::chrono::minutes> {
  if (take_char(text, 'Z')) return std::chrono::minutes{0};
  bool const ahead = take_char(text, '+');
  if (!ahead && !take_char(text, '-')) return std::nullopt;
  auto const hours = take_number(text, 2);
  if (!hours || !take_char(text, ':')) return std::nullopt;
  auto const minutes = take_number(text, 2);
  if (!minutes || *hours > 23 || *minutes > 59) return std::nullopt;
  auto const offset = std::chrono::minutes{*hours * 60 + *minutes};
  return ahead ? offset : -offset;
}

}  // namespace

auto parse_rfc3339(std::string_view text) -> std::optional<Timestamp> {
  auto const year = take_number(text, 4);
  if (!year || !take_char(text, '-')) return std::nullopt;
  auto const month = take_number(text, 2);
  if (!month || !take_char(text, '-')) return std::nullopt;
  auto const day = take_number(text, 2);
  if (!day || !take_char(text, 'T')) return std::nullopt;
  auto const hour = take_number(text, 2);
  if (!hour || !take_char(text, ':')) return std::nullopt;
  auto const minute = take_number(text, 2);
  if (!minute || !take_char(text, ':')) return std::nullopt;
  auto const second = take_number(text, 2);
  if (!second) return std::nullopt;
  auto const ms = take_fraction_ms(text);
  if (!ms) return std::nullopt;
  auto const offset = take_offset(text);
  if (!offset || !text.empty()) return std::nullopt;
  std::chrono::year_month_day const date{std::chrono::year{*year},
                                         std::chrono::month{static_cast<unsigned>(*month)},
                                         std::chrono::day{static_cast<unsigned>(*day)}};
  if (!date.ok() || *hour > 23 || *minute > 59 || *second > 59) return std::nullopt;
  return Timestamp{std::chrono::sys_days{date}} + std::chrono::hours{*hour} +
         std::chrono::minutes{*minute} + std::chrono::seconds{*second} + Milliseconds{*ms} -
         *offset;
}

}  // namespace treadle
