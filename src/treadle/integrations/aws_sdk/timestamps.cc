#include "treadle/integrations/aws_sdk/timestamps.h"

#include <charconv>
#include <chrono>
#include <cstdint>

#include <fmt/format.h>

namespace treadle::integrations::aws_sdk {
namespace {

constexpr std::string_view kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr std::string_view kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};

// Years 1 to 9999: what four digits can show.
constexpr Timestamp kEarliest{std::chrono::sys_days{std::chrono::year{1} / 1 / 1}};
constexpr Timestamp kLatest{std::chrono::sys_days{std::chrono::year{9999} / 12 / 31} +
                            std::chrono::hours{24} - Milliseconds{1}};

auto in_range(std::optional<Timestamp> time) -> std::optional<Timestamp> {
  if (!time || *time < kEarliest || *time > kLatest) return std::nullopt;
  return time;
}

auto number(std::string_view text) -> std::optional<int> {
  int value = 0;
  auto const end = text.data() + text.size();
  auto const [at, error] = std::from_chars(text.data(), end, value);
  if (text.empty() || text.front() == '-' || error != std::errc() || at != end) return std::nullopt;
  return value;
}

// "Tue, 29 Apr 2014 18:30:38 GMT", whatever the day of the week says; also with a fraction of a second.
auto read_rfc822(std::string_view text) -> std::optional<Timestamp> {
  auto const comma = text.find(", ");
  if (comma == std::string_view::npos) return std::nullopt;
  text.remove_prefix(comma + 2);
  auto const first = text.find(' ');
  if (first > 2 || text.size() < first + 13) return std::nullopt;
  auto const day = number(text.substr(0, first));
  auto const month_name = text.substr(first + 1, 3);
  auto const year = number(text.substr(first + 5, 4));
  unsigned month = 0;
  for (unsigned i = 0; i < std::size(kMonths); ++i)
    if (kMonths[i] == month_name) month = i + 1;
  auto clock = text.substr(first + 10);
  if (month == 0 || !day || !year || text[first + 4] != ' ' || text[first + 9] != ' ')
    return std::nullopt;
  for (std::string_view const zone : {" GMT", " UTC", " +0000"})
    if (clock.ends_with(zone)) {
      clock.remove_suffix(zone.size());
      return parse_rfc3339(fmt::format("{:04}-{:02}-{:02}T{}Z", *year, month, *day, clock));
    }
  return std::nullopt;
}

// What some services answer: a space for the T, no zone, "+0000".
auto read_loose_iso8601(std::string_view text) -> std::optional<Timestamp> {
  if (text.size() < 19 || text.size() > 40) return std::nullopt;
  std::string strict(text);
  if (strict[10] == ' ') strict[10] = 'T';
  auto const zone = strict.find_first_of("+-Z", 19);
  if (zone == std::string::npos)
    strict += 'Z';
  else if (strict.size() - zone == 5 && strict[zone] != 'Z')
    strict.insert(zone + 3, ":");
  return parse_rfc3339(strict);
}

}  // namespace

auto read_parameter_time(std::string_view text) -> std::optional<Timestamp> {
  if (text.size() == 10) return in_range(parse_rfc3339(std::string(text) + "T00:00:00Z"));
  return in_range(parse_rfc3339(text));
}

auto read_epoch_seconds(std::string_view text) -> std::optional<Timestamp> {
  long double seconds = 0;
  auto const end = text.data() + text.size();
  auto const [at, error] = std::from_chars(text.data(), end, seconds);
  if (error != std::errc() || at != end) return std::nullopt;
  if (!(seconds > -1e11L && seconds < 1e12L)) return std::nullopt;
  // 64 bits of mantissa hold milliseconds of the year 9999 with seven digits to spare.
  auto const scaled = seconds * 1000;
  auto ms = static_cast<std::int64_t>(scaled + (scaled < 0 ? -0.0001L : 0.0001L));
  return in_range(Timestamp{Milliseconds{ms}});
}

auto read_answered_time(std::string_view text) -> std::optional<Timestamp> {
  if (auto const time = parse_rfc3339(text)) return in_range(time);
  if (auto const time = read_rfc822(text)) return in_range(time);
  if (auto const time = read_epoch_seconds(text)) return time;
  return in_range(read_loose_iso8601(text));
}

auto write_time(Timestamp time, TimestampFormat format) -> std::string {
  auto const ms = time.time_since_epoch().count();
  if (format == TimestampFormat::kUnixTimestamp) {
    if (ms % 1000 == 0) return fmt::format("{}", ms / 1000);
    auto const size = ms < 0 ? -ms : ms;
    return fmt::format("{}{}.{:03}", ms < 0 ? "-" : "", size / 1000, size % 1000);
  }
  if (format != TimestampFormat::kRfc822) {
    auto text = to_iso8601(time);
    if (ms % 1000 == 0) text.replace(text.size() - 5, 5, "Z");
    return text;
  }
  auto const day = std::chrono::floor<std::chrono::days>(time);
  std::chrono::year_month_day const date{day};
  std::chrono::hh_mm_ss const clock{std::chrono::floor<std::chrono::seconds>(time - day)};
  return fmt::format(
      "{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT", kDays[std::chrono::weekday{day}.c_encoding()],
      static_cast<unsigned>(date.day()), kMonths[static_cast<unsigned>(date.month()) - 1],
      static_cast<int>(date.year()), clock.hours().count(), clock.minutes().count(),
      clock.seconds().count());
}

}  // namespace treadle::integrations::aws_sdk
