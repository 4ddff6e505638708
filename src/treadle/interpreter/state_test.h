// One state on its own: entered by the interpreter's own code, with its task answered by whoever
// tests it, and looked at when it has been left. Source: API reference, TestState.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "treadle/interpreter/execution_state.h"
#include "treadle/interpreter/inspection.h"
#include "treadle/interpreter/world.h"
#include "treadle/json/arena.h"
#include "treadle/record/payload_table.h"

namespace treadle::interpreter {

class Step;

// What is said to have become of the state's work, which is not done then.
struct Mock {
  std::variant<std::string, Failure> outcome;  // JSON text, or the error
  std::uint32_t iterations_failed = 0;         // of a Map
  std::optional<std::string> reader_data;      // what a Map's ItemReader reads
};

// The execution that the state believes to be in.
struct TestedExecution {
  std::string arn;
  std::string name;
  std::string machine_arn;
  std::string machine_name;
  std::optional<std::string> role_arn;
};

struct TestedVariable {
  std::string name;
  std::string value;  // JSON text
};

// Where the state stands when it is entered.
struct TestedState {
  asl::DefinitionPtr definition;
  asl::StateIndex state;
  std::string name;  // as causes and the context object show it
  TestedExecution execution;
  std::string input;  // JSON text
  std::vector<TestedVariable> variables;
  std::uint32_t retries_done = 0;      // of whichever Retrier takes the error
  std::optional<std::string> context;  // "$$", a JSON object; absent: one for this execution
  std::optional<Mock> mock;            // of a Task, Map or Parallel; these two can't do without
};

// How the state was left.
enum class Left : std::uint8_t { kSucceeded, kFailed, kToBeRetried, kCaught };

struct StateTestEnd {
  Left how = Left::kSucceeded;
  std::optional<std::string> output = {};  // JSON text; of kSucceeded and kCaught
  std::optional<asl::StateIndex> next = {};
  std::optional<std::string> error = {};  // of all but kSucceeded; either may be absent
  std::optional<std::string> cause = {};
  std::optional<std::uint32_t> catcher = {};     // of kCaught
  std::optional<Milliseconds> retry_delay = {};  // of kToBeRetried
  std::optional<std::string> variables = {};  // all that are set then, a JSON object; absent: none
};

class StateTest {
 public:
  explicit StateTest(TestedState tested);
  StateTest(StateTest const&) = delete;
  auto operator=(StateTest const&) -> StateTest& = delete;

  // Enters the state; once, before anything else. With a mock it is left at once.
  void enter(World world);

  // What an entered state waits for: the TaskScheduled of its task, and when to call time_came().
  // The event is good until the next command.
  [[nodiscard]] auto open_task() const -> record::JournalEvent const*;
  [[nodiscard]] auto due() const -> std::optional<Timestamp>;

  // Each ends what it waits for; nothing happens if it does not wait for that.
  void task_succeeded(World world, std::string_view output);
  void task_failed(World world, record::TaskFailure how, Failure failure);
  void time_came(World world);
  // The test took longer than it may: the state fails with States.Timeout, and nothing takes that.
  void give_up();

  // nullopt until the state has been left.
  [[nodiscard]] auto end() -> std::optional<StateTestEnd>;
  [[nodiscard]] auto inspection() const -> Inspection const& { return inspection_; }
  [[nodiscard]] auto tested() const -> TestedState const& { return tested_; }
  // Of a payload that an event names.
  [[nodiscard]] auto text(PayloadId id) -> std::string_view { return payloads_.text(id); }

 private:
  template <typename Act>
  void decide(World world, Act act);
  void position(Timestamp now);
  void answer(Step& step);
  [[nodiscard]] auto default_context(World const& world) -> json::Value;
  [[nodiscard]] auto state() const -> asl::State const& {
    return tested_.definition->state(tested_.state);
  }
  [[nodiscard]] auto variables_after(std::span<record::Assignment const> assignments)
      -> std::optional<std::string>;

  TestedState tested_;
  asl::DefinitionPtr definition_;  // with the state under its shown name
  json::Arena arena_;
  record::PayloadTable payloads_;
  ExecutionState execution_;
  Inspection inspection_;
  std::optional<json::Value> context_;
  std::vector<Variable> variables_;  // that were set before
  std::vector<record::JournalEvent> events_;
  bool gave_up_ = false;
};

}  // namespace treadle::interpreter
