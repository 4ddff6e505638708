#include "treadle/logs/service.h"

#include <future>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/support/fake_clock.h"
#include "treadle/json/arena.h"
#include "treadle/json/parse.h"

namespace treadle::logs {
namespace {

constexpr std::int64_t kNow = 1'700'000'000'000;

class LogsServiceTest : public ::testing::Test {
 protected:
  LogsServiceTest() {
    auto pattern =
        (std::filesystem::temp_directory_path() / "treadle-logs-service-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
    files_ = *LogFiles::open({.folder = folder_});
    service_ = std::make_unique<LogsService>(*files_, clock_, LogsServiceOptions{});
  }
  ~LogsServiceTest() override {
    service_.reset();
    std::filesystem::remove_all(folder_);
  }

  auto call(std::string_view operation, std::string body) -> net::Response {
    net::Request request;
    request.method = "POST";
    request.headers.add("X-Amz-Target", fmt::format("Logs_20140328.{}", operation));
    request.body = std::move(body);
    std::promise<net::Response> answer;
    service_->handle(std::move(request), net::Responder::to([&answer](net::Response&& response) {
                       answer.set_value(std::move(response));
                     }));
    return answer.get_future().get();
  }
  auto good(std::string_view operation, std::string body) -> json::Value {
    auto const response = call(operation, std::move(body));
    EXPECT_EQ(response.status, 200) << response.body;
    return *json::parse(arena_, arena_.copy(response.body));
  }
  auto refused(std::string_view operation, std::string body) -> std::string {
    auto const response = call(operation, std::move(body));
    EXPECT_EQ(response.status, 400) << response.body;
    return std::string(
        json::parse(arena_, arena_.copy(response.body))->find("__type")->as_string());
  }
  void make() {
    (void)good("CreateLogGroup", R"({"logGroupName":"g"})");
    (void)good("CreateLogStream", R"({"logGroupName":"g","logStreamName":"s"})");
  }
  void put(int from, int to) {
    std::string events;
    for (int i = from; i < to; ++i)
      events +=
          fmt::format(R"({}{{"timestamp":{},"message":"m{}"}})", i == from ? "" : ",", kNow + i, i);
    (void)good(
        "PutLogEvents",
        fmt::format(R"({{"logGroupName":"g","logStreamName":"s","logEvents":[{}]}})", events));
  }
  static auto messages(json::Value page) -> std::string {
    std::string out;
    for (auto const& event : page.find("events")->elements())
      out += std::string(event.find("message")->as_string()) + " ";
    return out;
  }
  static auto text(json::Value page, std::string_view key) -> std::string {
    return std::string(page.find(key)->as_string());
  }

  json::Arena arena_;
  test::FakeClock clock_;  // stands at kNow
  std::filesystem::path folder_;
  std::unique_ptr<LogFiles> files_;
  std::unique_ptr<LogsService> service_;
};

TEST_F(LogsServiceTest, WhatIsThereTwiceAndWhatIsNotIsRefused) {
  make();
  EXPECT_EQ(refused("CreateLogGroup", R"({"logGroupName":"g"})"), "ResourceAlreadyExistsException");
  EXPECT_EQ(refused("CreateLogStream", R"({"logGroupName":"g","logStreamName":"s"})"),
            "ResourceAlreadyExistsException");
  EXPECT_EQ(refused("CreateLogStream", R"({"logGroupName":"h","logStreamName":"s"})"),
            "ResourceNotFoundException");
  EXPECT_EQ(refused("FilterLogEvents", R"({"logGroupName":"h"})"), "ResourceNotFoundException");
  EXPECT_EQ(refused("GetLogEvents", R"({"logGroupName":"g","logStreamName":"t"})"),
            "ResourceNotFoundException");
  EXPECT_EQ(refused("PutLogEvents", R"({"logGroupName":"g","logStreamName":"t","logEvents":[]})"),
            "ResourceNotFoundException");
  EXPECT_EQ(refused("DeleteLogGroup", R"({"logGroupName":"h"})"), "ResourceNotFoundException");
  EXPECT_EQ(refused("CreateLogGroup", R"({"logGroupName":"a b"})"), "InvalidParameterException");
  EXPECT_EQ(refused("FilterLogEvents", R"({})"), "InvalidParameterException");
  EXPECT_EQ(refused("StartQuery", R"({})"), "UnknownOperationException");
  EXPECT_EQ(refused("FilterLogEvents", "no json"), "SerializationException");
  (void)good("DeleteLogGroup", R"({"logGroupName":"g"})");
  EXPECT_EQ(refused("FilterLogEvents", R"({"logGroupName":"g"})"), "ResourceNotFoundException");
}

TEST_F(LogsServiceTest, PutChecksWhatCloudWatchDoes) {
  make();
  auto const with = [](std::string_view events) {
    return fmt::format(R"({{"logGroupName":"g","logStreamName":"s","logEvents":{}}})", events);
  };
  for (auto const& events :
       {std::string("[]"), std::string(R"([{"timestamp":1}])"), std::string(R"([{"message":"x"}])"),
        fmt::format(R"([{{"timestamp":{},"message":"x"}},{{"timestamp":{},"message":"x"}}])", kNow,
                    kNow - 1),
        fmt::format(R"([{{"timestamp":{},"message":"x"}},{{"timestamp":{},"message":"x"}}])",
                    kNow - 86'400'001, kNow),
        fmt::format(R"([{{"timestamp":{},"message":"{}"}}])", kNow, std::string(262'119, 'x'))})
    EXPECT_EQ(refused("PutLogEvents", with(events)), "InvalidParameterException")
        << events.substr(0, 100);
  auto const answer = good(
      "PutLogEvents",
      with(fmt::format(R"([{{"timestamp":{},"message":"now"}},{{"timestamp":{},"message":"far"}}])",
                       kNow, kNow + 7'200'001)));
  EXPECT_EQ(answer.find("rejectedLogEventsInfo")->find("tooNewLogEventStartIndex")->number_text(),
            "1");
  EXPECT_EQ(messages(good("FilterLogEvents", R"({"logGroupName":"g"})")), "now ");
}

TEST_F(LogsServiceTest, PagesGoOnWhereTheLastOneEnded) {
  make();
  put(0, 7);
  std::string all, token;
  int pages = 0;
  do {
    auto const page =
        good("FilterLogEvents",
             fmt::format(R"({{"logGroupName":"g","limit":3{}}})",
                         token.empty() ? "" : fmt::format(R"(,"nextToken":"{}")", token)));
    all += messages(page);
    auto const* const next = page.find("nextToken");
    token = next == nullptr ? "" : std::string(next->as_string());
    ++pages;
  } while (!token.empty() && pages < 10);
  EXPECT_EQ(all, "m0 m1 m2 m3 m4 m5 m6 ");
  EXPECT_EQ(pages, 3);
  for (auto const* bad : {"x", "1", "1.x", "-1.0", "99999999999999999999.1"})
    EXPECT_EQ(
        refused("FilterLogEvents", fmt::format(R"({{"logGroupName":"g","nextToken":"{}"}})", bad)),
        "InvalidParameterException");
}

TEST_F(LogsServiceTest, FilterTakesTimesStreamsAndTerms) {
  make();
  put(0, 5);
  auto const filter = [this](std::string_view more) {
    return messages(good("FilterLogEvents", fmt::format(R"({{"logGroupName":"g",{}}})", more)));
  };
  EXPECT_EQ(filter(fmt::format(R"("startTime":{},"endTime":{})", kNow + 1, kNow + 3)), "m1 m2 m3 ");
  EXPECT_EQ(filter(R"("filterPattern":"?m1 ?m4")"), "m1 m4 ");
  EXPECT_EQ(filter(R"("logStreamNames":["s"])"), "m0 m1 m2 m3 m4 ");
  EXPECT_EQ(filter(R"("logStreamNames":["t"])"), "");
  EXPECT_EQ(filter(R"("logStreamNamePrefix":"t")"), "");
  EXPECT_EQ(refused("FilterLogEvents", R"({"logGroupName":"g","filterPattern":"{ $.a = 1 }"})"),
            "InvalidParameterException");
  EXPECT_EQ(messages(good("FilterLogEvents",
                          R"({"logGroupIdentifier":"arn:aws:logs:us-east-1:1:log-group:g:*"})")),
            "m0 m1 m2 m3 m4 ");
}

TEST_F(LogsServiceTest, AStreamIsReadFromBothEnds) {
  make();
  put(0, 5);
  auto const get = [this](std::string_view more) {
    return good("GetLogEvents",
                fmt::format(R"({{"logGroupName":"g","logStreamName":"s","limit":2{}}})", more));
  };
  auto page = get("");
  EXPECT_EQ(messages(page), "m3 m4 ");
  page = get(fmt::format(R"(,"nextToken":"{}")", text(page, "nextBackwardToken")));
  EXPECT_EQ(messages(page), "m1 m2 ");
  page = get(R"(,"startFromHead":true)");
  EXPECT_EQ(messages(page), "m0 m1 ");
  page = get(fmt::format(R"(,"nextToken":"{}")", text(page, "nextForwardToken")));
  EXPECT_EQ(messages(page), "m2 m3 ");
  page = get(fmt::format(R"(,"nextToken":"{}")", text(page, "nextForwardToken")));
  EXPECT_EQ(messages(page), "m4 ");
  auto const end = text(page, "nextForwardToken");
  page = get(fmt::format(R"(,"nextToken":"{}")", end));
  EXPECT_EQ(messages(page), "");
  EXPECT_EQ(text(page, "nextForwardToken"), end);  // there is no more: the same token again
  put(5, 6);
  EXPECT_EQ(messages(get(fmt::format(R"(,"nextToken":"{}")", end))), "m5 ");
}

TEST_F(LogsServiceTest, GroupsAndStreamsAreListed) {
  make();
  (void)good("CreateLogGroup", R"({"logGroupName":"/a/b"})");
  (void)good("CreateLogStream", R"({"logGroupName":"g","logStreamName":"a"})");
  put(0, 2);
  auto groups = good("DescribeLogGroups", R"({"limit":1})");
  EXPECT_EQ(groups.find("logGroups")->elements()[0].find("arn")->as_string(),
            "arn:aws:logs:us-east-1:123456789012:log-group:/a/b:*");
  groups =
      good("DescribeLogGroups", fmt::format(R"({{"nextToken":"{}"}})", text(groups, "nextToken")));
  EXPECT_EQ(groups.find("logGroups")->elements()[0].find("logGroupName")->as_string(), "g");
  EXPECT_EQ(groups.find("nextToken"), nullptr);
  EXPECT_EQ(good("DescribeLogGroups", R"({"logGroupNamePrefix":"g"})").find("logGroups")->size(),
            1U);
  auto const streams = good("DescribeLogStreams",
                            R"({"logGroupName":"g","orderBy":"LastEventTime","descending":true})");
  auto const& first = streams.find("logStreams")->elements()[0];
  EXPECT_EQ(first.find("logStreamName")->as_string(), "s");
  EXPECT_EQ(first.find("firstEventTimestamp")->number_text(), std::to_string(kNow));
  EXPECT_EQ(first.find("lastEventTimestamp")->number_text(), std::to_string(kNow + 1));
  EXPECT_EQ(streams.find("logStreams")->elements()[1].find("lastEventTimestamp"), nullptr);
}

}  // namespace
}  // namespace treadle::logs
