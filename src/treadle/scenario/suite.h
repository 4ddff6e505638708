// Cases for a state machine as `treadle test` runs them. The format: docs/testing.md.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "treadle/asl/model.h"
#include "treadle/base/time.h"

namespace treadle::scenario {

// JSON texts are valid JSON.

// What one or more calls of a Task state get.
struct Answer {
  static constexpr std::uint32_t kAlways = 0;

  bool never = false;                 // no answer at all
  std::optional<std::string> result;  // JSON; where there is none and not `never`: an error
  std::string error;
  std::optional<std::string> cause;
  Milliseconds delay{0};
  std::optional<Milliseconds> heartbeat;    // of one heartbeat to the next
  std::optional<std::uint32_t> heartbeats;  // at most; absent: until the answer
  std::uint32_t times = 1;                  // calls that it answers, or kAlways
  std::vector<std::uint32_t>
      item;  // of the innermost Maps' iterations, outermost first; empty: any
  std::optional<std::string> when;  // JSON that the call's arguments must include
};

struct Mock {
  std::string state;
  std::vector<Answer> answers;
};

enum class Ending : std::uint8_t { kSucceeded, kFailed, kTimedOut, kAborted, kRunning };
// "SUCCEEDED", as the API has it.
[[nodiscard]] auto name_of(Ending ending) -> std::string_view;

using Names = std::vector<std::string>;
template <typename T>
using ByName = std::vector<std::pair<std::string, T>>;  // as written, names unique

// What a case asks of its execution; what is absent is not asked.
struct Expectation {
  std::optional<Ending> status;  // absent: that it ends
  std::optional<std::string> output;
  std::optional<std::string> output_includes;
  std::optional<std::string> error;
  std::optional<std::string> cause;
  std::optional<std::string> cause_includes;
  std::optional<Names> visited;
  std::optional<Names> visited_includes;
  Names not_visited;
  std::optional<Names> events;
  std::optional<Names> events_include;
  ByName<std::uint64_t> calls;    // by state
  ByName<std::string> arguments;  // by state: a JSON array
  ByName<std::string> variables;  // JSON
  std::optional<Milliseconds> duration;
};

struct Case {
  std::string name;
  std::string input = "{}";  // JSON
  Timestamp now;             // when the execution starts
  std::vector<Mock> mocks;
  Expectation expect;
};

struct Machine {
  std::string name;
  asl::MachineType type = asl::MachineType::kStandard;
  asl::DefinitionPtr definition;
};

// The names of its Task states.
[[nodiscard]] auto task_names(Machine const& machine) -> std::vector<std::string_view>;

struct Suite {
  std::string file;  // as it was named
  std::shared_ptr<Machine const> machine;
  std::vector<Case> cases;
};

}  // namespace treadle::scenario
