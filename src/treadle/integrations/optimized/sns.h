// sns:publish. A Message that is no text is sent as JSON.
// Source: Step Functions Developer Guide, "Publish messages to Amazon SNS topics".
#pragma once

#include "treadle/integrations/optimized/optimized_connector.h"

namespace treadle::integrations::optimized {

class SnsConnector final : public OptimizedConnector {
 public:
  explicit SnsConnector(aws_sdk::ServiceCaller& caller);

 protected:
  [[nodiscard]] auto prepare(json::Arena& arena, TaskCall const& call, json::Value parameters) const
      -> Prepared override;
};

}  // namespace treadle::integrations::optimized
