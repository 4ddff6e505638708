// Amazon EMR: besides the actions that are its API's own, changes of an instance fleet or group that
// is named, whose id is looked up first.
// Source: Step Functions Developer Guide, "Create and manage Amazon EMR clusters".
#pragma once

#include <memory>
#include <string_view>

#include "treadle/integrations/aws_sdk/service_caller.h"
#include "treadle/integrations/connector.h"
#include "treadle/integrations/optimized/generic.h"

namespace treadle::integrations::optimized {

class EmrConnector final : public Connector {
 public:
  explicit EmrConnector(aws_sdk::ServiceCaller& caller);  // outlives this
  void invoke(TaskCall call, CallDone done) override;
  void cancel(CallId id) override;

 private:
  struct Change;
  void look_up(std::shared_ptr<Change> const& change);
  void make(std::shared_ptr<Change> const& change, std::string_view id);

  aws_sdk::ServiceCaller& caller_;
  OptimizedService const& service_;
  GenericConnector others_;
};

}  // namespace treadle::integrations::optimized
