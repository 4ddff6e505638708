#include "treadle/interpreter/context_object.h"

#include <vector>

namespace treadle::interpreter {

using json::Member;
using json::Value;

auto ScopeEnvironment::context() -> Value {
  if (!context_) context_ = world_.context ? given_context() : own_context();
  return *context_;
}

// What was given for a state that is tested, and the item of the iteration it is asked for.
auto ScopeEnvironment::given_context() -> Value {
  auto const item = map_item();
  if (!item || !world_.context->is_object()) return *world_.context;
  return json::with_member(payloads_.arena(), *world_.context, "Map", item_holder(*item));
}

auto ScopeEnvironment::item_holder(MapItem const& item) -> Value {
  auto& arena = payloads_.arena();
  Member const fields[] = {{"Index", json::make_number(arena, std::int64_t{item.index})},
                           {"Value", item.value}};
  Member const holder[] = {{"Item", json::make_object(arena, fields, json::KeyStorage::kOutlives)}};
  return json::make_object(arena, holder, json::KeyStorage::kOutlives);
}

auto ScopeEnvironment::own_context() -> Value {
  auto& arena = payloads_.arena();
  std::vector<Member> members{{"Execution", execution()}};
  Member const machine[] = {{"Id", json::make_string(arena, state_.state_machine_arn)},
                            {"Name", json::make_string(arena, state_.state_machine_name)}};
  members.push_back(
      {"StateMachine", json::make_object(arena, machine, json::KeyStorage::kOutlives)});
  members.push_back({"State", current_state()});
  if (!token_.empty()) {
    Member const task[] = {{"Token", json::make_string(arena, token_)}};
    members.push_back({"Task", json::make_object(arena, task, json::KeyStorage::kOutlives)});
  }
  if (auto const item = map_item()) members.push_back({"Map", item_holder(*item)});
  return json::make_object(arena, members, json::KeyStorage::kOutlives);
}

auto ScopeEnvironment::execution() -> Value {
  auto& arena = payloads_.arena();
  std::vector<Member> members{
      {"Id", json::make_string(arena, state_.execution_arn)},
      {"Input", payloads_.value(state_.input)},
      {"StartTime", json::make_string(arena, to_iso8601(state_.started_at))},
      {"Name", json::make_string(arena, state_.name)},
      {"RoleArn", json::make_string(arena, state_.role_arn)},
      {"RedriveCount", json::make_number(arena, std::int64_t{state_.redrive_count})}};
  if (state_.redrive_count > 0)
    members.push_back({"RedriveTime", json::make_string(arena, to_iso8601(state_.redriven_at))});
  return json::make_object(arena, members, json::KeyStorage::kOutlives);
}

auto ScopeEnvironment::current_state() -> Value {
  auto& arena = payloads_.arena();
  std::vector<Member> members{
      {"Name", json::make_string(arena, state_name_)},
      {"EnteredTime", json::make_string(arena, to_iso8601(scope_.entered_at))}};
  if (show_retry_count_)
    members.push_back({"RetryCount", json::make_number(arena, std::int64_t{scope_.retry_count})});
  return json::make_object(arena, members, json::KeyStorage::kOutlives);
}

// The item being selected for, or that of the nearest iteration around the scope.
auto ScopeEnvironment::map_item() -> std::optional<MapItem> {
  if (item_) return item_;
  for (auto const* s = &scope_; s->parent != ScopeId{};) {
    auto const& parent = state_.scope(s->parent);
    if (parent.container && parent.container->items != PayloadId{})
      return MapItem{s->index, payloads_.value(parent.container->items).elements()[s->index]};
    s = &parent;
  }
  return std::nullopt;
}

// $states: input, result (once there is one), errorOutput (in a Catch), context.
auto ScopeEnvironment::states() -> Value {
  auto& arena = payloads_.arena();
  std::vector<Member> members{{"input", payloads_.value(scope_.input)}};
  if (result_) members.push_back({"result", *result_});
  if (error_output_) members.push_back({"errorOutput", *error_output_});
  members.push_back({"context", context()});
  return json::make_object(arena, members, json::KeyStorage::kOutlives);
}

auto ScopeEnvironment::variable(std::string_view name) -> std::optional<Value> {
  if (show_states_ && name == "states") return states();
  for (auto const* s = &scope_;; s = &state_.scope(s->parent)) {
    for (auto const& v : s->variables)
      if (v.name == name) return payloads_.value(v.value);
    if (s->parent == ScopeId{}) return std::nullopt;
  }
}

}  // namespace treadle::interpreter
