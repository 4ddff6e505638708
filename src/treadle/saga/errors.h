// Which errors leave open whether a task has had its effect, and which handlers take which errors.
// Source: Amazon States Language, "Errors"; Step Functions Developer Guide, "Handling errors"; Lambda API reference,
// Invoke.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "treadle/asl/model.h"

namespace treadle::saga {

// Whether a task that fails with this error may have done its work: time-outs, what a service answers (or does not)
// after the request has left, a result that came but could not be used, and whatever calls itself a time-out. What a
// function or a worker of an activity raises itself is definite: it has left no effect.
[[nodiscard]] auto is_ambiguous(std::string_view error) -> bool;

// The ambiguous errors that a task with this resource may fail with whether anybody names them or not.
[[nodiscard]] auto ambiguous_errors(asl::Resource const& resource, asl::QueryLanguage language)
    -> std::vector<std::string_view>;

// Whether errors of any other name may be a service's, too, so that they have to count as ambiguous.
[[nodiscard]] auto others_are_ambiguous(asl::Resource const& resource) -> bool;

// An error as handlers see it.
struct ErrorName {
  std::string text;        // empty: a Fail state gave none
  bool is_any = false;     // one that no handler names
  bool heartbeat = false;  // States.Timeout that a missed heartbeat raised
};

// Whether an ErrorEquals list takes the error. As interpreter/failure.h has it.
[[nodiscard]] auto takes(std::vector<std::string> const& error_equals, ErrorName const& error)
    -> bool;

}  // namespace treadle::saga
