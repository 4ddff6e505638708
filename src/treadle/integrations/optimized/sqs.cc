#include "treadle/integrations/optimized/sqs.h"

namespace treadle::integrations::optimized {

SqsConnector::SqsConnector(aws_sdk::ServiceCaller& caller)
    : OptimizedConnector(*find_optimized_service("sqs"), caller) {}

auto SqsConnector::prepare(json::Arena& arena, TaskCall const& call, json::Value parameters) const
    -> Prepared {
  return PreparedCall{service().model, call.resource->action,
                      with_text_member(arena, parameters, "MessageBody")};
}

}  // namespace treadle::integrations::optimized
