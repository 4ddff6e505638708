#include "treadle/saga/compile.h"

#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "treadle/json/arena.h"
#include "treadle/json/parse.h"
#include "treadle/json/print.h"

namespace treadle::saga {
namespace {

auto compiled(std::string const& yaml) -> std::string {
  auto const saga = read_saga(yaml, "s.yaml");
  EXPECT_TRUE(saga) << saga.error();
  if (!saga) return "";
  auto const text = compile(*saga);
  EXPECT_TRUE(text) << text.error().message;
  return text.value_or("");
}

// A member of a state, as compact JSON; empty where it is not there.
auto field(std::string const& text, std::string_view state, std::string_view name) -> std::string {
  json::Arena arena;
  auto const root = json::parse(arena, text);
  auto const* states = root ? root->find("States") : nullptr;
  auto const* found = states == nullptr ? nullptr : states->find(state);
  auto const* value = found == nullptr ? nullptr : found->find(name);
  return value == nullptr ? "" : json::print(*value);
}

struct Row {
  std::string_view name;
  std::string yaml;
  std::string_view state;
  std::string_view field;
  std::string expected;
};

void expect_rows(std::vector<Row> const& rows) {
  for (auto const& row : rows) {
    SCOPED_TRACE(row.name);
    EXPECT_EQ(field(compiled(row.yaml), row.state, row.field), row.expected);
  }
}

// A saga with this one step.
auto one(std::string_view members, std::string_view head = "") -> std::string {
  return fmt::format("{}steps:\n  - {{name: BookRoom, {}}}\n", head, members);
}

TEST(Compile, CallsWithTheSagaKey) {
  constexpr std::string_view kJsonata = "queryLanguage: JSONata\n";
  constexpr std::string_view kKey = R"~("States.Format('{}/BookRoom', $$.Execution.Id)")~";
  expect_rows({
      {"function", one("execute: a, compensate: b"), "BookRoom", "Parameters",
       fmt::format(R"({{"sagaKey.$":{},"input.$":"$"}})", kKey)},
      {"its compensation", one("execute: a, compensate: b"), "CompensateRoom", "Parameters",
       fmt::format(R"({{"sagaKey.$":{},"input.$":"$"}})", kKey)},
      {"arguments", one("execute: a, compensate: b, arguments: {x.$: $.x, n: 1, l: [true, ~]}"),
       "BookRoom", "Parameters",
       fmt::format(R"({{"x.$":"$.x","n":1,"l":[true,null],"sagaKey.$":{}}})", kKey)},
      {"a key of its own", one("execute: a, compensate: b, compensateArguments: {sagaKey: x}"),
       "CompensateRoom", "Parameters", R"({"sagaKey":"x"})"},
      {"invoke",
       one("execute: 'arn:aws:states:::lambda:invoke', compensate: b, arguments: {FunctionName: f, "
           "Payload: {x: 1}}"),
       "BookRoom", "Parameters",
       fmt::format(R"({{"FunctionName":"f","Payload":{{"x":1,"sagaKey.$":{}}}}})", kKey)},
      {"service",
       one("execute: 'arn:aws:states:::sqs:sendMessage', compensate: b, arguments: {QueueUrl: q, "
           "MessageBody: $sagaKey}"),
       "BookRoom", "Parameters", fmt::format(R"({{"QueueUrl":"q","MessageBody.$":{}}})", kKey)},
      {"JSONata", one("execute: a, compensate: b", kJsonata), "BookRoom", "Arguments",
       R"({"sagaKey":"{% $states.context.Execution.Id & '/BookRoom' %}","input":"{% $states.input %}"})"},
      {"result", one("execute: a, compensate: b"), "BookRoom", "ResultPath",
       R"("$.results.BookRoom")"},
      {"result of a group",
       "steps: [{name: G, parallel: [{name: A, execute: a, compensate: none}]}]", "G",
       "ResultSelector", R"({"A.$":"$[0]"})"},
  });
}

TEST(Compile, WritesTheChain) {
  auto const text = compiled(R"(
steps:
  - {name: BookRoom, execute: a, compensate: b}
  - {name: LookUp, execute: a, compensate: none}
  - parallel:
      - {name: RentCar, execute: a, compensate: b}
      - {name: RentBike, execute: a, compensate: b}
  - {name: PayBill, execute: a, compensate: b, retry: {errors: [Busy]}}
  - {name: SignPaper, execute: a, compensate: b, retry: {errors: [SlowTimeout], maxAttempts: 1}}
  - {name: SendPost, execute: "arn:aws:states:::sns:publish", arguments: {Message: m, TopicArn: t}, compensate: b}
  - {name: IgnoreIt, execute: a, compensate: b, onAmbiguous: ignore}
)");
  std::vector<std::pair<std::string_view, std::string_view>> const next = {
      {"BookRoom", "LookUp"},
      {"LookUp", "Group1"},
      {"Group1", "PayBill"},
      {"CompensatePost", "CompensatePaper"},
      {"CompensateBill", "CompensateBike"},
      {"CompensateBike", "CompensateCar"},
      {"CompensateCar", "CompensateRoom"},
      {"CompensateRoom", "SagaFailed"}};
  for (auto const& [state, expected] : next)
    EXPECT_EQ(field(text, state, "Next"), fmt::format("\"{}\"", expected)) << state;
  auto const all_to = [](std::string_view to) {
    return fmt::format(R"([{{"ErrorEquals":["States.ALL"],"ResultPath":"$.error","Next":"{}"}}])",
                       to);
  };
  EXPECT_EQ(field(text, "LookUp", "Catch"), all_to("CompensateRoom"));
  EXPECT_EQ(field(text, "Group1", "Catch"), all_to("CompensateBike"));
  // Busy is definite: what fails after it still tells.
  EXPECT_TRUE(field(text, "PayBill", "Catch").ends_with(all_to("CompensateBike").substr(1)));
  EXPECT_EQ(field(text, "SignPaper", "Catch"), all_to("CompensatePaper"));
  EXPECT_EQ(field(text, "SendPost", "Catch"), all_to("CompensatePost"));
  EXPECT_EQ(field(text, "IgnoreIt", "Catch"), all_to("CompensatePost"));
  EXPECT_EQ(field(text, "CompensateIt", "Type"), "") << "nothing leads there";
}

TEST(Compile, GoesForwardAfterThePivot) {
  auto const text = compiled(R"(
steps:
  - {name: BookRoom, execute: a, compensate: b}
  - {name: PayBill, execute: a, pivot: true, retry: {errors: [Busy], jitter: false}}
  - {name: SendPost, execute: a}
)");
  auto const forever = [](std::string_view errors) {
    return fmt::format(
        R"({{"ErrorEquals":[{}],"IntervalSeconds":2,"MaxAttempts":99999999,"BackoffRate":2,"MaxDelaySeconds":21600,"JitterStrategy":"FULL"}})",
        errors);
  };
  EXPECT_EQ(field(text, "SendPost", "Retry"), "[" + forever(R"("States.ALL")") + "]");
  EXPECT_EQ(field(text, "SendPost", "Catch"), "");
  auto const retry = field(text, "PayBill", "Retry");
  EXPECT_TRUE(retry.starts_with(R"([{"ErrorEquals":["States.Timeout",)"));
  EXPECT_TRUE(retry.ends_with(
      R"({"ErrorEquals":["Busy"],"IntervalSeconds":1,"MaxAttempts":3,"BackoffRate":2}])"));
  EXPECT_EQ(field(text, "PayBill", "Catch"),
            R"([{"ErrorEquals":["States.ALL"],"ResultPath":"$.error","Next":"CompensateRoom"}])");
}

TEST(Compile, ParksOrFails) {
  auto const park = [](std::string_view target) {
    return fmt::format("name: trips\nonCompensationFailure: park\n{}",
                       target.empty() ? "" : fmt::format("park: '{}'\n", target));
  };
  constexpr std::string_view kStep = "execute: a, compensate: b";
  constexpr std::string_view kMessage =
      R"~({"taskToken.$":"$$.Task.Token","step":"BookRoom","sagaKey.$":"States.Format('{}/BookRoom', $$.Execution.Id)","input.$":"$"})~";
  expect_rows({
      {"activity", one(kStep, park("")), "ParkRoom", "Resource",
       R"("arn:aws:states:us-east-1:123456789012:activity:trips-parked")"},
      {"queue", one(kStep, park("https://sqs.us-east-1.amazonaws.com/1/q")), "ParkRoom",
       "Parameters",
       fmt::format(R"({{"QueueUrl":"https://sqs.us-east-1.amazonaws.com/1/q","MessageBody":{}}})",
                   kMessage)},
      {"topic", one(kStep, park("arn:aws:sns:us-east-1:1:t")), "ParkRoom", "Resource",
       R"("arn:aws:states:::sns:publish.waitForTaskToken")"},
      {"function", one(kStep, park("arn:aws:lambda:us-east-1:123456789012:function:f")), "ParkRoom",
       "Parameters",
       fmt::format(
           R"({{"FunctionName":"arn:aws:lambda:us-east-1:123456789012:function:f","Payload":{}}})",
           kMessage)},
      {"tries again", one(kStep, park("")), "ParkRoom", "Catch",
       R"([{"ErrorEquals":["States.ALL"],"ResultPath":"$.compensationError","Next":"CompensateRoom"}])"},
      {"gives up",
       one("execute: a, compensate: b, compensateRetry: {maxAttempts: 2}",
           "onCompensationFailure: fail\n"),
       "CompensateRoom", "Catch",
       R"([{"ErrorEquals":["States.ALL"],"ResultPath":"$.compensationError","Next":"SagaCompensationFailed"}])"},
      {"with an error of its own", one(kStep, "onCompensationFailure: fail\n"),
       "SagaCompensationFailed", "Error", R"("SagaCompensationFailed")"},
  });
}

TEST(Compile, SaysWhatItCanNotCompile) {
  auto const error = [](std::string const& yaml) {
    auto const saga = read_saga(yaml, "s.yaml");
    EXPECT_TRUE(saga) << saga.error();
    auto const text = compile(*saga);
    EXPECT_FALSE(text);
    return text ? ""
                : fmt::format("{}:{} {}", text.error().mark.line, text.error().mark.column,
                              text.error().message);
  };
  EXPECT_EQ(error(one("execute: 'arn:x', compensate: b")),
            "2:5 expected the ARN of a function, an activity or an integration in step 'BookRoom', "
            "but not 'arn:x'");
  EXPECT_EQ(error(one("execute: 'arn:aws:states:::sqs:sendMessage', compensate: b")),
            "2:5 expected arguments for 'arn:aws:states:::sqs:sendMessage' in step 'BookRoom', "
            "with $sagaKey where the "
            "service takes an idempotency token");
  EXPECT_EQ(error(one("execute: 'arn:aws:states:::sqs:sendMessage', pivot: true, arguments: "
                      "{QueueUrl: q, MessageBody: m}")),
            "2:5 expected 'compensate' in the pivot 'BookRoom': which errors of "
            "'arn:aws:states:::sqs:sendMessage' mean "
            "that nothing happened can't be told");
  EXPECT_EQ(error(one("execute: a, compensate: b, arguments: {l: [$sagaKey]}")),
            "2:65 expected $sagaKey as the value of a member, not in a list");
}

}  // namespace
}  // namespace treadle::saga
