// How optimized integrations name their services: in errors, in causes, among the models.
// Source: recorded histories; Step Functions Developer Guide, "Integrating optimized services";
// AWS SDK for Java 1.x, names of services and of their base exceptions.
#pragma once

#include <string_view>

namespace treadle::integrations::optimized {

struct OptimizedService {
  std::string_view resource;        // "dynamodb", as a Resource has it
  std::string_view model;           // id among the models: "eventbridge" of "events"
  std::string_view error_prefix;    // "DynamoDB"
  std::string_view sdk_name;        // "AmazonDynamoDBv2"
  std::string_view base_exception;  // of codes that the model does not know
};

// nullptr: no such service is called by way of its API.
[[nodiscard]] auto find_optimized_service(std::string_view resource) -> OptimizedService const*;

}  // namespace treadle::integrations::optimized
