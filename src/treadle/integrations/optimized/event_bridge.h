// events:putEvents. A Detail that is no text is sent as JSON; the ARNs of the state machine and of
// the execution go into every entry's Resources; an entry that was refused fails the task.
// Source: Step Functions Developer Guide, "Add EventBridge events"; recorded histories.
#pragma once

#include "treadle/integrations/optimized/optimized_connector.h"

namespace treadle::integrations::optimized {

class EventBridgeConnector final : public OptimizedConnector {
 public:
  explicit EventBridgeConnector(aws_sdk::ServiceCaller& caller);

 protected:
  [[nodiscard]] auto prepare(json::Arena& arena, TaskCall const& call, json::Value parameters) const
      -> Prepared override;
  [[nodiscard]] auto finish(TaskCall const& call, aws_sdk::ServiceAnswer const& answer) const
      -> CallResult override;
};

}  // namespace treadle::integrations::optimized
