// dynamodb:getItem, putItem, updateItem, deleteItem.
// Source: Step Functions Developer Guide, "Perform DynamoDB CRUD operations"; recorded histories.
#pragma once

#include "treadle/integrations/optimized/optimized_connector.h"

namespace treadle::integrations::optimized {

class DynamoDbConnector final : public OptimizedConnector {
 public:
  explicit DynamoDbConnector(aws_sdk::ServiceCaller& caller);

 protected:
  // A required parameter that is null fails as the service says it of a request without it.
  [[nodiscard]] auto prepare(json::Arena& arena, TaskCall const& call, json::Value parameters) const
      -> Prepared override;
};

}  // namespace treadle::integrations::optimized
