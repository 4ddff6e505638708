#include "treadle/integrations/lambda_result.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "treadle/base/error_names.h"
#include "treadle/base/limits.h"
#include "treadle/integrations/http_metadata.h"
#include "treadle/json/arena.h"
#include "treadle/json/parse.h"
#include "treadle/json/print.h"

namespace treadle::integrations {
namespace {

constexpr std::string_view kUnknown = "Lambda.Unknown";

// The errors of Invoke in Lambda's service model; what it does not know shows as
// AWSLambdaException.
constexpr std::array<std::string_view, 30> kModelledErrors = {
    "EC2AccessDeniedException",
    "EC2ThrottledException",
    "EC2UnexpectedException",
    "EFSIOException",
    "EFSMountConnectivityException",
    "EFSMountFailureException",
    "EFSMountTimeoutException",
    "ENILimitReachedException",
    "InvalidParameterValueException",
    "InvalidRequestContentException",
    "InvalidRuntimeException",
    "InvalidSecurityGroupIDException",
    "InvalidSubnetIDException",
    "InvalidZipFileException",
    "KMSAccessDeniedException",
    "KMSDisabledException",
    "KMSInvalidStateException",
    "KMSNotFoundException",
    "RecursiveInvocationException",
    "RequestTooLargeException",
    "ResourceConflictException",
    "ResourceNotFoundException",
    "ResourceNotReadyException",
    "ServiceException",
    "SnapStartException",
    "SnapStartNotReadyException",
    "SnapStartTimeoutException",
    "SubnetIPAddressLimitReachedException",
    "TooManyRequestsException",
    "UnsupportedMediaTypeException"};

auto is_arn_form(TaskCall const& call) -> bool {
  return call.resource->kind == asl::ResourceKind::kLambdaFunction;
}

auto failed(std::string_view name, std::string_view cause) -> CallFailed {
  return {Error{std::string(truncated(to_utf8(name), limits::kErrorChars)),
                std::string(truncated(to_utf8(cause), limits::kCauseChars))},
          CallStage::kRun};
}

// ---- errors of the service

auto code_without_address(std::string_view code) -> std::string_view {
  code = code.substr(0, code.find(':'));  // "ResourceNotFoundException:http://..."
  auto const hash = code.rfind('#');      // "com.amazonaws...#ResourceNotFoundException"
  return hash == std::string_view::npos ? code : code.substr(hash + 1);
}

auto first_text(json::Value object, std::initializer_list<std::string_view> names) -> std::string {
  for (auto name : names)
    if (auto const* member = object.find(name); member != nullptr && member->is_string())
      return std::string(member->as_string());
  return {};
}

auto code_of_status(int status) -> std::string_view {
  switch (status) {
    case 404: return "ResourceNotFoundException";
    case 413: return "RequestTooLargeException";
    case 429: return "TooManyRequestsException";
    case 500: return "ServiceException";
    default: return {};
  }
}

auto service_error(LambdaResponse const& response) -> CallFailed {
  json::Arena arena;
  auto const body = json::parse(arena, response.body).value_or(json::Value());
  auto code =
      std::string(code_without_address(response.headers.find("x-amzn-ErrorType").value_or("")));
  if (code.empty()) code = code_without_address(first_text(body, {"__type", "code", "Code"}));
  if (code.empty()) code = code_of_status(response.status);
  auto const message = first_text(body, {"Message", "message", "errorMessage"});
  auto const request_id = response.headers.find("x-amzn-RequestId").value_or("null");
  auto const known = std::ranges::find(kModelledErrors, code) != kModelledErrors.end();
  return failed(
      fmt::format("Lambda.{}", known ? code : "AWSLambdaException"),
      fmt::format(
          "{} (Service: AWSLambda; Status Code: {}; Error Code: {}; Request ID: {}; Proxy: null)",
          message.empty() ? "null" : message, response.status, code.empty() ? "null" : code,
          request_id));
}

// ---- errors of the function

auto function_error(TaskCall const& call, LambdaResponse const& response) -> CallFailed {
  json::Arena arena;
  auto const payload = json::parse(arena, response.body);
  auto const type = payload ? first_text(*payload, {"errorType"}) : std::string();
  if (type.empty())
    return failed(kUnknown,
                  fmt::format("The cause could not be determined because Lambda did not return an "
                              "error type. Returned payload: {}",
                              response.body));
  return failed(type, is_arn_form(call) ? response.body : json::print(*payload));
}

// ---- success

// An Event or DryRun call has no payload; the output shows it as an empty text.
auto payload_value(json::Arena& arena, LambdaResponse const& response)
    -> std::optional<json::Value> {
  if (response.body.empty()) return json::make_string(arena, "");
  auto const payload = json::parse(arena, response.body);
  return payload ? std::optional(*payload) : std::nullopt;
}

auto not_json(LambdaResponse const& response) -> CallFailed {
  return failed(kUnknown,
                fmt::format("The function's response is not valid JSON. Returned payload: {}",
                            response.body));
}

// The output of lambda:invoke. LogResult stands there whenever LogType asked for it.
auto invoke_output(LambdaRequest const& request, LambdaResponse const& response)
    -> std::optional<std::string> {
  json::Arena arena;
  auto const payload = payload_value(arena, response);
  if (!payload) return std::nullopt;
  std::vector<json::Member> members;
  if (auto const version = response.headers.find("X-Amz-Executed-Version"))
    members.push_back({"ExecutedVersion", json::make_string(arena, to_utf8(*version))});
  if (request.log_type == "Tail")
    members.push_back(
        {"LogResult", json::make_string(
                          arena, to_utf8(response.headers.find("X-Amz-Log-Result").value_or("")))});
  members.push_back({"Payload", *payload});
  members.push_back({"SdkHttpMetadata", http_metadata(arena, response.status, response.headers)});
  members.push_back(
      {"SdkResponseMetadata",
       response_metadata(arena, response.headers.find("x-amzn-RequestId").value_or(""))});
  members.push_back({"StatusCode", json::make_number(arena, std::int64_t{response.status})});
  return json::print(json::make_object(arena, members));
}

auto arn_output(LambdaResponse const& response) -> std::optional<std::string> {
  json::Arena arena;
  if (!json::parse(arena, response.body)) return std::nullopt;
  return response.body;
}

}  // namespace

auto result_too_large(TaskCall const& call) -> CallFailed {
  auto const& resource = *call.resource;
  auto const& service =
      resource.history_resource_type.empty() ? resource.service : resource.history_resource_type;
  return failed(
      errors::kDataLimitExceeded,
      fmt::format("The state/task '{}' returned a result with a size exceeding the maximum number "
                  "of bytes service limit.",
                  is_arn_form(call) ? resource.text : service));
}

auto truncated(std::string_view text, std::size_t chars) -> std::string_view {
  if (text.size() <= chars) return text;
  std::size_t count = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    bool const starts_character = (static_cast<unsigned char>(text[i]) & 0xC0U) != 0x80U;
    if (starts_character && ++count > chars) return text.substr(0, i);
  }
  return text;
}

auto to_call_result(TaskCall const& call, LambdaRequest const& request,
                    LambdaResponse const& response) -> CallResult {
  if (response.status < 200 || response.status > 299) return service_error(response);
  if (response.headers.find("X-Amz-Function-Error")) return function_error(call, response);
  if (response.body.size() > limits::kPayloadBytes) return result_too_large(call);
  auto output = is_arn_form(call) ? arn_output(response) : invoke_output(request, response);
  if (!output) return not_json(response);
  if (output->size() > limits::kPayloadBytes) return result_too_large(call);
  return CallSucceeded{std::move(*output)};
}

}  // namespace treadle::integrations
