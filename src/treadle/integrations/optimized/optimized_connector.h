// An optimized integration that is one call of the service's API: what all of them do alike.
#pragma once

#include <string>
#include <string_view>

#include "treadle/base/result.h"
#include "treadle/integrations/aws_sdk/service_caller.h"
#include "treadle/integrations/connector.h"
#include "treadle/integrations/optimized/optimized_service.h"
#include "treadle/json/arena.h"
#include "treadle/json/value.h"

namespace treadle::integrations::optimized {

// What is to be called.
struct PreparedCall {
  std::string_view model;  // outlive the call: constants
  std::string_view action;
  json::Value parameters;
};
using Prepared = Result<PreparedCall, CallFailed>;

class OptimizedConnector : public Connector {
 public:
  // Both outlive the connector.
  OptimizedConnector(OptimizedService const& service, aws_sdk::ServiceCaller& caller);
  void invoke(TaskCall call, CallDone done) final;
  void cancel(CallId id) override;

 protected:
  // From the task's parameters (an object) to the API's. At first the action of the same name.
  [[nodiscard]] virtual auto prepare(json::Arena& arena, TaskCall const& call,
                                     json::Value parameters) const -> Prepared;
  // From the API's answer to what the task gives. At first output_with_metadata().
  [[nodiscard]] virtual auto finish(TaskCall const& call,
                                    aws_sdk::ServiceAnswer const& answer) const -> CallResult;

  [[nodiscard]] auto service() const -> OptimizedService const& { return service_; }

 private:
  OptimizedService const& service_;
  aws_sdk::ServiceCaller& caller_;
};

// The answer's members, SdkHttpMetadata and SdkResponseMetadata, by name.
[[nodiscard]] auto output_with_metadata(aws_sdk::ServiceAnswer const& answer) -> std::string;

// "Requested resource not found (Service: AmazonDynamoDBv2; Status Code: 400; Error Code: ...;
// Request ID: ...; Proxy: null)", named "DynamoDB.ResourceNotFoundException".
[[nodiscard]] auto optimized_failure(OptimizedService const& service, TaskCall const& call,
                                     aws_sdk::CallProblem const& problem) -> CallFailed;

// A text as it is, any other value as JSON: what becomes of "Message", "MessageBody", "Detail".
[[nodiscard]] auto as_text(json::Arena& arena, json::Value value) -> json::Value;

// `object` with the member `name`, where it has one, as text.
[[nodiscard]] auto with_text_member(json::Arena& arena, json::Value object, std::string_view name)
    -> json::Value;

}  // namespace treadle::integrations::optimized
