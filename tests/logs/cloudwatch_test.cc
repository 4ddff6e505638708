#include "treadle/logs/cloudwatch.h"

#include <gtest/gtest.h>

#include "treadle/json/arena.h"
#include "treadle/json/parse.h"

namespace treadle::logs {
namespace {

constexpr std::int64_t kMinute = 60'000;
constexpr std::int64_t kStart = 1'700'000'040'000;  // a full minute

void add(LogBatch& batch, std::int64_t time, std::string_view text) {
  batch.lines.lines += text;
  batch.lines.close_line(Timestamp(Milliseconds(time)));
}

auto batch() -> LogBatch { return {.group = "/g", .machine = "m", .lines = {}}; }

TEST(Puts, AStreamAMinuteSortedByTime) {
  auto one = batch();
  add(one, kStart + 5, "second");
  add(one, kStart + kMinute, "third");
  add(one, kStart + 1, "first");
  auto const puts = puts_of(one);
  ASSERT_EQ(puts.size(), 2U);
  EXPECT_EQ(puts[0].group, "/g");
  EXPECT_TRUE(puts[0].stream.starts_with("states/m/2023-11-14-22-14/")) << puts[0].stream;
  EXPECT_TRUE(puts[1].stream.starts_with("states/m/2023-11-14-22-15/")) << puts[1].stream;
  EXPECT_EQ(puts[0].parameters,
            R"({"logGroupName":"/g","logStreamName":")" + puts[0].stream +
                R"(","logEvents":[{"timestamp":1700000040001,"message":"first"},)"
                R"({"timestamp":1700000040005,"message":"second"}]})");
  EXPECT_EQ(puts[0].events, 2U);
}

TEST(Puts, EventsOfOneMillisecondKeepTheirOrder) {
  auto one = batch();
  for (auto const* text : {"a", "b", "c"}) add(one, kStart, text);
  auto const puts = puts_of(one);
  ASSERT_EQ(puts.size(), 1U);
  auto const& text = puts[0].parameters;
  EXPECT_LT(text.find(R"("a")"), text.find(R"("b")"));
  EXPECT_LT(text.find(R"("b")"), text.find(R"("c")"));
}

struct Sizes {
  std::size_t events = 0, bytes = 0;
};
auto sizes_of(Put const& put) -> Sizes {
  json::Arena arena;
  auto const parsed = json::parse(arena, put.parameters);
  EXPECT_TRUE(parsed);
  Sizes sizes;
  for (auto const& event : parsed->find("logEvents")->elements()) {
    ++sizes.events;
    sizes.bytes += event.find("message")->as_string().size() + kPutEventBytes;
  }
  EXPECT_EQ(sizes.events, put.events);
  return sizes;
}

TEST(Puts, KeepToTenThousandEvents) {
  auto one = batch();
  for (int i = 0; i < 20'001; ++i) add(one, kStart, "x");
  std::vector<std::size_t> events;
  for (auto const& put : puts_of(one)) events.push_back(sizes_of(put).events);
  EXPECT_EQ(events, (std::vector<std::size_t>{10'000, 10'000, 1}));
}

TEST(Puts, KeepToAMebibyteWithWhatEachEventCosts) {
  auto one = batch();
  auto const half = kPutBytesMax / 2 - kPutEventBytes;
  for (auto const size : {half, half, half, half + 1, half})
    add(one, kStart, std::string(size, '"'));
  std::vector<std::size_t> events;
  for (auto const& put : puts_of(one)) {
    auto const sizes = sizes_of(put);
    EXPECT_LE(sizes.bytes, kPutBytesMax);
    events.push_back(sizes.events);
  }
  EXPECT_EQ(events, (std::vector<std::size_t>{2, 1, 1, 1}));
}

TEST(Puts, NothingMakesNoRequest) { EXPECT_TRUE(puts_of(batch()).empty()); }

}  // namespace
}  // namespace treadle::logs
