// aws-sdk:SERVICE:ACTION: any action of any AWS API, as the API has it.
//
// Errors are named by the clients of the AWS SDK for Java 2.x: "DynamoDb.ResourceNotFoundException",
// "SecretsManager.SecretsManagerException" where the service's model does not know the code,
// "S3.SdkClientException" where there was no answer. Source: recorded histories; Step Functions
// Developer Guide, "Learning to use AWS service SDK integrations".
#pragma once

#include "treadle/integrations/aws_sdk/service_caller.h"
#include "treadle/integrations/connector.h"

namespace treadle::integrations::aws_sdk {

class SdkConnector final : public Connector {
 public:
  explicit SdkConnector(ServiceCaller& caller);  // outlives the connector
  // Under kWaitForTaskToken the answer is the submission.
  void invoke(TaskCall call, CallDone done) override;
  void cancel(CallId id) override;

 private:
  ServiceCaller& caller_;
};

// What a task shows of a call that failed.
[[nodiscard]] auto sdk_failure(TaskCall const& call, CallProblem const& problem) -> CallFailed;

}  // namespace treadle::integrations::aws_sdk
