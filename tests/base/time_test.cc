#include "treadle/base/time.h"

#include <optional>

#include <gtest/gtest.h>

namespace treadle {
namespace {

struct Row {
  char const* name;
  char const* text;
  std::optional<std::int64_t> ms;
};

class ParseRfc3339 : public testing::TestWithParam<Row> {};

TEST_P(ParseRfc3339, ReadsAPointInTime) {
  auto const time = parse_rfc3339(GetParam().text);
  ASSERT_EQ(time.has_value(), GetParam().ms.has_value());
  if (time) {
    EXPECT_EQ(time->time_since_epoch().count(), *GetParam().ms);
  }
}

Row const kRows[] = {
    {"epoch", "1970-01-01T00:00:00Z", 0},
    {"milliseconds", "2025-11-23T09:08:07.123Z", 1'763'888'887'123},
    {"truncated_fraction", "2025-11-23T09:08:07.1239Z", 1'763'888'887'123},
    {"one_digit", "1970-01-01T00:00:00.5Z", 500},
    {"ahead", "1970-01-01T02:30:00+02:30", 0},
    {"behind", "1969-12-31T23:00:00-01:00", 0},
    {"before_epoch", "1969-12-31T23:59:59.999Z", -1},
    {"leap_day", "2024-02-29T00:00:00Z", 1'709'164'800'000},
    {"no_leap_day", "2023-02-29T00:00:00Z", std::nullopt},
    {"lower_case", "1970-01-01t00:00:00z", std::nullopt},
    {"no_zone", "1970-01-01T00:00:00", std::nullopt},
    {"empty_fraction", "1970-01-01T00:00:00.Z", std::nullopt},
    {"hour_24", "1970-01-01T24:00:00Z", std::nullopt},
    {"second_60", "1970-01-01T00:00:60Z", std::nullopt},
    {"rest", "1970-01-01T00:00:00Z ", std::nullopt},
    {"empty", "", std::nullopt},
};

INSTANTIATE_TEST_SUITE_P(Table, ParseRfc3339, testing::ValuesIn(kRows),
                         [](auto const& param) { return param.param.name; });

TEST(Time, IsPrinted) {
  Timestamp const time{Milliseconds{1'763'888'887'023}};
  EXPECT_EQ(to_iso8601(time), "2025-11-23T09:08:07.023Z");
  EXPECT_EQ(to_epoch_seconds(time), "1763888887.023");
}

}  // namespace
}  // namespace treadle
