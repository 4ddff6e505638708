// sqs:sendMessage. A MessageBody that is no text is sent as JSON.
// Source: Step Functions Developer Guide, "Send messages to an Amazon SQS queue".
#pragma once

#include "treadle/integrations/optimized/optimized_connector.h"

namespace treadle::integrations::optimized {

class SqsConnector final : public OptimizedConnector {
 public:
  explicit SqsConnector(aws_sdk::ServiceCaller& caller);

 protected:
  [[nodiscard]] auto prepare(json::Arena& arena, TaskCall const& call, json::Value parameters) const
      -> Prepared override;
};

}  // namespace treadle::integrations::optimized
