#include "treadle/expr/jsonata/calendar.h"

namespace treadle::expr::jsonata {

namespace {

constexpr std::int64_t kEraDays = 146'097;      // 400 years
constexpr std::int64_t kEpochOffset = 719'468;  // from 0000-03-01 to 1970-01-01

constexpr auto floor_div(std::int64_t a, std::int64_t b) -> std::int64_t {
  return a / b - (a % b < 0 ? 1 : 0);
}
constexpr auto floor_mod(std::int64_t a, std::int64_t b) -> std::int64_t {
  return a - floor_div(a, b) * b;
}

}  // namespace

// Years begin in March here, so that the leap day is their last.
auto days_of(std::int64_t year, std::int64_t month, std::int64_t day) -> std::int64_t {
  year += floor_div(month - 1, 12);
  month = floor_mod(month - 1, 12) + 1;
  if (month <= 2) --year;
  auto const era = floor_div(year, 400);
  auto const year_of_era = floor_mod(year, 400);
  auto const march_month = (month + 9) % 12;
  auto const day_of_year = (153 * march_month + 2) / 5;
  auto const day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * kEraDays + day_of_era - kEpochOffset + day - 1;
}

auto date_of(std::int64_t days) -> CivilDate {
  auto const shifted = days + kEpochOffset;
  auto const era = floor_div(shifted, kEraDays);
  auto const day_of_era = floor_mod(shifted, kEraDays);
  auto const year_of_era =
      (day_of_era - day_of_era / 1'460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
  auto const day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  auto const march_month = (5 * day_of_year + 2) / 153;
  auto const month = march_month < 10 ? march_month + 3 : march_month - 9;
  return {.year = era * 400 + year_of_era + (month <= 2 ? 1 : 0),
          .month = static_cast<int>(month),
          .day = static_cast<int>(day_of_year - (153 * march_month + 2) / 5 + 1)};
}

auto weekday_of(std::int64_t days) -> int { return static_cast<int>(floor_mod(days + 3, 7)) + 1; }

auto fields_of(std::int64_t milliseconds) -> DateFields {
  DateFields fields;
  fields.days = floor_div(milliseconds, kDayMs);
  auto const rest = static_cast<int>(floor_mod(milliseconds, kDayMs));
  fields.date = date_of(fields.days);
  fields.weekday = weekday_of(fields.days);
  fields.day_of_year = static_cast<int>(fields.days - days_of(fields.date.year, 1, 1)) + 1;
  fields.hour = rest / 3'600'000;
  fields.minute = rest / 60'000 % 60;
  fields.second = rest / 1'000 % 60;
  fields.millisecond = rest % 1'000;
  return fields;
}

auto week_of(std::int64_t days) -> Week {
  auto const thursday = days - weekday_of(days) + 4;
  Week week{.thursday = date_of(thursday)};
  week.of_year = static_cast<int>((thursday - days_of(week.thursday.year, 1, 1)) / 7) + 1;
  week.of_month = (week.thursday.day - 1) / 7 + 1;
  return week;
}

}  // namespace treadle::expr::jsonata
