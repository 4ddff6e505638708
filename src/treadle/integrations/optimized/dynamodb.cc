#include "treadle/integrations/optimized/dynamodb.h"

#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "treadle/net/http_message.h"

namespace treadle::integrations::optimized {
namespace {

constexpr std::pair<std::string_view, std::string_view> kRequired[] = {
    {"TableName", "tableName"}, {"Item", "item"}, {"Key", "key"}};

auto is_null(json::Value parameters, std::string_view name) -> bool {
  auto const* member = parameters.find(name);
  return member != nullptr && member->is_null();
}

auto validation_error(std::vector<std::string> const& violations) -> aws_sdk::CallProblem {
  aws_sdk::CallProblem problem;
  problem.error.code = "ValidationException";
  problem.error.status = 400;
  problem.error.request_id = net::make_request_id().view();
  problem.error.message =
      fmt::format("{} validation error{} detected: {}", violations.size(),
                  violations.size() == 1 ? "" : "s", fmt::join(violations, "; "));
  return problem;
}

}  // namespace

DynamoDbConnector::DynamoDbConnector(aws_sdk::ServiceCaller& caller)
    : OptimizedConnector(*find_optimized_service("dynamodb"), caller) {}

auto DynamoDbConnector::prepare(json::Arena& /*arena*/, TaskCall const& call,
                                json::Value parameters) const -> Prepared {
  std::vector<std::string> violations;
  for (auto const& [name, shown] : kRequired)
    if (is_null(parameters, name))
      violations.push_back(fmt::format(
          "Value null at '{}' failed to satisfy constraint: Member must not be null", shown));
  if (violations.empty()) return PreparedCall{service().model, call.resource->action, parameters};
  return std::unexpected(optimized_failure(service(), call, validation_error(violations)));
}

}  // namespace treadle::integrations::optimized
