// The optimized integrations that are the API's own action, or that action under another name.
// Source: Step Functions Developer Guide, "Integrating optimized services".
#pragma once

#include "treadle/integrations/optimized/optimized_connector.h"

namespace treadle::integrations::optimized {

// Request-response of one service: athena, codebuild, ecs, emr, glue, sagemaker and the like. An
// action that is none of the API's and is not known here fails with States.Runtime.
class GenericConnector final : public OptimizedConnector {
 public:
  using OptimizedConnector::OptimizedConnector;

 protected:
  [[nodiscard]] auto prepare(json::Arena& arena, TaskCall const& call, json::Value parameters) const
      -> Prepared override;
  [[nodiscard]] auto finish(TaskCall const& call, aws_sdk::ServiceAnswer const& answer) const
      -> CallResult override;
};

}  // namespace treadle::integrations::optimized
