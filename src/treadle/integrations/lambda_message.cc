#include "treadle/integrations/lambda_message.h"

#include <utility>

#include <fmt/format.h>

#include "treadle/base/error_names.h"
#include "treadle/json/arena.h"
#include "treadle/json/parse.h"
#include "treadle/json/print.h"

namespace treadle::integrations {
namespace {

constexpr std::string_view kFunctionMarker = "function:";

auto cannot_start(TaskCall const& call, std::string_view reason) -> std::unexpected<Error> {
  return fail(errors::kRuntime,
              fmt::format("The Parameters '{}' could not be used to start the Task: [{}]",
                          call.parameters, reason));
}

auto text_member(json::Value object, std::string_view name) -> std::string {
  auto const* member = object.find(name);
  return member != nullptr && member->is_string() ? std::string(member->as_string())
                                                  : std::string();
}

// A Payload that is a string is sent as its characters (recorded: "0.0" arrives as the number 0.0).
auto payload_of(json::Value parameters) -> std::string {
  auto const* payload = parameters.find("Payload");
  if (payload != nullptr && payload->is_string()) return std::string(payload->as_string());
  return payload == nullptr || payload->is_null() ? "{}" : json::print(*payload);
}

// Everything behind "function:", or the whole text where that does not occur.
auto name_and_qualifier(std::string_view function) -> std::string_view {
  auto const at = function.rfind(kFunctionMarker);
  return at == std::string_view::npos ? function : function.substr(at + kFunctionMarker.size());
}

}  // namespace

auto make_lambda_request(TaskCall const& call) -> Result<LambdaRequest> {
  LambdaRequest request;
  request.idempotency_key = call.idempotency_key;
  request.trace_header = call.trace_header;
  request.region = call.region;
  request.account = call.account;
  request.timeout = call.timeout;
  if (call.resource->kind == asl::ResourceKind::kLambdaFunction) {
    request.function = call.resource->text;
    request.payload = call.parameters;
    return request;
  }
  json::Arena arena;
  auto const parameters = json::parse(arena, call.parameters);
  if (!parameters) return cannot_start(call, parameters.error().to_string());
  request.function = text_member(*parameters, "FunctionName");
  if (request.function.empty())
    return cannot_start(call, "The field 'FunctionName' is required but was missing");
  request.payload = payload_of(*parameters);
  request.qualifier = text_member(*parameters, "Qualifier");
  request.invocation_type = text_member(*parameters, "InvocationType");
  request.log_type = text_member(*parameters, "LogType");
  request.client_context = text_member(*parameters, "ClientContext");
  return request;
}

auto short_function_name(std::string_view function) -> std::string_view {
  auto const name = name_and_qualifier(function);
  return name.substr(0, name.find(':'));
}

auto qualifier_of(std::string_view function) -> std::string_view {
  auto const name = name_and_qualifier(function);
  auto const colon = name.find(':');
  return colon == std::string_view::npos ? std::string_view() : name.substr(colon + 1);
}

}  // namespace treadle::integrations
