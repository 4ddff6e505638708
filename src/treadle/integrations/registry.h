// Which connector serves which resource.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "treadle/integrations/connector.h"

namespace treadle::integrations {

// Filled at start, read-only while calls run (then safe from any thread).
class Registry final : public Connector {
 public:
  // `connector` serves every Task whose Resource is the ARN of a Lambda function.
  void add_lambda_functions(std::shared_ptr<Connector> connector);
  // `connector` serves a service's actions in all their patterns. `service` as asl::Resource
  // spells it ("lambda", "dynamodb"); aws-sdk integrations have names of their own
  // ("aws-sdk:dynamodb"). An empty `action` stands for every action that has no entry of its own.
  void add_service(std::string service, std::string action, std::shared_ptr<Connector> connector);

  // `connector` serves every aws-sdk integration that has no entry of its own, and what reads like
  // one without "aws-sdk" where no optimized integration is known ("arn:aws:states:::s3:putObject").
  void add_aws_sdk(std::shared_ptr<Connector> connector);

  [[nodiscard]] auto find(asl::Resource const& resource) const
      -> Connector*;  // nullptr: nobody serves it

  // Hands the call to its connector. A resource that nobody serves fails at stage kStart with
  // States.Runtime (a retry would meet the same) and a cause that names the resource.
  void invoke(TaskCall call, CallDone done) override;
  [[nodiscard]] auto answer(CallView const& call) -> std::optional<Answer> override;
  void cancel(CallId id) override;
  void await_job(TaskCall call, CallDone done) override;
  void compensate_job(TaskCall call) override;
  void stop_job(TaskCall call, CallDone done) override;

 private:
  std::shared_ptr<Connector> lambda_functions_;
  std::shared_ptr<Connector> aws_sdk_;
  std::map<std::string, std::shared_ptr<Connector>, std::less<>>
      services_;  // "SERVICE:ACTION", "SERVICE:"
};

}  // namespace treadle::integrations
