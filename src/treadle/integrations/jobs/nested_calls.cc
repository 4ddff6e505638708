#include "treadle/integrations/jobs/nested_calls.h"

#include <fmt/format.h>

#include "treadle/base/error_names.h"
#include "treadle/base/time.h"
#include "treadle/json/print.h"

namespace treadle::integrations::jobs {

auto states_call(TaskCall const& call, std::string_view action, std::string parameters)
    -> aws_sdk::ServiceCall {
  return {.service = "sfn",
          .action = std::string(action),
          .parameters = std::move(parameters),
          .region = call.region,
          .role_arn = call.role_arn,
          .idempotency_token = {},
          .timeout = {}};
}

auto describe_call(TaskCall const& call, std::string_view execution_arn,
                   std::optional<Milliseconds> wait) -> aws_sdk::ServiceCall {
  auto described =
      states_call(call, "describeExecution",
                  fmt::format(R"({{"ExecutionArn":{}}})", json::print_string(execution_arn)));
  if (wait) described.headers.set("treadle-wait", std::to_string(wait->count() / 1'000));
  return described;
}

auto states_failure(aws_sdk::CallProblem const& problem) -> CallFailed {
  using Kind = aws_sdk::CallProblem::Kind;
  if (problem.kind == Kind::kService)
    return {{"StepFunctions." + aws_sdk::exception_name(problem.error.code),
             fmt::format("{} (Service: AWSStepFunctions; Status Code: {}; Error Code: {}; Request "
                         "ID: {}; Proxy: null)",
                         problem.error.message, problem.error.status, problem.error.code,
                         problem.error.request_id)},
            CallStage::kRun};
  auto const stage = problem.kind == Kind::kNotSent || problem.kind == Kind::kUnknown ||
                             problem.kind == Kind::kParameters
                         ? CallStage::kStart
                         : CallStage::kRun;
  return {{"StepFunctions.SdkClientException",
           problem.sentences.empty() ? problem.error.message : problem.sentences.front()},
          stage};
}

auto as_epoch_milliseconds(json::Arena& arena, json::Value time) -> json::Value {
  if (!time.is_string()) return time;
  auto const at = parse_rfc3339(time.as_string());
  return at ? json::make_number(arena, std::int64_t{at->time_since_epoch().count()}) : time;
}

}  // namespace treadle::integrations::jobs
