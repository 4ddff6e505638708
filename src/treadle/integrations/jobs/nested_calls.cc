#include "treadle/integrations/jobs/nested_calls.h"

#include <fmt/format.h>

#include "treadle/base/time.h"
#include "treadle/integrations/optimized/optimized_connector.h"
#include "treadle/integrations/service_task.h"
#include "treadle/json/print.h"

namespace treadle::integrations::jobs {

auto states_call(TaskCall const& call, std::string_view action, std::string parameters)
    -> aws_sdk::ServiceCall {
  return make_service_call(call, "sfn", action, std::move(parameters));
}

auto describe_call(TaskCall const& call, std::string_view execution_arn) -> aws_sdk::ServiceCall {
  return states_call(call, "describeExecution",
                     fmt::format(R"({{"ExecutionArn":{}}})", json::print_string(execution_arn)));
}

auto states_failure(TaskCall const& call, aws_sdk::CallProblem const& problem) -> CallFailed {
  return optimized::optimized_failure(*optimized::find_optimized_service("states"), call, problem);
}

auto as_epoch_milliseconds(json::Arena& arena, json::Value time) -> json::Value {
  if (!time.is_string()) return time;
  auto const at = parse_rfc3339(time.as_string());
  return at ? json::make_number(arena, std::int64_t{at->time_since_epoch().count()}) : time;
}

}  // namespace treadle::integrations::jobs
