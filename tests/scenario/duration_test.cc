#include "treadle/scenario/duration.h"

#include <gtest/gtest.h>

#include "treadle/scenario/nearest_name.h"

namespace treadle::scenario {
namespace {

TEST(Duration, ReadsUnitsInOrder) {
  struct Row {
    std::string_view text;
    std::optional<Milliseconds> expected;
  };
  constexpr Row kRows[] = {
      {"0s", Milliseconds{0}},
      {"300ms", Milliseconds{300}},
      {"10s", Milliseconds{10'000}},
      {"1h30m", Milliseconds{5'400'000}},
      {"2d", Milliseconds{172'800'000}},
      {"1d1ms", Milliseconds{86'400'001}},
      {"", std::nullopt},
      {"10", std::nullopt},
      {"s", std::nullopt},
      {"-1s", std::nullopt},
      {"1.5s", std::nullopt},
      {"1 s", std::nullopt},
      {"1s1s", std::nullopt},
      {"1s1h", std::nullopt},
      {"1w", std::nullopt},
      {"99999999999999999999s", std::nullopt},
      {"4000d", std::nullopt},
      {"3653d1h", std::nullopt},
  };
  for (auto const& row : kRows) EXPECT_EQ(parse_duration(row.text), row.expected) << row.text;
}

TEST(Duration, PrintsWhatItReads) {
  for (std::string_view const text : {"0s", "300ms", "1m", "1h30m", "1d2h3m4s5ms"})
    EXPECT_EQ(print_duration(*parse_duration(text)), text);
  EXPECT_EQ(print_duration(Milliseconds{90'000}), "1m30s");
}

TEST(NearestName, SuggestsWhatIsNear) {
  constexpr std::string_view kKnown[] = {"result", "error", "heartbeat"};
  EXPECT_EQ(did_you_mean("reslut", kKnown), "; did you mean 'result'?");
  EXPECT_EQ(did_you_mean("Error", kKnown), "; did you mean 'error'?");
  EXPECT_EQ(did_you_mean("hartbeats", kKnown), "; did you mean 'heartbeat'?");
  EXPECT_EQ(did_you_mean("coffee", kKnown), "");
  EXPECT_EQ(did_you_mean(std::string(10'000, 'r'), kKnown), "");
  EXPECT_EQ(did_you_mean("result", {}), "");
}

}  // namespace
}  // namespace treadle::scenario
