// Task calls, and waiting for their results.
#pragma once

#include <chrono>
#include <future>
#include <memory>
#include <string>
#include <utility>

#include "treadle/base/assert.h"
#include "treadle/integrations/connector.h"
#include "treadle/integrations/lambda_message.h"

namespace treadle::integrations::testing {

inline constexpr auto kPatience = std::chrono::seconds(60);  // nothing here takes that long

inline auto arn_resource(std::string_view function) -> std::shared_ptr<asl::Resource const> {
  auto resource = std::make_shared<asl::Resource>();
  resource->text = "arn:aws:lambda:us-east-1:123456789012:function:" + std::string(function);
  resource->kind = asl::ResourceKind::kLambdaFunction;
  return resource;
}

inline auto service_resource(std::string_view service, std::string_view action)
    -> std::shared_ptr<asl::Resource const> {
  auto resource = std::make_shared<asl::Resource>();
  resource->text = "arn:aws:states:::" + std::string(service) + ":" + std::string(action);
  resource->kind = asl::ResourceKind::kService;
  resource->service = service;
  resource->action = action;
  return resource;
}

inline auto make_call(std::shared_ptr<asl::Resource const> resource, std::string parameters,
                      std::uint32_t history_id = 4) -> TaskCall {
  TaskCall call;
  call.id = {{1, 2}, history_id};
  call.resource = std::move(resource);
  call.parameters = std::move(parameters);
  call.idempotency_key = "key-" + std::to_string(history_id);
  call.region = "us-east-1";
  call.account = "123456789012";
  return call;
}

inline auto arn_call(std::string_view function, std::string input) -> TaskCall {
  return make_call(arn_resource(function), std::move(input));
}

inline auto invoke_call(std::string parameters) -> TaskCall {
  return make_call(service_resource("lambda", "invoke"), std::move(parameters));
}

// A value that another thread will give.
template <typename T>
class Awaited {
 public:
  auto setter() {
    return [promise = promise_](auto&& value) {
      promise->set_value(std::forward<decltype(value)>(value));
    };
  }
  auto get() -> T {
    TREADLE_ASSERT(future_.wait_for(kPatience) == std::future_status::ready);
    return future_.get();
  }

 private:
  std::shared_ptr<std::promise<T>> promise_ = std::make_shared<std::promise<T>>();
  std::future<T> future_ = promise_->get_future();
};

inline auto result_of(Connector& connector, TaskCall call) -> CallResult {
  Awaited<CallResult> result;
  connector.invoke(std::move(call), result.setter());
  return result.get();
}

inline auto output_of(CallResult const& result) -> std::string {
  auto const* success = std::get_if<CallSucceeded>(&result);
  return success != nullptr ? success->output
                            : "(failed) " + std::get<CallFailed>(result).error.cause;
}

inline auto error_of(CallResult const& result) -> Error {
  auto const* failure = std::get_if<CallFailed>(&result);
  return failure != nullptr ? failure->error
                            : Error{"(succeeded)", std::get<CallSucceeded>(result).output};
}

}  // namespace treadle::integrations::testing
