// An error on its way up through retriers, catchers and containers.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "treadle/base/result.h"

namespace treadle::interpreter {

// Either text may be absent: a Fail state without Error shows none.
struct Failure {
  std::optional<std::string> error;
  std::optional<std::string> cause;
  bool heartbeat =
      false;  // a missed heartbeat: shown as States.Timeout, matched as States.HeartbeatTimeout too
  bool cut_off = false;        // it was ended while it may have run: matched as States.Timeout, too
  bool in_evaluation = false;  // a JSONata expression failed; EvaluationFailed has shown it

  [[nodiscard]] static auto from(Error error) -> Failure {
    return {.error = std::move(error.name), .cause = std::move(error.cause)};
  }
};

// Whether an ErrorEquals list takes the failure. States.ALL takes all but States.Runtime, which
// nothing takes; States.TaskFailed takes all but time-outs and what was cut off. Source: ASL
// specification, "Errors"; a recorded history shows States.ALL taking States.DataLimitExceeded.
[[nodiscard]] auto matches(std::vector<std::string> const& error_equals, Failure const& failure)
    -> bool;

}  // namespace treadle::interpreter
