#include "treadle/asl/required_parameters.h"

#include <array>
#include <string>

#include <fmt/format.h>

namespace treadle::asl {
namespace {

struct Entry {
  std::string_view service;
  std::string_view action;
  std::array<std::string_view, 3> fields;  // the rest empty
};

constexpr Entry kEntries[] = {
    {"apigateway", "invoke", {"ApiEndpoint", "Method"}},
    {"athena", "startQueryExecution", {"QueryString"}},
    {"batch", "submitJob", {"JobDefinition", "JobName", "JobQueue"}},
    {"codebuild", "startBuild", {"ProjectName"}},
    {"dynamodb", "deleteItem", {"Key", "TableName"}},
    {"dynamodb", "getItem", {"Key", "TableName"}},
    {"dynamodb", "putItem", {"Item", "TableName"}},
    {"dynamodb", "updateItem", {"Key", "TableName"}},
    {"ecs", "runTask", {"TaskDefinition"}},
    {"events", "putEvents", {"Entries"}},
    {"glue", "startJobRun", {"JobName"}},
    {"http", "invoke", {"ApiEndpoint", "Method"}},
    {"lambda", "invoke", {"FunctionName"}},
    {"sns", "publish", {"Message"}},
    {"sqs", "sendMessage", {"MessageBody", "QueueUrl"}},
    {"states", "startExecution", {"StateMachineArn"}},
};

auto has_field(Fields const& parameters, std::string_view name) -> bool {
  return parameters.has(name) ||
         (parameters.is_json_path() && parameters.has(std::string(name) + ".$"));
}

}  // namespace

void check_required_parameters(Resource const& resource, Fields const& task, Report& report) {
  if (resource.kind != ResourceKind::kService || resource.is_aws_sdk) return;
  auto const parameters = task.object(task.is_json_path() ? "Parameters" : "Arguments");
  if (!parameters) return;
  for (auto const& entry : kEntries) {
    if (entry.service != resource.service || entry.action != resource.action) continue;
    for (auto const name : entry.fields)
      if (!name.empty() && !has_field(*parameters, name))
        report.error(parameters->where(), missing_field_message(name));
  }
}

auto missing_field_message(std::string_view name) -> std::string {
  return fmt::format("The field '{}' is required but was missing", name);
}

}  // namespace treadle::asl
