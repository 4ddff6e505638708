// Jobs that the table describes, looked at and stopped by calls of their services' APIs.

#include <memory>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "treadle/base/error_names.h"
#include "treadle/base/log.h"
#include "treadle/integrations/aws_sdk/retry_policy.h"
#include "treadle/integrations/jobs/job_connector.h"
#include "treadle/integrations/service_task.h"

namespace treadle::integrations::jobs {
namespace {

using aws_sdk::CallProblem;

auto sentence_of(CallProblem const& problem) -> std::string {
  if (!problem.sentences.empty()) return problem.sentences.front();
  return problem.error.code.empty()
             ? problem.error.message
             : fmt::format("{}: {}", problem.error.code, problem.error.message);
}

// One that was started a moment ago may not be known everywhere yet.
auto is_not_found(CallProblem const& problem) -> bool {
  if (problem.kind != CallProblem::Kind::kService) return false;
  return problem.error.status == 404 || problem.error.code.ends_with("NotFoundException") ||
         problem.error.code.ends_with("NotFound");
}

auto trouble(std::string cause) -> CallFailed {
  return {{std::string(errors::kTaskFailed), std::move(cause)}, CallStage::kRun};
}

class SdkJobService final : public JobService, public std::enable_shared_from_this<SdkJobService> {
 public:
  explicit SdkJobService(aws_sdk::ServiceCaller& caller) : caller_(caller) {}

  // What is asked for is all that is kept, as `parameters`.
  [[nodiscard]] auto to_watch(TaskCall call) const -> std::expected<TaskCall, CallFailed> override {
    auto const* const kind = find_job_kind(call.resource->service, call.resource->action);
    if (kind == nullptr)
      return std::unexpected(
          trouble(fmt::format("The resource '{}' starts no jobs.", call.resource->text)));
    auto asked = fill(kind->poll, call.submission, call.parameters);
    if (!asked)
      return std::unexpected(trouble(
          fmt::format("The job can't be found by what its start returned: {}", call.submission)));
    call.parameters = *std::move(asked);
    call.submission = {};
    return call;
  }

  void look(TaskCall const& watched, std::move_only_function<void(Look)> done) override {
    auto const* const kind = find_job_kind(watched.resource->service, watched.resource->action);
    caller_.call(
        watched.id, request(*kind, watched, kind->poll_action, watched.parameters),
        [kind, asked = watched.parameters, done = std::move(done)](
            aws_sdk::ServiceResult const& result) mutable { done(look_of(*kind, asked, result)); });
  }

  void stop(TaskCall const& call, std::move_only_function<void()> done) override {
    auto const* const kind = find_job_kind(call.resource->service, call.resource->action);
    if (kind == nullptr || kind->stop_action.empty()) return done();
    auto const stops = std::make_shared<Stops>();
    stops->parameters = fill_stops(*kind, call.submission, call.parameters);
    stops->done = std::move(done);
    stop_next(*kind, call, stops);
  }

 private:
  struct Stops {
    std::vector<std::string> parameters;  // of a call for each
    std::size_t made = 0;
    std::move_only_function<void()> done;
  };

  void stop_next(JobKind const& kind, TaskCall const& call, std::shared_ptr<Stops> const& stops) {
    if (stops->made == stops->parameters.size()) return std::exchange(stops->done, nullptr)();
    auto parameters = std::move(stops->parameters[stops->made++]);
    caller_.call(
        call.id, request(kind, call, kind.stop_action, std::move(parameters)),
        [self = shared_from_this(), &kind, call, stops](aws_sdk::ServiceResult const& result) {
          if (!result)
            log(LogLevel::kWarning, "a job could not be stopped",
                {{"execution", call.execution_arn}, {"cause", sentence_of(result.error())}});
          self->stop_next(kind, call, stops);
        });
  }

  static auto request(JobKind const& kind, TaskCall const& call, std::string_view action,
                      std::string parameters) -> aws_sdk::ServiceCall {
    return make_service_call(call, kind.sdk_service, action, std::move(parameters));
  }

  static auto look_of(JobKind const& kind, std::string_view asked,
                      aws_sdk::ServiceResult const& result) -> Look {
    if (result) {
      auto seen = judge(kind, asked, result->output);
      if (seen.state != JobState::kMissing) return {.seen = std::move(seen), .trouble = {}};
      return {.seen = {}, .trouble = {}, .missing = "a description without it"};
    }
    auto const& problem = result.error();
    if (problem.kind == CallProblem::Kind::kService && !kind.gone.empty() &&
        problem.error.code == kind.gone)
      return {.seen = {JobState::kDone, "{}"}, .trouble = {}};
    if (is_not_found(problem)) return {.seen = {}, .trouble = {}, .missing = sentence_of(problem)};
    if (may_pass(problem)) return {};
    return {.seen = {}, .trouble = trouble(sentence_of(problem))};
  }

  aws_sdk::ServiceCaller& caller_;
};

}  // namespace

auto may_pass(CallProblem const& problem) -> bool {
  using enum CallProblem::Kind;
  switch (problem.kind) {
    case kNotSent:
    case kLost:
    case kTimeout:
    case kCancelled: return true;
    case kService:
      return problem.error.status >= 500 ||
             aws_sdk::failure_kind(problem.error.code, problem.error.status) !=
                 aws_sdk::FailureKind::kFinal;
    case kUnknown:
    case kParameters:
    case kTooLarge: return false;
  }
  return false;
}

auto make_sdk_job_service(aws_sdk::ServiceCaller& caller) -> std::shared_ptr<JobService> {
  return std::make_shared<SdkJobService>(caller);
}

}  // namespace treadle::integrations::jobs
