#include "treadle/library/function_connector.h"

#include <exception>
#include <mutex>
#include <utility>

#include <fmt/format.h>

#include "treadle/base/error_names.h"
#include "treadle/integrations/lambda_message.h"
#include "treadle/integrations/lambda_result.h"
#include "treadle/json/parse.h"
#include "treadle/json/print.h"
#include "treadle/library/access.h"

namespace treadle::library {
namespace {

using namespace integrations;

auto failed(TaskError error, CallStage stage = CallStage::kRun) -> CallFailed {
  return {Error{std::string(truncated(error.error, limits::kErrorChars)),
                std::string(truncated(error.cause, limits::kCauseChars))},
          stage};
}

auto nobody(asl::Resource const& resource, std::string_view function) -> CallFailed {
  return {Error{std::string(errors::kRuntime),
                fmt::format("No function is bound to '{}'. Engine::bind() does that, before the "
                            "first execution.",
                            function.empty() ? std::string_view(resource.text) : function)},
          CallStage::kStart};
}

auto threw(std::string_view what) -> TaskError { return {"Function.Exception", std::string(what)}; }

// The functions are not ours: what they throw stops here.
auto call_function(Function const& function, Task& task) -> TaskResult {
  try {
    return function(task);
  } catch (std::exception const& e) {
    return std::unexpected(threw(e.what()));
  } catch (...) {
    return std::unexpected(threw("The function threw what is no std::exception."));
  }
}

// What it throws is lost: the completion answers as it goes away, or whoever has it does.
void call_function(AsyncFunction const& function, Task& task, Completion completion) {
  try {
    function(task, std::move(completion));
  } catch (...) {
    return;
  }
}

auto behind(std::shared_ptr<Gate> gate, CallDone done) -> CallDone {
  return [gate = std::move(gate), done = std::move(done)](CallResult result) mutable {
    std::shared_lock const lock(gate->mutex);
    if (gate->is_open) done(std::move(result));
  };
}

void run_bound(Bound const& bound, TaskCall const& call, std::string_view input,
               std::shared_ptr<Gate> const& gate, CallDone done) {
  json::Arena arena;
  auto const parsed = json::parse(arena, input, {.keep_source = true});
  if (!parsed)
    return done(failed({"Function.InvalidInput", parsed.error().to_string()}, CallStage::kStart));
  TaskData const data{.resource = call.resource->text,
                      .execution_arn = call.execution_arn,
                      .token = call.task_token,
                      .id = call.id,
                      .key = call.idempotency_key};
  auto task = Access::task(data, *parsed, arena);
  if (auto const* const later = std::get_if<AsyncFunction>(&bound))
    return call_function(*later, task, Access::completion(behind(gate, std::move(done))));
  auto const result = call_function(std::get<Function>(bound), task);
  if (!result) return done(failed(result.error()));
  done(CallSucceeded{json::print(Access::value(*result))});
}

auto is_lambda_invoke(asl::Resource const& r) -> bool {
  return r.kind == asl::ResourceKind::kService && !r.is_aws_sdk && r.service == "lambda" &&
         r.action == "invoke";
}

// What a function gave, in the form that lambda:invoke has.
auto as_invoke_result(TaskCall const& call, LambdaRequest const& request, CallResult result)
    -> CallResult {
  auto* const ok = std::get_if<CallSucceeded>(&result);
  if (ok == nullptr) return result;
  return to_call_result(call, request,
                        {.status = 200, .headers = {}, .body = std::move(ok->output)});
}

}  // namespace

void FunctionConnector::close() {
  std::lock_guard const lock(gate_->mutex);
  gate_->is_open = false;
}

void FunctionConnector::invoke(TaskCall call, CallDone done) {
  if (!is_lambda_invoke(*call.resource)) {
    auto const* const bound = bindings_.find(*call.resource);
    if (bound != nullptr) return run_bound(*bound, call, call.parameters, gate_, std::move(done));
    if (others_) return others_->invoke(std::move(call), std::move(done));
    return done(nobody(*call.resource, {}));
  }
  auto request = make_lambda_request(call);
  if (!request) return done(CallFailed{std::move(request).error(), CallStage::kStart});
  auto const* bound = bindings_.find_function(request->function);
  if (bound != nullptr) {
    auto const kept = std::make_shared<std::pair<TaskCall, LambdaRequest>>(call, *request);
    return run_bound(*bound, kept->first, kept->second.payload, gate_,
                     [kept, done = std::move(done)](CallResult result) mutable {
                       done(as_invoke_result(kept->first, kept->second, std::move(result)));
                     });
  }
  // Whoever is bound to the integration itself sees the whole request.
  bound = bindings_.find(*call.resource);
  if (bound == nullptr) return done(nobody(*call.resource, request->function));
  run_bound(*bound, call, call.parameters, gate_, std::move(done));
}

void FunctionConnector::cancel(CallId id) {
  if (others_) others_->cancel(id);
}

auto FunctionConnector::answer(CallView const& call) -> std::optional<Answer> {
  if (is_lambda_invoke(call.resource)) return std::nullopt;
  auto const* const bound = bindings_.find(call.resource);
  if (bound == nullptr) return others_ ? others_->answer(call) : std::nullopt;
  auto const* const function = std::get_if<Function>(bound);
  if (function == nullptr) return std::nullopt;
  TaskData const data{.resource = call.resource.text,
                      .execution_arn = call.execution_arn,
                      .token = {},
                      .id = call.id,
                      .keys = &call.keys,
                      .key = {}};
  auto task = Access::task(data, call.parameters, call.arena);
  auto result = call_function(*function, task);
  if (!result) return failed(std::move(result).error());
  return Access::value(*result);
}

}  // namespace treadle::library
