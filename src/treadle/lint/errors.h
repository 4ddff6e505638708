// Which handler takes which error.
// Source: Amazon States Language, "Errors"; Step Functions Developer Guide, "Handling errors".
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "treadle/lint/machine.h"

namespace treadle::lint {

// The names that handlers list.
class ErrorNames {
 public:
  void add(std::vector<std::string> const& error_equals) {
    names_.insert(error_equals.begin(), error_equals.end());
  }
  // Whether a handler with these names takes every error that `error` stands for: a name, or a
  // wildcard such as States.ALL or States.TaskFailed.
  [[nodiscard]] auto take(std::string_view error) const -> bool;

 private:
  [[nodiscard]] auto has(std::string_view name) const -> bool { return names_.contains(name); }

  std::set<std::string_view> names_;
};

// One handler's.
[[nodiscard]] auto takes(std::vector<std::string> const& error_equals, std::string_view error)
    -> bool;

// The first catcher of the state that takes `error`.
[[nodiscard]] auto find_catcher(asl::State const& state, std::string_view error)
    -> asl::Catcher const*;

// What the catchers of all states take.
class CaughtErrors {
 public:
  explicit CaughtErrors(Machine const& machine);
  // Whether the catchers of the state, or of a Parallel or Map around it, take `error`.
  [[nodiscard]] auto contain(asl::StateIndex state, std::string_view error) const -> bool;

 private:
  Machine const& machine_;
  std::vector<ErrorNames> by_state_;
};

// Whether the state, or a Parallel or Map around it, has any catcher.
[[nodiscard]] auto catches_anything(Machine const& machine, asl::StateIndex state) -> bool;

// Whether "States...." is a name that the language has.
[[nodiscard]] auto is_language_error(std::string_view error) -> bool;

}  // namespace treadle::lint
