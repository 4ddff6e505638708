#include "treadle/integrations/functions/function_runner.h"

#include <chrono>
#include <filesystem>

#include <fmt/format.h>

#include "treadle/integrations/aws_configuration.h"
#include "treadle/json/arena.h"
#include "treadle/json/parse.h"
#include "treadle/json/print.h"

namespace treadle::integrations::functions {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";

auto trimmed(std::string_view text) -> std::string_view {
  auto const begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

// What every SDK inside a handler needs to work against a local endpoint; Lambda always has them.
void add_defaults(Environment& environment, FunctionHostOptions const& options) {
  environment.try_emplace("AWS_ACCESS_KEY_ID", "test");
  environment.try_emplace("AWS_SECRET_ACCESS_KEY", "test");
  environment.try_emplace("AWS_DEFAULT_REGION", options.region);
  environment.try_emplace("TZ", ":UTC");
}

void add_lambda_variables(Environment& environment, FunctionSpec const& function,
                          FunctionHostOptions const& options) {
  environment["AWS_REGION"] = options.region;
  environment["AWS_LAMBDA_FUNCTION_NAME"] = function.name;
  environment["AWS_LAMBDA_FUNCTION_VERSION"] = "$LATEST";
  environment["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"] = std::to_string(function.memory_mb);
  environment["AWS_LAMBDA_INITIALIZATION_TYPE"] = "on-demand";
  environment["AWS_LAMBDA_LOG_GROUP_NAME"] = "/aws/lambda/" + function.name;
  environment["AWS_LAMBDA_LOG_STREAM_NAME"] = "local";
  environment["LAMBDA_TASK_ROOT"] =
      std::filesystem::absolute(function.code).lexically_normal().string();
  environment["_HANDLER"] = function.handler;
}

}  // namespace

void LogLines::add(OutputStream stream, std::string_view bytes) {
  auto& lines = stream == OutputStream::kOutput ? output_ : errors_;
  lines.add(bytes, [this](std::string_view line) { context_.log(function_, line); });
}

void LogLines::finish() {
  for (auto* lines : {&output_, &errors_})
    lines->finish([this](std::string_view line) { context_.log(function_, line); });
}

auto failed_outcome(std::string_view type, std::string_view message) -> Outcome {
  std::string payload = R"({"errorType":)";
  json::append_string(payload, type);
  payload += R"(,"errorMessage":)";
  json::append_string(payload, message);
  return {Outcome::Kind::kFailed, payload + "}"};
}

auto exited_outcome(std::string_view request_id, ProcessEnd const& end) -> Outcome {
  auto const reason = end.is_success() ? std::string("Runtime exited without providing a reason")
                                       : "Runtime exited with error: " + to_string(end);
  return failed_outcome("Runtime.ExitError",
                        fmt::format("RequestId: {} Error: {}", request_id, reason));
}

auto timed_out_outcome(std::string_view request_id, Milliseconds limit) -> Outcome {
  return failed_outcome("Sandbox.Timedout",
                        fmt::format("RequestId: {} Error: Task timed out after {:.2f} seconds",
                                    request_id, std::chrono::duration<double>(limit).count()));
}

auto result_outcome(std::string_view text) -> Outcome {
  auto const payload = trimmed(text);
  if (payload.empty()) return {Outcome::Kind::kSucceeded, "null"};
  json::Arena arena;
  if (auto const parsed = json::parse(arena, payload); !parsed)
    return failed_outcome(
        "Runtime.MalformedHandlerResponse",
        fmt::format("The response is not valid JSON: {}", parsed.error().to_string()));
  return {Outcome::Kind::kSucceeded, std::string(payload)};
}

auto is_error_report(std::string_view text) -> bool {
  json::Arena arena;
  auto const parsed = json::parse(arena, text);
  if (!parsed) return false;
  auto const* type = parsed->find("errorType");
  return type != nullptr && type->is_string();
}

auto process_environment_of(FunctionSpec const& function, FunctionHostOptions const& options,
                            std::map<std::string, std::string> const& invocation_variables)
    -> std::vector<std::string> {
  auto environment = process_environment();
  add_defaults(environment, options);
  for (auto const& [name, value] : options.environment) environment.insert_or_assign(name, value);
  for (auto const& [name, value] : function.environment) environment.insert_or_assign(name, value);
  add_lambda_variables(environment, function, options);
  for (auto const& [name, value] : invocation_variables) environment.insert_or_assign(name, value);
  std::vector<std::string> out;
  for (auto const& [name, value] : environment) out.push_back(fmt::format("{}={}", name, value));
  return out;
}

}  // namespace treadle::integrations::functions
