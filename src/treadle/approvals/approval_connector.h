// The resource treadle:approval: a task that calls nothing and waits to be decided.
#pragma once

#include "treadle/integrations/connector.h"

namespace treadle::approvals {

// Checks the Parameters, so that a request that nobody could decide on fails at once, with
// Approval.InvalidParameters.
class ApprovalConnector final : public integrations::Connector {
 public:
  void invoke(integrations::TaskCall call, integrations::CallDone done) override;
};

}  // namespace treadle::approvals
