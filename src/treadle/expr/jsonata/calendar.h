// Dates as ECMA-262 has them: milliseconds since 1970 in the Gregorian calendar, 100 million days to
// both sides; private to the module.
#pragma once

#include <cstdint>

namespace treadle::expr::jsonata {

inline constexpr std::int64_t kDayMs = 86'400'000;
inline constexpr double kTimeMax = 8.64e15;

// Of any year; `month` and `day` from 1. Days may be beyond their month.
[[nodiscard]] auto days_of(std::int64_t year, std::int64_t month, std::int64_t day) -> std::int64_t;

struct CivilDate {
  std::int64_t year = 1970;
  int month = 1;
  int day = 1;
};
[[nodiscard]] auto date_of(std::int64_t days) -> CivilDate;

// 1 for Monday to 7 for Sunday.
[[nodiscard]] auto weekday_of(std::int64_t days) -> int;

// The fields of a point in time.
struct DateFields {
  CivilDate date;
  std::int64_t days = 0;  // since 1970-01-01
  int weekday = 4;        // 1 for Monday
  int day_of_year = 1;
  int hour = 0;
  int minute = 0;
  int second = 0;
  int millisecond = 0;
};
[[nodiscard]] auto fields_of(std::int64_t milliseconds) -> DateFields;

// A week belongs to the year and to the month in which its Thursday lies (ISO 8601).
struct Week {
  CivilDate thursday;
  int of_year = 1;
  int of_month = 1;
};
[[nodiscard]] auto week_of(std::int64_t days) -> Week;

}  // namespace treadle::expr::jsonata
