#include "treadle/integrations/optimized/optimized_connector.h"

#include <algorithm>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "treadle/base/limits.h"
#include "treadle/integrations/http_metadata.h"
#include "treadle/integrations/lambda_result.h"
#include "treadle/integrations/service_task.h"
#include "treadle/json/parse.h"
#include "treadle/json/print.h"

namespace treadle::integrations::optimized {

OptimizedConnector::OptimizedConnector(OptimizedService const& service,
                                       aws_sdk::ServiceCaller& caller)
    : service_(service), caller_(caller) {}

void OptimizedConnector::invoke(TaskCall call, CallDone done) {
  json::Arena arena;
  auto const parameters = json::parse(arena, call.parameters);
  if (!parameters || !parameters->is_object())
    return done(cannot_start(call, {"The parameters must be an object"}));
  auto prepared = prepare(arena, call, *parameters);
  if (!prepared) return done(std::move(prepared).error());
  auto const id = call.id;
  auto request =
      make_service_call(call, prepared->model, prepared->action, json::print(prepared->parameters));
  caller_.call(id, std::move(request),
               [this, call = std::move(call),
                done = std::move(done)](aws_sdk::ServiceResult result) mutable {
                 if (!result) return done(optimized_failure(service_, call, result.error()));
                 auto finished = finish(call, *result);
                 auto const* success = std::get_if<CallSucceeded>(&finished);
                 if (success != nullptr && success->output.size() > limits::kPayloadBytes)
                   finished = result_too_large(call);
                 done(std::move(finished));
               });
}

void OptimizedConnector::cancel(CallId id) { caller_.cancel(id); }

auto OptimizedConnector::prepare(json::Arena& /*arena*/, TaskCall const& call,
                                 json::Value parameters) const -> Prepared {
  return PreparedCall{service_.model, call.resource->action, parameters};
}

auto OptimizedConnector::finish(TaskCall const& /*call*/,
                                aws_sdk::ServiceAnswer const& answer) const -> CallResult {
  return CallSucceeded{output_with_metadata(answer)};
}

auto output_with_metadata(aws_sdk::ServiceAnswer const& answer) -> std::string {
  json::Arena arena;
  std::vector<json::Member> members;
  if (auto const output = json::parse(arena, answer.output); output && output->is_object())
    members.assign(output->members().begin(), output->members().end());
  members.push_back({"SdkHttpMetadata", http_metadata(arena, answer.status, answer.headers)});
  members.push_back({"SdkResponseMetadata", response_metadata(arena, answer.request_id)});
  std::ranges::stable_sort(members, {}, &json::Member::key);
  return json::print(json::make_object(arena, members));
}

auto optimized_failure(OptimizedService const& service, TaskCall const& call,
                       aws_sdk::CallProblem const& problem) -> CallFailed {
  if (problem.kind != aws_sdk::CallProblem::Kind::kService || is_unreadable(problem))
    return client_failure(call, problem, service.error_prefix);
  auto const& error = problem.error;
  auto const or_null = [](std::string const& text) { return text.empty() ? "null" : text; };
  return task_failure(
      fmt::format("{}.{}", service.error_prefix, exception_of(error, service.base_exception)),
      fmt::format("{} (Service: {}; Status Code: {}; Error Code: {}; Request ID: {}; Proxy: null)",
                  or_null(error.message), service.sdk_name, error.status, or_null(error.code),
                  or_null(error.request_id)));
}

auto as_text(json::Arena& arena, json::Value value) -> json::Value {
  return value.is_string() ? value : json::make_string(arena, json::print(value));
}

auto with_text_member(json::Arena& arena, json::Value object, std::string_view name)
    -> json::Value {
  auto const* member = object.find(name);
  if (member == nullptr || member->is_null()) return object;
  return json::with_member(arena, object, name, as_text(arena, *member));
}

}  // namespace treadle::integrations::optimized
