// The library as another program uses it: only its public headers, over the engine as it is.

#include <atomic>
#include <future>
#include <mutex>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <treadle/engine.h>

#include "tests/store/store_fixture.h"

namespace treadle::library::test {
namespace {

using ::testing::HasSubstr;

// One Task state that calls `resource`, with more fields of it.
auto task_of(std::string_view resource, std::string_view more = "") -> std::string {
  return R"({"StartAt":"T","States":{"T":{"Type":"Task","Resource":")" + std::string(resource) +
         "\"," + std::string(more) + R"("End":true}}})";
}

constexpr std::string_view kDouble = "arn:aws:lambda:us-east-1:123456789012:function:double";

auto twice(Task& task) -> TaskResult {
  auto const n = task.input()["n"].integer();
  if (!n) return std::unexpected(TaskError{"NotANumber", "n is " + task.input()["n"].text()});
  return task.object({{"n", 2 * *n}});
}

class EngineTest : public ::testing::TestWithParam<MachineType> {
 protected:
  EngineTest() { open({.threads = 2}); }
  void open(EngineOptions options) {
    engine_.reset();
    auto opened = Engine::open(std::move(options));
    ASSERT_TRUE(opened) << opened.error();
    engine_.emplace(std::move(*opened));
  }
  void bind(std::string_view resource, Function function) {
    auto const bound = engine_->bind(resource, std::move(function));
    ASSERT_TRUE(bound) << bound.error();
  }
  void bind_async(std::string_view resource, AsyncFunction function) {
    auto const bound = engine_->bind_async(resource, std::move(function));
    ASSERT_TRUE(bound) << bound.error();
  }
  void define(std::string_view definition) {
    auto const defined = engine_->define("m", definition, GetParam());
    ASSERT_TRUE(defined) << defined.error();
  }
  auto run(std::string_view input) -> End {
    auto end = engine_->run("m", input);
    EXPECT_TRUE(end) << end.error();
    return end ? *end : End{};
  }

  std::optional<Engine> engine_;
};

INSTANTIATE_TEST_SUITE_P(Types, EngineTest,
                         ::testing::Values(MachineType::kExpress, MachineType::kStandard),
                         [](auto const& tested) {
                           return tested.param == MachineType::kExpress ? "Express" : "Standard";
                         });

TEST_P(EngineTest, RunsAFunction) {
  bind("double", twice);
  define(task_of(kDouble));
  auto const end = run(R"({"n":21})");
  EXPECT_TRUE(end.succeeded());
  EXPECT_EQ(end.output, R"({"n":42})");
  EXPECT_THAT(end.execution_arn, HasSubstr("arn:aws:states:us-east-1:123456789012:ex"));
}

TEST_P(EngineTest, ErrorsAreCaughtByName) {
  bind("double", twice);
  define(
      R"({"StartAt":"T","States":{"T":{"Type":"Task","Resource":")" + std::string(kDouble) +
      R"(","Catch":[{"ErrorEquals":["NotANumber"],"Next":"C"}],"End":true},"C":{"Type":"Succeed"}}})");
  EXPECT_EQ(run(R"({"n":"x"})").output, R"({"Error":"NotANumber","Cause":"n is \"x\""})");
}

TEST_P(EngineTest, AnExceptionFailsTheTask) {
  bind("double", [](Task& task) -> TaskResult {
    return task.object({{"rest", std::string("a").substr(2)}});
  });
  define(task_of(kDouble));
  auto const end = run("{}");
  EXPECT_EQ(end.status, EndStatus::kFailed);
  EXPECT_EQ(end.error, "Function.Exception");
  EXPECT_THAT(end.cause, HasSubstr("substr"));
}

TEST_P(EngineTest, ServicesAreBoundByPattern) {
  std::atomic<int> exact = 0;
  bind("aws-sdk:dynamodb:*",
       [](Task& task) -> TaskResult { return task.object({{"any", task.resource()}}); });
  bind("arn:aws:states:::aws-sdk:dynamodb:putItem", [&](Task& task) -> TaskResult {
    ++exact;
    return task.object({{"item", task.input()["Item"]}});
  });
  define(R"({"StartAt":"A","States":{
    "A":{"Type":"Task","Resource":"arn:aws:states:::aws-sdk:dynamodb:putItem","Parameters":{"TableName":"t","Item":{"a":{"S":"1"}}},
      "ResultPath":"$.put","Next":"B"},
    "B":{"Type":"Task","Resource":"arn:aws:states:::aws-sdk:dynamodb:listTables","Parameters":{},"ResultPath":"$.list","End":true}}})");
  EXPECT_EQ(
      run("{}").output,
      R"({"put":{"item":{"a":{"S":"1"}}},"list":{"any":"arn:aws:states:::aws-sdk:dynamodb:listTables"}})");
  EXPECT_EQ(exact, 1);
}

TEST_P(EngineTest, LambdaInvokeCallsTheFunctionItNames) {
  bind("double", twice);
  define(task_of(
      "arn:aws:states:::lambda:invoke",
      R"("Parameters":{"FunctionName":"double","Payload":{"n":4}},"OutputPath":"$.Payload",)"));
  EXPECT_EQ(run("{}").output, R"({"n":8})");
}

TEST_P(EngineTest, WhatNobodyIsBoundToFails) {
  define(task_of("arn:aws:lambda:us-east-1:123456789012:function:nobody"));
  auto const end = run("{}");
  EXPECT_EQ(end.error, "States.Runtime");
  EXPECT_THAT(end.cause, HasSubstr("function:nobody"));
}

TEST_P(EngineTest, ACompletionComesFromAnotherThread) {
  std::vector<std::thread> workers;
  std::mutex mutex;
  bind_async("double", [&](Task& task, Completion completion) {
    std::lock_guard const lock(mutex);
    workers.emplace_back(
        [n = task.input()["n"].integer().value_or(0), done = std::move(completion)]() mutable {
          done.succeed("{\"n\":" + std::to_string(2 * n) + "}");
        });
  });
  define(task_of(kDouble));
  EXPECT_EQ(run(R"({"n":5})").output, R"({"n":10})");
  EXPECT_EQ(run(R"({"n":6})").output, R"({"n":12})");
  for (auto& worker : workers) worker.join();
}

TEST_P(EngineTest, ACompletionAnswersBeforeItsFunctionReturns) {
  bind_async("double", [](Task&, Completion completion) { completion.succeed(std::string("7")); });
  define(task_of(kDouble));
  EXPECT_EQ(run("{}").output, "7");
}

TEST_P(EngineTest, WhatCompletionsMayDoWrong) {
  bind_async("dropped", [](Task&, Completion) {});
  bind_async("double",
             [](Task&, Completion completion) { completion.succeed(std::string("{n:1}")); });
  define(task_of(kDouble));
  EXPECT_EQ(run("{}").error, "Function.InvalidAnswer");
  define(task_of("arn:aws:lambda:us-east-1:123456789012:function:dropped"));
  EXPECT_EQ(run("{}").error, "Function.NoAnswer");
}

TEST_P(EngineTest, ACompletionMayOutliveTheEngine) {
  std::optional<Completion> kept;
  std::promise<void> called;
  bind_async("double", [&](Task&, Completion completion) {
    kept.emplace(std::move(completion));
    called.set_value();
  });
  define(task_of(kDouble));
  engine_->start("m", "{}", [](OrRefused<End> const&) {});
  called.get_future().wait();
  engine_.reset();
  kept->succeed(std::string("1"));
}

TEST_P(EngineTest, Refusals) {
  bind("double", twice);
  EXPECT_THAT(engine_->bind("double", twice).error(), HasSubstr("bound already"));
  EXPECT_THAT(engine_->define("m", "{").error(), HasSubstr("INVALID_JSON_DESCRIPTION"));
  EXPECT_THAT(engine_->define("m/n", task_of(kDouble)).error(), HasSubstr("can't name"));
  EXPECT_THAT(engine_->run("other", "{}").error(), HasSubstr("No machine 'other'"));
  define(task_of(kDouble));
  EXPECT_THAT(engine_->run("m", "{n:1}").error(), HasSubstr("line 1, column 2"));
  EXPECT_THAT(engine_->bind("late", twice).error(), HasSubstr("too late"));
}

TEST_P(EngineTest, AFunctionMayStartExecutionsButNotWaitForThem) {
  std::promise<std::string> inner;
  std::string refused;
  bind("double", twice);
  bind("outer", [&](Task&) -> TaskResult {
    auto const waited = engine_->run("inner", R"({"n":1})");
    refused = waited ? "" : waited.error();
    engine_->start("inner", R"({"n":2})",
                   [&](OrRefused<End> end) { inner.set_value(end ? end->output : end.error()); });
    return JsonView();
  });
  ASSERT_TRUE(engine_->define("inner", task_of(kDouble), GetParam()));
  define(task_of("arn:aws:lambda:us-east-1:123456789012:function:outer"));
  EXPECT_EQ(run("{}").output, "null");
  EXPECT_THAT(refused, HasSubstr("can't wait"));
  EXPECT_EQ(inner.get_future().get(), R"({"n":4})");
}

TEST_P(EngineTest, IdempotencyKeysDifferByAttempt) {
  open({.threads = 1, .time_scale = 0.001});
  std::vector<std::string> keys;
  bind("double", [&](Task& task) -> TaskResult {
    keys.push_back(task.idempotency_key());
    if (keys.size() < 3) return std::unexpected(TaskError{"Again"});
    return JsonView();
  });
  define(task_of(kDouble, R"("Retry":[{"ErrorEquals":["Again"],"IntervalSeconds":1}],)"));
  EXPECT_TRUE(run("{}").succeeded());
  ASSERT_EQ(keys.size(), 3U);
  EXPECT_NE(keys[0], keys[1]);
  EXPECT_NE(keys[1], keys[2]);
  EXPECT_FALSE(keys[0].empty());
}

TEST(EngineStandard, ATokenEndsATask) {
  auto engine = Engine::open({.threads = 1});
  ASSERT_TRUE(engine);
  std::promise<std::string> token;
  ASSERT_TRUE(engine->bind("ask", [&](Task& task) -> TaskResult {
    token.set_value(std::string(task.token()));
    return JsonView();
  }));
  ASSERT_TRUE(engine->define(
      "m",
      task_of("arn:aws:states:::lambda:invoke.waitForTaskToken",
              R"("Parameters":{"FunctionName":"ask","Payload":{"token.$":"$$.Task.Token"}},)"),
      MachineType::kStandard));
  std::promise<OrRefused<End>> end;
  engine->start("m", "{}", [&](OrRefused<End> ended) { end.set_value(std::move(ended)); });
  auto const given = token.get_future().get();
  ASSERT_FALSE(given.empty());
  EXPECT_FALSE(engine->task_succeeded("T-not-ours", "{}"));
  auto const told = engine->task_succeeded(given, R"({"approved":true})");
  EXPECT_TRUE(told) << told.error();
  auto const ended = end.get_future().get();
  ASSERT_TRUE(ended);
  EXPECT_EQ(ended->output, R"({"approved":true})");
}

// The one process stops while a task is out; the next one takes it up again.
TEST(EngineStandard, ADirectoryKeepsExecutions) {
  store::test::TemporaryDirectory const folder;
  auto const directory = (folder.path() / "data").string();
  auto const definition = task_of("arn:aws:lambda:us-east-1:123456789012:function:slow");
  std::string first_key;
  {
    std::optional<Completion> kept;
    std::promise<void> called;
    auto engine = Engine::open({.directory = directory, .threads = 1});
    ASSERT_TRUE(engine) << engine.error();
    ASSERT_TRUE(engine->bind_async("slow", [&](Task& task, Completion completion) {
      first_key = task.idempotency_key();
      kept.emplace(std::move(completion));
      called.set_value();
    }));
    ASSERT_TRUE(engine->define("m", definition, MachineType::kStandard));
    engine->start("m", R"({"n":1})", [](OrRefused<End> const&) {}, "once");
    called.get_future().wait();
    EXPECT_FALSE(Engine::open({.directory = directory, .threads = 1})) << "two at once";
  }
  auto engine = Engine::open({.directory = directory, .threads = 1});
  ASSERT_TRUE(engine) << engine.error();
  std::optional<Completion> kept;
  std::promise<std::string> key;
  ASSERT_TRUE(engine->bind_async("slow", [&](Task& task, Completion completion) {
    EXPECT_EQ(task.input()["n"].integer(), 1);
    kept.emplace(std::move(completion));
    key.set_value(task.idempotency_key());
  }));
  ASSERT_TRUE(engine->define("m", definition, MachineType::kStandard));
  // The execution runs as long as its task is out: until then the same start joins it.
  std::promise<OrRefused<End>> ended;
  engine->start(
      "m", R"({"n":1})", [&](OrRefused<End> end) { ended.set_value(std::move(end)); }, "once");
  EXPECT_EQ(key.get_future().get(), first_key);
  kept->succeed(std::string(R"({"done":1})"));
  auto const end = ended.get_future().get();
  ASSERT_TRUE(end) << end.error();
  EXPECT_EQ(end->output, R"({"done":1})");
}

}  // namespace
}  // namespace treadle::library::test
