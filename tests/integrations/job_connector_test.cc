// Jobs that are started, waited for and stopped, and what may come between.
#include "treadle/integrations/jobs/job_connector.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/integrations/calls.h"
#include "treadle/integrations/jobs/nested.h"
#include "treadle/integrations/optimized/generic.h"
#include "treadle/integrations/optimized/optimized_service.h"
#include "treadle/integrations/registry.h"

namespace treadle::integrations::jobs {
namespace {

using aws_sdk::CallProblem;
using aws_sdk::ServiceCall;
using aws_sdk::ServiceResult;

constexpr std::string_view kMachine = "arn:aws:states:us-east-1:123456789012:stateMachine:m";

// Answers when the test says so; a call that is cancelled ends at once.
class HeldCaller final : public aws_sdk::ServiceCaller {
 public:
  struct Held {
    CallId id;
    ServiceCall call;
    aws_sdk::ServiceDone done;
  };
  void call(CallId id, ServiceCall call, aws_sdk::ServiceDone done) override {
    actions.push_back(call.action);
    held.push_back({id, std::move(call), std::move(done)});
  }
  void cancel(CallId id) override {
    for (std::size_t i = held.size(); i-- > 0;)
      if (held[i].id == id) answer(i, problem(CallProblem::Kind::kCancelled));
  }
  void after(Milliseconds delay, std::move_only_function<void()> task) override {
    delays.push_back(delay);
    later = std::move(task);
  }
  [[nodiscard]] auto is_local(std::string_view) const -> bool override { return local; }

  static auto problem(CallProblem::Kind kind, std::string code = {}, int status = 0)
      -> ServiceResult {
    CallProblem out;
    out.kind = kind;
    out.error.code = std::move(code);
    out.error.status = status;
    return std::unexpected(std::move(out));
  }
  void answer(std::size_t index, ServiceResult result) {
    auto one = std::move(held[index]);
    held.erase(held.begin() + static_cast<std::ptrdiff_t>(index));
    one.done(std::move(result));
  }
  void answer(std::string output) {
    answer(0, aws_sdk::ServiceAnswer{.output = std::move(output), .status = 200});
  }

  std::vector<Held> held;
  std::vector<std::string> actions;
  std::vector<Milliseconds> delays;
  std::move_only_function<void()> later;
  bool local = false;
};

class JobConnectorTest : public ::testing::Test {
 protected:
  JobConnectorTest() {
    auto const service = make_sdk_job_service(caller);
    for (auto const* name : {"batch", "ecs", "glue"})
      registry.add_service(
          name, "",
          std::make_shared<JobConnector>(std::make_shared<optimized::GenericConnector>(
                                             *optimized::find_optimized_service(name), caller),
                                         service, caller));
    registry.add_service("states", "startExecution",
                         std::make_shared<JobConnector>(std::make_shared<NestedStarts>(caller),
                                                        nested_service(), caller));
  }
  // Executions of this process: whoever waits for one is told at once that it has not ended.
  auto nested_service() -> std::shared_ptr<JobService> {
    return make_nested_job_service(
        caller,
        [](std::string const&, Milliseconds, std::move_only_function<void(bool)> done) {
          done(false);
        },
        [this](std::string arn, std::move_only_function<void(bool)> done) {
          asked.push_back(std::move(arn));
          done(is_settled);
        });
  }
  static auto job(std::string_view service, std::string_view action, std::string parameters)
      -> TaskCall {
    auto resource = std::make_shared<asl::Resource>(*testing::service_resource(service, action));
    resource->pattern = asl::Pattern::kSync;
    return testing::make_call(std::move(resource), std::move(parameters));
  }
  static auto batch_job() -> TaskCall { return job("batch", "submitJob", R"({"JobName":"j"})"); }
  static auto nested_job(std::string more = {}) -> TaskCall {
    return job("states", "startExecution",
               R"({"StateMachineArn":")" + std::string(kMachine) + '"' + more + '}');
  }
  auto start(TaskCall call) -> void {
    registry.invoke(std::move(call), [this](CallResult result) { started = std::move(result); });
  }
  auto await(TaskCall call, std::string submission) -> void {
    call.submission = std::move(submission);
    registry.await_job(std::move(call), [this](CallResult result) { ended = std::move(result); });
  }
  // As the runtime does, of one whose call's result it has not seen.
  void abandon(TaskCall call) {
    registry.cancel(call.id);
    registry.stop_job(std::move(call), [this](CallResult) { ++stops_done; });
  }

  HeldCaller caller;
  Registry registry;
  std::optional<CallResult> started;
  std::optional<CallResult> ended;
  int stops_done = 0;
  std::vector<std::string> asked;  // to compensate
  bool is_settled = true;
};

TEST_F(JobConnectorTest, cancelling_a_task_breaks_off_no_start_so_that_its_job_is_stopped) {
  start(batch_job());
  abandon(batch_job());
  ASSERT_EQ(caller.held.size(), 1U) << "the start goes on";
  EXPECT_EQ(stops_done, 0);
  caller.answer(R"({"JobId":"j-1"})");
  ASSERT_EQ(caller.held.size(), 1U);
  EXPECT_EQ(caller.held[0].call.action, "terminateJob");
  EXPECT_EQ(caller.held[0].call.parameters,
            R"({"JobId":"j-1","Reason":"The execution was stopped"})");
  registry.cancel(batch_job().id);
  ASSERT_EQ(caller.held.size(), 1U) << "nor does it break off a stop";
  caller.answer("{}");
  EXPECT_EQ(stops_done, 1);
}

TEST_F(JobConnectorTest, a_job_is_stopped_whose_start_has_returned_and_was_not_taken_up) {
  start(batch_job());
  caller.answer(R"({"JobId":"j-1"})");
  EXPECT_TRUE(started);
  abandon(batch_job());
  ASSERT_EQ(caller.held.size(), 1U);
  EXPECT_EQ(caller.held[0].call.action, "terminateJob");
  caller.answer("{}");
  EXPECT_EQ(stops_done, 1);
  abandon(batch_job());
  EXPECT_EQ(stops_done, 2) << "of the start nothing is kept any longer";
}

// A task that a token has ended takes the result of its start up no more.
TEST_F(JobConnectorTest, of_starts_that_nobody_takes_up_the_latest_are_kept) {
  auto const numbered = [](std::uint32_t number) {
    auto call = batch_job();
    call.id.history_id = number;
    return call;
  };
  for (std::uint32_t i = 1; i <= 1'001; ++i) {
    start(numbered(i));
    caller.answer(R"({"JobId":"j"})");
  }
  abandon(numbered(1));
  EXPECT_TRUE(caller.held.empty());
  abandon(numbered(2));
  abandon(numbered(1'001));
  EXPECT_EQ(caller.held.size(), 2U);
}

TEST_F(JobConnectorTest, a_start_that_failed_leaves_nothing_to_stop) {
  start(batch_job());
  abandon(batch_job());
  caller.answer(0, HeldCaller::problem(CallProblem::Kind::kService, "ClientException", 400));
  EXPECT_EQ(stops_done, 1);
  EXPECT_TRUE(caller.held.empty());
}

TEST_F(JobConnectorTest, an_execution_whose_start_gave_no_answer_is_stopped_by_its_derived_name) {
  start(nested_job());
  abandon(nested_job());
  caller.answer(0, HeldCaller::problem(CallProblem::Kind::kTimeout));
  ASSERT_EQ(caller.held.size(), 1U);
  EXPECT_EQ(caller.held[0].call.action, "stopExecution");
  EXPECT_NE(caller.held[0].call.parameters.find(nested_name("key-4")), std::string::npos);
}

TEST_F(JobConnectorTest, an_execution_of_a_given_name_may_be_another_ones_and_is_left_alone) {
  start(nested_job(R"(,"Name":"daily")"));
  abandon(nested_job(R"(,"Name":"daily")"));
  caller.answer(0, HeldCaller::problem(CallProblem::Kind::kService, "ExecutionAlreadyExists", 400));
  EXPECT_TRUE(caller.held.empty());
  EXPECT_EQ(stops_done, 1);
  abandon(nested_job(R"(,"Name":"daily")"));
  EXPECT_EQ(caller.actions, std::vector<std::string>{"startExecution"});
}

TEST_F(JobConnectorTest, an_execution_of_this_process_is_asked_to_compensate_until_it_has_heard) {
  auto call = nested_job();
  call.submission = R"({"ExecutionArn":"arn:child"})";
  caller.local = true;
  is_settled = false;
  registry.compensate_job(call);
  EXPECT_EQ(asked, std::vector<std::string>{"arn:child"});
  ASSERT_EQ(caller.delays.size(), 1U);
  is_settled = true;
  caller.later();
  EXPECT_EQ(asked.size(), 2U);
  EXPECT_EQ(caller.delays.size(), 1U);
  EXPECT_TRUE(caller.actions.empty());
}

TEST_F(JobConnectorTest, an_execution_of_another_server_is_stopped_instead) {
  auto call = nested_job();
  call.submission = R"({"ExecutionArn":"arn:child"})";
  registry.compensate_job(call);
  EXPECT_TRUE(asked.empty());
  EXPECT_EQ(caller.actions, std::vector<std::string>{"stopExecution"});
}

TEST_F(JobConnectorTest, a_throttled_look_is_no_end_of_the_job) {
  for (auto const* code : {"ThrottlingException", "TooManyRequestsException"}) {
    await(batch_job(), R"({"JobId":"j-1"})");
    caller.answer(0, HeldCaller::problem(CallProblem::Kind::kService, code, 400));
    ASSERT_FALSE(ended) << code;
    caller.later();
    caller.answer(R"({"Jobs":[{"Status":"SUCCEEDED"}]})");
    EXPECT_EQ(ended, CallResult(CallSucceeded{R"({"Status":"SUCCEEDED"})"}));
    ended.reset();
  }
  await(nested_job(), R"({"ExecutionArn":"arn"})");
  caller.answer(0, HeldCaller::problem(CallProblem::Kind::kService, "ThrottlingException", 400));
  EXPECT_FALSE(ended);
}

TEST_F(JobConnectorTest, a_wait_that_is_answered_at_once_is_not_asked_again_at_once) {
  caller.local = true;
  await(nested_job(), R"({"ExecutionArn":"arn"})");
  ASSERT_EQ(caller.delays.size(), 1U);
  EXPECT_GT(caller.delays[0], Milliseconds{0});
}

TEST_F(JobConnectorTest, a_wait_that_is_cancelled_ends_and_its_look_too) {
  await(batch_job(), R"({"JobId":"j-1"})");
  registry.cancel(batch_job().id);
  EXPECT_TRUE(ended);
  EXPECT_TRUE(caller.held.empty());
}

TEST_F(JobConnectorTest, a_job_that_is_never_found_fails_its_task) {
  await(batch_job(), R"({"JobId":"j-1"})");
  for (int i = 0; i < 11; ++i) {
    caller.answer(R"({"Jobs":[]})");
    ASSERT_FALSE(ended) << i;
    caller.later();
  }
  caller.answer(R"({"Jobs":[]})");
  EXPECT_EQ(
      std::get<CallFailed>(*ended).error,
      (Error{"States.TaskFailed",
             "The job that 'arn:aws:states:::batch:submitJob' has started can't be found: asked "
             "for it 12 times, the service answered a description without it"}));
  EXPECT_TRUE(caller.held.empty());
}

TEST_F(JobConnectorTest, one_that_is_found_in_between_goes_on) {
  await(job("glue", "startJobRun", R"({"JobName":"n"})"), R"({"JobRunId":"r"})");
  auto const miss = [this](int times) {
    for (int i = 0; i < times; ++i) {
      caller.answer(
          0, HeldCaller::problem(CallProblem::Kind::kService, "EntityNotFoundException", 400));
      ASSERT_FALSE(ended);
      caller.later();
    }
  };
  miss(11);
  caller.answer(R"({"JobRun":{"JobRunState":"RUNNING"}})");
  caller.later();
  miss(11);
  caller.answer(R"({"JobRun":{"JobRunState":"SUCCEEDED"}})");
  EXPECT_TRUE(std::holds_alternative<CallSucceeded>(*ended));
}

TEST_F(JobConnectorTest, of_several_ecs_tasks_all_are_waited_for) {
  constexpr auto kStarted =
      R"({"Tasks":[{"TaskArn":"a","ClusterArn":"c"},{"TaskArn":"b","ClusterArn":"c"}]})";
  auto const task = [](char const* arn, char const* status, char const* code) {
    return std::string(R"({"TaskArn":")") + arn + R"(","LastStatus":")" + status +
           R"(","Containers":[{"ExitCode":)" + code + "}]}";
  };
  auto const both = [](std::string const& first, std::string const& second) {
    return R"({"Tasks":[)" + first + "," + second + "]}";
  };
  for (auto const* code : {"0", "1"}) {
    await(job("ecs", "runTask", R"({"Count":2})"), kStarted);
    EXPECT_EQ(caller.held.at(0).call.parameters, R"({"Cluster":"c","Tasks":["a","b"]})");
    caller.answer(both(task("a", "STOPPED", code), task("b", "RUNNING", "0")));
    ASSERT_FALSE(ended);
    caller.later();
    caller.answer(R"({"Tasks":[)" + task("b", "STOPPED", "0") + "]}");
    ASSERT_FALSE(ended) << "one is not found";
    caller.later();
    auto const last = both(task("a", "STOPPED", code), task("b", "STOPPED", "0"));
    caller.answer(last);
    ASSERT_TRUE(ended);
    if (std::string(code) == "0")
      EXPECT_EQ(*ended, CallResult(CallSucceeded{last}));
    else
      EXPECT_EQ(std::get<CallFailed>(*ended).error, (Error{"States.TaskFailed", last}));
    ended.reset();
  }
}

TEST_F(JobConnectorTest, of_several_ecs_tasks_all_are_stopped) {
  auto call = job("ecs", "runTask", R"({"Count":2})");
  call.submission =
      R"({"Tasks":[{"TaskArn":"a","ClusterArn":"c"},{"TaskArn":"b","ClusterArn":"c"}]})";
  abandon(std::move(call));
  EXPECT_EQ(caller.held.at(0).call.parameters,
            R"({"Cluster":"c","Task":"a","Reason":"The execution was stopped"})");
  caller.answer(0, HeldCaller::problem(CallProblem::Kind::kService, "ClientException", 400));
  EXPECT_EQ(stops_done, 0);
  EXPECT_EQ(caller.held.at(0).call.parameters,
            R"({"Cluster":"c","Task":"b","Reason":"The execution was stopped"})");
  caller.answer("{}");
  EXPECT_EQ(stops_done, 1);
}

// A thousand waits may be for a thousand large inputs.
TEST_F(JobConnectorTest, what_is_kept_of_a_wait_is_what_its_looks_need) {
  std::string const large(100'000, 'x');
  auto const service = make_sdk_job_service(caller);
  auto call =
      job("glue", "startJobRun", R"({"JobName":"n","Arguments":{"--a":")" + large + R"("}})");
  call.submission = R"({"JobRunId":"r"})";
  auto const watched = service->to_watch(std::move(call));
  ASSERT_TRUE(watched);
  EXPECT_EQ(watched->parameters, R"({"JobName":"n","RunId":"r"})");
  EXPECT_EQ(watched->submission, "");
  auto nested = nested_job(R"(,"Input":")" + large + '"');
  nested.submission = R"({"ExecutionArn":"arn","StartDate":1})";
  auto const kept = nested_service()->to_watch(std::move(nested));
  ASSERT_TRUE(kept);
  EXPECT_LT(kept->parameters.size() + kept->submission.size(), 100U);
}

TEST_F(JobConnectorTest, a_submission_without_a_job_fails_the_task) {
  await(batch_job(), R"({"Nothing":1})");
  ASSERT_TRUE(ended);
  EXPECT_EQ(std::get<CallFailed>(*ended).error.name, "States.TaskFailed");
}

}  // namespace
}  // namespace treadle::integrations::jobs
