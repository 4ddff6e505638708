#include "treadle/logs/record.h"

#include <string>

#include <gtest/gtest.h>

#include "treadle/json/arena.h"
#include "treadle/json/parse.h"

namespace treadle::logs {
namespace {

constexpr std::string_view kArn = "arn:aws:states:us-east-1:123456789012:execution:m:e";

class RecordTest : public ::testing::Test {
 protected:
  auto write(record::HistoryEvent const& event, ExecutionData data = ExecutionData::kIncluded)
      -> std::string {
    std::string out;
    append_record(out, event, {.execution_arn = kArn, .redrive_count = 2, .data = data}, payloads_);
    return out;
  }
  auto payload(std::string_view text) -> record::PayloadId { return payloads_.add_text(text); }
  static auto event(std::string_view type, std::vector<record::HistoryField> details)
      -> record::HistoryEvent {
    return {.id = 7,
            .previous_id = 3,
            .timestamp = Timestamp(Milliseconds(1'700'000'000'123)),
            .type = type,
            .details_name = "details",
            .details = std::move(details)};
  }
  auto details(std::string const& record) -> json::Value {
    auto const parsed = json::parse(arena_, arena_.copy(record));
    EXPECT_TRUE(parsed) << record.substr(0, 200);
    return *parsed->find("details");
  }

  json::Arena arena_;
  record::PayloadTable payloads_{arena_};
};

TEST_F(RecordTest, IsWrittenAsRecorded) {
  EXPECT_EQ(write(event("PassStateEntered", {{"name", "A"}, {"input", payload(R"({"a":"b"})")}})),
            R"({"id":"7","type":"PassStateEntered","details":{"name":"A","input":"{\"a\":\"b\"}",)"
            R"("inputDetails":{"truncated":false}},"previous_event_id":"3",)"
            R"("event_timestamp":"1700000000123",)"
            R"("execution_arn":"arn:aws:states:us-east-1:123456789012:execution:m:e",)"
            R"("redrive_count":"2"})");
}

TEST_F(RecordTest, WithoutDataErrorsAndNamesStay) {
  record::Assignment const assignment{"x", payload("1")};
  auto const written =
      write(event("StateExited", {{"name", "A"},
                                  {"output", payload("{}")},
                                  {"parameters", payload("{}")},
                                  {"assignedVariables", std::span(&assignment, 1)},
                                  {"error", "E"},
                                  {"cause", "because"},
                                  {"index", std::uint64_t{4}},
                                  {"taskCredentials", record::TaskCredentials{"arn:role"}}}),
            ExecutionData::kLeftOut);
  EXPECT_TRUE(written.contains(R"("details":{"name":"A","error":"E","cause":"because","index":"4",)"
                               R"("taskCredentials":{"roleArn":"arn:role"}})"))
      << written;
}

TEST_F(RecordTest, AnEventWithoutDetailsHasNone) {
  EXPECT_TRUE(write(event("ParallelStateStarted", {})).contains(R"("details":{},)"));
}

TEST_F(RecordTest, VariablesAreTexts) {
  record::Assignment const assignments[] = {{"x", payload("1")}, {"y", payload(R"("t")")}};
  EXPECT_TRUE(write(event("PassStateExited", {{"assignedVariables", std::span(assignments)}}))
                  .contains(R"("assignedVariables":{"x":"1","y":"\"t\""},)"
                            R"("assignedVariablesDetails":{"truncated":false})"));
}

struct Long {
  std::string_view name;
  std::string input;
  bool is_cut;
};

TEST_F(RecordTest, PayloadsAreCutAtTheirEscapedLength) {
  auto const plain = [](std::size_t size) { return '"' + std::string(size, 'x') + '"'; };
  std::string quotes, accents, controls;
  for (int i = 0; i < 130'000; ++i) quotes += "\\\\";
  for (int i = 0; i < 130'000; ++i) accents += "\xC3\xA9";
  Long const cases[] = {
      {"short", plain(10), false},
      // Its own two quotes are escaped in the record.
      {"just_fits", plain(kPayloadBytesMax - 4), false},
      {"one_too_long", plain(kPayloadBytesMax - 3), true},
      {"escapes_count", '"' + quotes + '"', true},
      {"characters_stay_whole", '"' + accents + '"', true},
  };
  for (auto const& c : cases) {
    auto const written = write(event("PassStateEntered", {{"input", payload(c.input)}}));
    EXPECT_LE(written.size(), kRecordBytesMax) << c.name;
    auto const found = details(written);
    EXPECT_EQ(found.find("inputDetails")->find("truncated")->as_bool(), c.is_cut) << c.name;
    auto const input = found.find("input")->as_string();
    EXPECT_TRUE(std::string_view(c.input).starts_with(input)) << c.name;
    EXPECT_EQ(input.size() == c.input.size(), !c.is_cut) << c.name;
    if (c.is_cut) {
      EXPECT_GE(written.size(), kPayloadBytesMax - 10) << c.name;
    }
  }
}

// Whatever an event carries, CloudWatch takes it.
TEST_F(RecordTest, EveryRecordFits) {
  auto const large = '"' + std::string(262'000, '\\') + '"';
  std::vector<record::Assignment> assignments;
  for (int i = 0; i < 40; ++i) assignments.push_back({"variable", payload(large)});
  std::string const cause(32'768, '\x01');
  for (auto const& one :
       {event("StateExited",
              {{"name", "A"},
               {"output", payload(large)},
               {"assignedVariables", std::span<record::Assignment const>(assignments)}}),
        event("TaskFailed", {{"resourceType", "s"}, {"error", cause}, {"cause", cause}}),
        event("TaskScheduled",
              {{"resource", "r"}, {"region", "x"}, {"parameters", payload(large)}})}) {
    auto const written = write(one);
    EXPECT_LE(written.size(), kRecordBytesMax) << one.type;
    EXPECT_TRUE(details(written).is_object());
  }
}

}  // namespace
}  // namespace treadle::logs
