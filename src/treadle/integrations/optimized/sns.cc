#include "treadle/integrations/optimized/sns.h"

namespace treadle::integrations::optimized {

SnsConnector::SnsConnector(aws_sdk::ServiceCaller& caller)
    : OptimizedConnector(*find_optimized_service("sns"), caller) {}

auto SnsConnector::prepare(json::Arena& arena, TaskCall const& call, json::Value parameters) const
    -> Prepared {
  return PreparedCall{service().model, call.resource->action,
                      with_text_member(arena, parameters, "Message")};
}

}  // namespace treadle::integrations::optimized
