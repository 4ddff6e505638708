// One state on its own: how it is left, and what the inspection has seen on the way.

#include "treadle/interpreter/state_test.h"

#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/interpreter/execution.h"

namespace treadle::interpreter {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

struct Tester {
  explicit Tester(std::string_view state, std::string_view input = "{}")
      : parsed(asl::parse_lone_state(state).definition) {
    tested.definition = parsed;
    tested.name = asl::kLoneStateName;
    tested.execution = {
        .arn = "arn:e", .name = "e", .machine_arn = "arn:m", .machine_name = "m", .role_arn = {}};
    tested.input = input;
  }

  auto enter() -> StateTest& {
    test.emplace(std::move(tested));
    test->enter(world());
    return *test;
  }
  auto world() -> World { return {.now = now, .random = random, .tokens = tokens}; }

  // "STATUS output|error: cause -> next"
  auto left() -> std::string {
    auto const end = test->end();
    if (!end) return "open";
    constexpr char const* kNames[] = {"succeeded", "failed", "to be retried", "caught"};
    std::string out = kNames[static_cast<std::size_t>(end->how)];
    if (end->output) out += " " + *end->output;
    if (end->error) out += " " + *end->error + ": " + end->cause.value_or("-");
    if (end->next) out += " -> " + parsed->state(*end->next).name;
    return out;
  }
  // Stages by number, in their order.
  auto stages() -> std::map<int, std::string> {
    std::map<int, std::string> out;
    for (int i = 0; i < static_cast<int>(kStages); ++i)
      if (auto const value = test->inspection().at(static_cast<Stage>(i)))
        out.emplace(i, json::print(*value));
    return out;
  }

  asl::DefinitionPtr parsed;
  TestedState tested;
  std::optional<StateTest> test;
  SeededRandom random{1};
  FixedTokens tokens;
  Timestamp now{std::chrono::milliseconds(1'700'000'000'000)};
};

constexpr auto kInput = static_cast<int>(Stage::kAfterInputPath);
constexpr auto kParameters = static_cast<int>(Stage::kAfterParameters);
constexpr auto kArguments = static_cast<int>(Stage::kAfterArguments);
constexpr auto kItems = static_cast<int>(Stage::kAfterItemsPath);
constexpr auto kPointer = static_cast<int>(Stage::kAfterItemsPointer);
constexpr auto kSelector = static_cast<int>(Stage::kAfterItemSelector);
constexpr auto kResult = static_cast<int>(Stage::kResult);
constexpr auto kResultSelector = static_cast<int>(Stage::kAfterResultSelector);
constexpr auto kResultPath = static_cast<int>(Stage::kAfterResultPath);

auto result(std::string text) -> Mock { return {.outcome = std::move(text), .reader_data = {}}; }
auto error(std::string name) -> Mock {
  return {.outcome = Failure{.error = std::move(name), .cause = "why"}, .reader_data = {}};
}

constexpr auto kTask = R"({"Type":"Task","Resource":"arn:aws:states:::lambda:invoke",
    "InputPath":"$.in","Parameters":{"FunctionName.$":"$.a"},"ResultSelector":{"s.$":"$.r"},
    "ResultPath":"$.out","OutputPath":"$.out","Next":"After",
    "Retry":[{"ErrorEquals":["Again"],"IntervalSeconds":2,"MaxAttempts":2}],
    "Catch":[{"ErrorEquals":["States.ALL"],"Next":"Handler","ResultPath":"$.err"}]})";

TEST(StateTest, TaskPassesEveryStage) {
  Tester t(kTask, R"({"in":{"a":1}})");
  t.tested.mock = result(R"({"r":2})");
  t.enter();
  EXPECT_EQ(t.left(), R"(succeeded {"s":2} -> After)");
  EXPECT_THAT(t.stages(),
              ElementsAre(Pair(kInput, R"({"a":1})"), Pair(kParameters, R"({"FunctionName":1})"),
                          Pair(kResult, R"({"r":2})"), Pair(kResultSelector, R"({"s":2})"),
                          Pair(kResultPath, R"({"in":{"a":1},"out":{"s":2}})")));
}

TEST(StateTest, ErrorIsRetriedThenCaught) {
  for (
      auto const& [done, expected] : std::map<std::uint32_t, std::string>{
          {0, "to be retried Again: why"},
          {1, "to be retried Again: why"},
          {2,
           R"(caught {"in":{"a":1},"err":{"Error":"Again","Cause":"why"}} Again: why -> Handler)"}}) {
    Tester t(kTask, R"({"in":{"a":1}})");
    t.tested.mock = error("Again");
    t.tested.retries_done = done;
    t.enter();
    EXPECT_EQ(t.left(), expected) << done;
    EXPECT_EQ(t.test->inspection().retrier, 0U);
    auto const delay = t.test->end()->retry_delay;
    EXPECT_EQ(delay.has_value(), done < 2);
    EXPECT_EQ(delay.value_or(Milliseconds{}), Milliseconds{done < 2 ? 2'000 << done : 0});
  }
}

TEST(StateTest, DataFlowErrorFails) {
  Tester t(R"({"Type":"Pass","InputPath":"$.none","End":true})");
  t.enter();
  EXPECT_EQ(t.left(),
            "failed States.Runtime: An error occurred while executing the state 'StateName' "
            "(entered at the event id #2). Invalid path '$.none' : No results for path: $['none']");
}

TEST(StateTest, PassWithResultShowsNoInput) {
  Tester t(R"({"Type":"Pass","Result":7,"Parameters":{"x":1},"End":true})");
  t.enter();
  EXPECT_THAT(t.stages(),
              ElementsAre(Pair(kResult, "7"), Pair(kResultSelector, "7"), Pair(kResultPath, "7")));
}

TEST(StateTest, JsonataHasStagesOfItsOwn) {
  Tester t(R"({"Type":"Task","QueryLanguage":"JSONata","Resource":"arn:aws:states:::lambda:invoke",
      "Arguments":{"FunctionName":"{% $v %}"},"Assign":{"w":"{% $states.result %}"},
      "Output":"{% $states.context.State.RetryCount %}","End":true})");
  t.tested.variables = {{.name = "v", .value = "5"}};
  t.tested.mock = result("6");
  t.enter();
  EXPECT_EQ(t.left(), "succeeded 0");
  EXPECT_EQ(t.test->end()->variables, R"({"v":5,"w":6})");
  EXPECT_THAT(t.stages(),
              ElementsAre(Pair(kArguments, R"({"FunctionName":5})"), Pair(kResult, "6")));
}

TEST(StateTest, GivenContextIsTakenAsItIs) {
  Tester t(R"({"Type":"Task","Resource":"arn:aws:states:::lambda:invoke",
      "ResultSelector":{"c.$":"$$"},"End":true})");
  t.tested.context = R"({"Execution":{}})";
  t.tested.mock = result("{}");
  t.enter();
  EXPECT_EQ(t.left(), R"(succeeded {"c":{"Execution":{}}})");
}

TEST(StateTest, CallbackTaskIsAnsweredByItsMock) {
  Tester t(R"({"Type":"Task","Resource":"arn:aws:states:::sqs:sendMessage.waitForTaskToken",
      "Parameters":{"QueueUrl":"q","MessageBody.$":"$$.Task.Token"},"End":true})");
  t.tested.mock = result("1");
  t.enter();
  EXPECT_EQ(t.left(), "succeeded 1");
  EXPECT_THAT(t.stages().at(kParameters), HasSubstr(R"("MessageBody":"token-3")"));
}

constexpr auto kMap = R"({"Type":"Map","ItemsPath":"$.l","ItemSelector":{"v.$":"$$.Map.Item.Value"},
    "MaxConcurrency":3,"ToleratedFailureCount":1,"ResultPath":"$.r","End":true,
    "ItemProcessor":{"ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},
      "StartAt":"P","States":{"P":{"Type":"Pass","End":true}}}})";

TEST(StateTest, MapShowsItsItemsAndLimits) {
  Tester t(kMap, R"({"l":[1,2]})");
  t.tested.mock = result("[3,4]");
  t.enter();
  EXPECT_EQ(t.left(), R"(succeeded {"l":[1,2],"r":[3,4]})");
  auto const stages = t.stages();
  EXPECT_EQ(stages.at(kItems), "[1,2]");
  EXPECT_EQ(stages.at(kSelector), R"([{"v":1},{"v":2}])");
  EXPECT_EQ(stages.count(kResult), 0U);
  EXPECT_EQ(t.test->inspection().map->concurrency_max, 3U);
  EXPECT_EQ(t.test->inspection().map->failures_tolerated, 1U);
}

TEST(StateTest, MapToleratesSoManyFailures) {
  for (std::uint32_t failed : {1U, 2U}) {
    Tester t(kMap, R"({"l":[1,2]})");
    t.tested.mock = result("[3,4]");
    t.tested.mock->iterations_failed = failed;
    t.enter();
    EXPECT_EQ(t.left(), failed == 1
                            ? R"(succeeded {"l":[1,2],"r":[3,4]})"
                            : "failed States.ExceedToleratedFailureThreshold: The specified "
                              "tolerated failure threshold was exceeded");
  }
}

constexpr auto kReader = R"({"Type":"Map","End":true,
    "ItemReader":{"Resource":"arn:aws:states:::s3:getObject","Parameters":{"Bucket":"b","Key":"k"},
      "ReaderConfig":{"InputType":"JSON","ItemsPointer":"/a~1b/0"}},
    "ItemProcessor":{"ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},
      "StartAt":"P","States":{"P":{"Type":"Pass","End":true}}}})";

TEST(StateTest, ItemReaderReadsGivenData) {
  struct {
    char const* data;
    char const* left;
  } const cases[] = {
      {R"({"a/b":[[1,2]]})", "succeeded [0]"},
      {R"({"a/b":[1]})",
       "failed States.ItemReaderFailed: An error occurred while executing the state 'StateName' "
       "(entered at the event id #2). The data of the ItemReader must be an array."},
      {"{}",
       "failed States.ItemReaderFailed: An error occurred while executing the state 'StateName' "
       "(entered at the event id #2). The ItemsPointer '/a~1b/0' leads to nothing in the data."},
  };
  for (auto const& c : cases) {
    Tester t(kReader);
    t.tested.mock = result("[0]");
    t.tested.mock->reader_data = c.data;
    t.enter();
    EXPECT_EQ(t.left(), c.left);
  }
}

TEST(StateTest, ItemsPointerIsShown) {
  Tester t(kReader);
  t.tested.mock = result("[0]");
  t.tested.mock->reader_data = R"({"a/b":[[1,2]]})";
  t.enter();
  EXPECT_EQ(t.stages().at(kPointer), "[1,2]");
}

TEST(StateTest, ParallelGivesItsMock) {
  Tester t(R"({"Type":"Parallel","ResultSelector":{"first.$":"$[0]"},"Next":"After","Branches":[
      {"StartAt":"P","States":{"P":{"Type":"Pass","End":true}}}]})");
  t.tested.mock = result("[1]");
  t.enter();
  EXPECT_EQ(t.left(), R"(succeeded {"first":1} -> After)");
}

TEST(StateTest, WaitIsOpenUntilItsTime) {
  Tester t(R"({"Type":"Wait","Seconds":5,"End":true})");
  t.enter();
  EXPECT_EQ(t.left(), "open");
  EXPECT_EQ(t.test->due(), t.now + std::chrono::seconds(5));
  t.test->time_came(t.world());
  EXPECT_EQ(t.left(), "open");
  t.now += std::chrono::seconds(5);
  t.test->time_came(t.world());
  EXPECT_EQ(t.left(), "succeeded {}");
}

TEST(StateTest, TaskTimesOut) {
  Tester t(
      R"({"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","TimeoutSeconds":3,"End":true})");
  t.enter();
  ASSERT_NE(t.test->open_task(), nullptr);
  t.now += std::chrono::seconds(3);
  t.test->time_came(t.world());
  EXPECT_EQ(t.left(), "failed States.Timeout: -");
  t.test->task_succeeded(t.world(), "{}");
  EXPECT_EQ(t.left(), "failed States.Timeout: -");
}

TEST(StateTest, GivingUpIsATimeout) {
  Tester t(R"({"Type":"Wait","Seconds":500,"End":true})");
  t.enter();
  t.test->give_up();
  EXPECT_EQ(t.left(), "failed States.Timeout: -");
}

TEST(StateTest, GivingUpChangesNothingOnceLeft) {
  Tester t(R"({"Type":"Succeed"})", "1");
  t.enter();
  t.test->give_up();
  EXPECT_EQ(t.left(), "succeeded 1");
}

}  // namespace
}  // namespace treadle::interpreter
