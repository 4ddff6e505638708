// What is known of a step's effect, and how it changes. One step's changes never depend on another's.
#pragma once

#include <cstdint>
#include <string_view>

namespace treadle::saga {

enum class Status : std::uint8_t {
  kNotRun,
  kFailed,  // attempted, and without an effect so far
  kDone,
  kMaybe,  // may have happened
  kCompensated,
  kUndoFailed,  // done or may be, and its compensation has failed for good
};

enum class Happening : std::uint8_t {
  kAttempted,  // the step's task was scheduled
  kSucceeded,
  kFailedDefinite,
  kFailedMaybe,  // also: aborted while it ran
  kUndone,
  kUndoFailed,
  kUndoAborted,  // while it ran
};

[[nodiscard]] auto after(Status status, Happening happening) -> Status;

// Whether an effect stands, or may.
[[nodiscard]] constexpr auto stands(Status status) -> bool {
  return status == Status::kDone || status == Status::kMaybe || status == Status::kUndoFailed;
}
// Whether it stands and has to be undone before what came earlier.
[[nodiscard]] constexpr auto is_active(Status status) -> bool {
  return status == Status::kDone || status == Status::kMaybe;
}

// "not-run", "done", "maybe", "compensated".
[[nodiscard]] auto name_of(Status status) -> std::string_view;

}  // namespace treadle::saga
