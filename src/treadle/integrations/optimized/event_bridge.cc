#include "treadle/integrations/optimized/event_bridge.h"

#include <vector>

#include <fmt/format.h>

#include "treadle/base/arn.h"
#include "treadle/integrations/service_task.h"
#include "treadle/json/parse.h"

namespace treadle::integrations::optimized {
namespace {

// "...:execution:NAME:RUN" and "...:express:NAME:RUN:ID" are of "...:stateMachine:NAME".
auto state_machine_of(std::string_view execution_arn) -> std::string {
  auto const arn = parse_arn(execution_arn);
  if (!arn) return {};
  auto name = arn->resource.substr(std::min(arn->resource.find(':'), arn->resource.size() - 1) + 1);
  name = name.substr(0, name.find(':'));
  return fmt::format("arn:{}:{}:{}:{}:stateMachine:{}", arn->partition, arn->service, arn->region,
                     arn->account, name);
}

auto with_resources(json::Arena& arena, TaskCall const& call, json::Value entry) -> json::Value {
  std::vector<json::Value> resources;
  if (auto const* given = entry.find("Resources"); given != nullptr && given->is_array())
    resources.assign(given->elements().begin(), given->elements().end());
  resources.push_back(json::make_string(arena, state_machine_of(call.execution_arn)));
  resources.push_back(json::make_string(arena, call.execution_arn));
  return json::with_member(arena, entry, "Resources", json::make_array(arena, resources));
}

}  // namespace

EventBridgeConnector::EventBridgeConnector(aws_sdk::ServiceCaller& caller)
    : OptimizedConnector(*find_optimized_service("events"), caller) {}

auto EventBridgeConnector::prepare(json::Arena& arena, TaskCall const& call,
                                   json::Value parameters) const -> Prepared {
  auto const* entries = parameters.find("Entries");
  if (entries != nullptr && entries->is_array()) {
    std::vector<json::Value> prepared;
    for (auto const entry : entries->elements())
      prepared.push_back(entry.is_object()
                             ? with_resources(arena, call, with_text_member(arena, entry, "Detail"))
                             : entry);
    parameters = json::with_member(arena, parameters, "Entries", json::make_array(arena, prepared));
  }
  return PreparedCall{service().model, call.resource->action, parameters};
}

auto EventBridgeConnector::finish(TaskCall const& call, aws_sdk::ServiceAnswer const& answer) const
    -> CallResult {
  json::Arena arena;
  auto const output = json::parse(arena, answer.output);
  auto const* failed = output ? output->find("FailedEntryCount") : nullptr;
  if (failed != nullptr && failed->is_number() && failed->as_double() > 0)
    return task_failure("EventBridge.FailedEntry", answer.output);
  return OptimizedConnector::finish(call, answer);
}

}  // namespace treadle::integrations::optimized
