// The context object "$$", the variables of a scope and "$states", as its expressions see them.
// Source: Step Functions Developer Guide, "Context object"; recorded histories for
// the order of members.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

#include "treadle/expr/environment.h"
#include "treadle/interpreter/execution_state.h"
#include "treadle/interpreter/world.h"
#include "treadle/record/payload_table.h"

namespace treadle::interpreter {

// An item of a Map while ItemSelector is evaluated for it.
struct MapItem {
  std::uint32_t index = 0;
  json::Value value;
};

// Reads one scope of a state; made for one evaluation or several in a row between two events. The
// context object is built when it is first asked for.
class ScopeEnvironment : public expr::Environment {
 public:
  ScopeEnvironment(ExecutionState const& state, Scope const& scope, std::string_view state_name,
                   record::PayloadTable& payloads, World& world)
      : state_(state), scope_(scope), state_name_(state_name), payloads_(payloads), world_(world) {}

  // Set before the first use of context():
  void set_item(MapItem item) { item_ = item; }
  void set_task_token(std::string_view token) { token_ = token; }
  void show_retry_count() { show_retry_count_ = true; }
  // Of a JSONata state: `$states` can be read, and what it holds besides input and context.
  void show_states() { show_states_ = true; }
  void set_result(json::Value result) { result_ = result; }
  void set_error_output(json::Value error) { error_output_ = error; }

  [[nodiscard]] auto context() -> json::Value override;
  [[nodiscard]] auto variable(std::string_view name) -> std::optional<json::Value> override;
  [[nodiscard]] auto draw() -> std::uint64_t override { return world_.random.next_u64(); }
  [[nodiscard]] auto now() -> Timestamp override { return world_.now; }
  [[nodiscard]] auto must_stop(std::chrono::milliseconds ahead) -> bool override {
    return world_.turn != nullptr && world_.turn->must_stop(ahead);
  }

 private:
  [[nodiscard]] auto given_context() -> json::Value;
  [[nodiscard]] auto own_context() -> json::Value;
  [[nodiscard]] auto item_holder(MapItem const& item) -> json::Value;
  [[nodiscard]] auto execution() -> json::Value;
  [[nodiscard]] auto current_state() -> json::Value;
  [[nodiscard]] auto map_item() -> std::optional<MapItem>;
  [[nodiscard]] auto states() -> json::Value;

  ExecutionState const& state_;
  Scope const& scope_;
  std::string_view state_name_;
  record::PayloadTable& payloads_;
  World& world_;
  std::optional<MapItem> item_;
  std::string_view token_;
  bool show_retry_count_ = false;
  bool show_states_ = false;
  std::optional<json::Value> result_;
  std::optional<json::Value> error_output_;
  std::optional<json::Value> context_;
};

}  // namespace treadle::interpreter
