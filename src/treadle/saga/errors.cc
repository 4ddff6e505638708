#include "treadle/saga/errors.h"

#include <algorithm>
#include <array>
#include <utility>

#include "treadle/base/error_names.h"

namespace treadle::saga {
namespace {

// Of every task. The last ones may come from before the call as well as from after it.
constexpr std::array<std::string_view, 4> kOfAll = {errors::kTimeout, errors::kHeartbeatTimeout,
                                                    errors::kTaskOutcomeUnknown,
                                                    errors::kDataLimitExceeded};
constexpr std::array<std::string_view, 3> kOfJsonPath = {
    errors::kResultPathMatchFailure, errors::kParameterPathFailure, errors::kIntrinsicFailure};

// What Lambda answers when the function may have run, and how a function ends that was killed on the way.
constexpr std::array<std::string_view, 7> kOfLambda = {"Lambda.ServiceException",
                                                       "Lambda.AWSLambdaException",
                                                       "Lambda.SdkClientException",
                                                       "Lambda.ClientExecutionTimeoutException",
                                                       "Lambda.Unknown",
                                                       "Sandbox.Timedout",
                                                       "Runtime.ExitError"};

template <std::size_t N>
auto has(std::array<std::string_view, N> const& names, std::string_view name) -> bool {
  return std::ranges::find(names, name) != names.end();
}

auto lower(std::string_view text) -> std::string {
  std::string out(text);
  for (auto& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  return out;
}

auto calls_lambda(asl::Resource const& resource) -> bool {
  return resource.kind == asl::ResourceKind::kLambdaFunction ||
         (resource.kind == asl::ResourceKind::kService && resource.service == "lambda" &&
          !resource.is_aws_sdk);
}

auto takes_one(std::string_view wanted, ErrorName const& error) -> bool {
  if (wanted == errors::kAll) return true;
  if (error.is_any) return wanted == errors::kTaskFailed;
  if (error.text.empty()) return wanted == errors::kTaskFailed;
  if (wanted == error.text) return true;
  if (wanted == errors::kHeartbeatTimeout) return error.heartbeat;
  if (wanted == errors::kTaskFailed)
    return error.text != errors::kTimeout && error.text != errors::kHeartbeatTimeout;
  return false;
}

}  // namespace

auto is_ambiguous(std::string_view error) -> bool {
  if (has(kOfAll, error) || has(kOfJsonPath, error) || has(kOfLambda, error) ||
      error == errors::kCompensate || error == errors::kQueryEvaluationError ||
      error == errors::kHttpSocket || error.starts_with("States.Http.StatusCode.5"))
    return true;
  auto const name = lower(error);
  return name.contains("timeout") || name.contains("timedout") || name.contains("timed out");
}

auto ambiguous_errors(asl::Resource const& resource, asl::QueryLanguage language)
    -> std::vector<std::string_view> {
  std::vector<std::string_view> out = {errors::kTimeout, errors::kHeartbeatTimeout,
                                       errors::kDataLimitExceeded};
  if (language == asl::QueryLanguage::kJsonata)
    out.push_back(errors::kQueryEvaluationError);
  else
    out.insert(out.end(), kOfJsonPath.begin(), kOfJsonPath.end());
  if (calls_lambda(resource)) out.insert(out.end(), kOfLambda.begin(), kOfLambda.end());
  return out;
}

auto others_are_ambiguous(asl::Resource const& resource) -> bool {
  return resource.kind == asl::ResourceKind::kService && !calls_lambda(resource);
}

auto takes(std::vector<std::string> const& error_equals, ErrorName const& error) -> bool {
  if (error.text == errors::kRuntime) return false;
  return std::ranges::any_of(error_equals,
                             [&](std::string const& wanted) { return takes_one(wanted, error); });
}

}  // namespace treadle::saga
