#include <array>
#include <chrono>
#include <memory>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "treadle/base/log.h"
#include "treadle/integrations/jobs/nested.h"
#include "treadle/integrations/jobs/nested_calls.h"
#include "treadle/json/parse.h"
#include "treadle/json/print.h"

namespace treadle::integrations::jobs {
namespace {

constexpr Milliseconds kAskAgain{2'000};
constexpr Milliseconds kWait = std::chrono::minutes(10);

auto member_text(std::string_view object, std::string_view name) -> std::string {
  json::Arena arena;
  auto const parsed = json::parse(arena, object);
  auto const* const member = parsed ? parsed->find(name) : nullptr;
  return member != nullptr && member->is_string() ? std::string(member->as_string()) : "";
}

// The execution that the task started; by its derived or given name where its start's answer is
// lost.
auto execution_of(TaskCall const& call) -> std::string {
  if (auto arn = member_text(call.submission, "ExecutionArn"); !arn.empty()) return arn;
  auto name = member_text(call.parameters, "Name");
  if (name.empty()) name = nested_name(call.idempotency_key);
  return nested_arn(member_text(call.parameters, "StateMachineArn"), name);
}

enum class Texts : std::uint8_t { kAsText, kAsJson };

auto shown(json::Arena& arena, json::Value text, Texts texts) -> json::Value {
  if (texts == Texts::kAsText || !text.is_string()) return text;
  auto const parsed = json::parse(arena, text.as_string());
  return parsed ? *parsed : text;
}

// What of DescribeExecution's answer the task shows, in this order.
auto description_of(std::string_view answer, Texts texts) -> std::string {
  constexpr std::array<std::string_view, 12> kShown = {
      "Cause",  "Error",         "ExecutionArn", "Input",           "InputDetails", "Name",
      "Output", "OutputDetails", "StartDate",    "StateMachineArn", "Status",       "StopDate"};
  json::Arena arena;
  auto const parsed = json::parse(arena, answer);
  std::vector<json::Member> members;
  for (auto const name : kShown) {
    auto const* const value = parsed ? parsed->find(name) : nullptr;
    if (value == nullptr) continue;
    if (name.ends_with("Date"))
      members.push_back({name, as_epoch_milliseconds(arena, *value)});
    else if (name == "Input" || name == "Output")
      members.push_back({name, shown(arena, *value, texts)});
    else if (name.ends_with("Details"))
      members.push_back({name, *json::parse(arena, R"({"Included":true})")});
    else
      members.push_back({name, *value});
  }
  return json::print(json::make_object(arena, members));
}

auto state_of(std::string_view status) -> JobState {
  if (status == "SUCCEEDED") return JobState::kDone;
  if (status == "FAILED" || status == "TIMED_OUT" || status == "ABORTED") return JobState::kFailed;
  return JobState::kRunning;
}

class NestedJobs final : public JobService, public std::enable_shared_from_this<NestedJobs> {
 public:
  NestedJobs(aws_sdk::ServiceCaller& caller, WaitForEnd wait, AskToCompensate ask)
      : caller_(caller), wait_(std::move(wait)), ask_(std::move(ask)) {}

  [[nodiscard]] auto to_watch(TaskCall call) const -> std::expected<TaskCall, CallFailed> override {
    call.submission =
        fmt::format(R"({{"ExecutionArn":{}}})", json::print_string(execution_of(call)));
    call.parameters = {};
    return call;
  }

  void look(TaskCall const& call, std::move_only_function<void(Look)> done) override {
    if (!caller_.is_local("sfn")) return describe(call, std::move(done));
    auto const began = std::chrono::steady_clock::now();
    wait_(execution_of(call), kWait,
          [self = shared_from_this(), call, began, done = std::move(done)](bool is_over) mutable {
            if (is_over) return self->describe(call, std::move(done));
            // A server that is about to stop answers at once.
            bool const waited = std::chrono::steady_clock::now() - began > kWait / 2;
            done({.seen = {}, .trouble = {}, .waited = waited});
          });
  }

  void stop(TaskCall const& call, std::move_only_function<void()> done) override {
    auto const arn = execution_of(call);
    caller_.call(call.id,
                 states_call(call, "stopExecution",
                             fmt::format(R"({{"ExecutionArn":{}}})", json::print_string(arn))),
                 [arn, done = std::move(done)](aws_sdk::ServiceResult const& result) mutable {
                   if (!result && result.error().error.code != "ExecutionDoesNotExist")
                     log(LogLevel::kWarning, "a nested execution could not be stopped",
                         {{"execution", arn}, {"cause", result.error().error.message}});
                   done();
                 });
  }

  // Another server's executions are stopped: the AWS API has no more than that.
  void compensate(TaskCall const& call) override {
    if (!caller_.is_local("sfn")) return stop(call, [] {});
    ask_(execution_of(call), [self = shared_from_this(), call](bool is_settled) {
      if (is_settled) return;
      self->caller_.after(kAskAgain, [weak = self->weak_from_this(), call] {
        if (auto const again = weak.lock()) again->compensate(call);
      });
    });
  }

  // An execution that the task named itself may be another's, and its start was refused.
  [[nodiscard]] auto knows_job_by_call(TaskCall const& call) const -> bool override {
    return member_text(call.parameters, "Name").empty();
  }

 private:
  void describe(TaskCall const& call, std::move_only_function<void(Look)> done) {
    auto const texts =
        call.resource->pattern == asl::Pattern::kSync2 ? Texts::kAsJson : Texts::kAsText;
    caller_.call(call.id, describe_call(call, execution_of(call)),
                 [call, texts, done = std::move(done)](aws_sdk::ServiceResult result) mutable {
                   if (!result && may_pass(result.error())) return done({});
                   if (!result)
                     return done({.seen = {}, .trouble = states_failure(call, result.error())});
                   done({.seen = {.state = state_of(member_text(result->output, "Status")),
                                  .output = description_of(result->output, texts)},
                         .trouble = {}});
                 });
  }

  aws_sdk::ServiceCaller& caller_;
  WaitForEnd const wait_;
  AskToCompensate const ask_;
};

}  // namespace

auto make_nested_job_service(aws_sdk::ServiceCaller& caller, WaitForEnd wait, AskToCompensate ask)
    -> std::shared_ptr<JobService> {
  return std::make_shared<NestedJobs>(caller, std::move(wait), std::move(ask));
}

}  // namespace treadle::integrations::jobs
