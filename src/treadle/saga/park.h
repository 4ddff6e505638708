// The task that waits for an operator when a compensation can't be made to succeed.
#pragma once

#include <string_view>

#include "treadle/asl/model.h"
#include "treadle/json/arena.h"
#include "treadle/saga/object.h"

namespace treadle::saga {

struct ParkCall {
  // Who is told: the ARN of an activity, a function or a topic, or the URL of a queue.
  std::string_view park;
  std::string_view step;  // whose compensation is stuck
};

// Whether `park` is one of these.
[[nodiscard]] auto is_park_target(std::string_view park) -> bool;

// Resource and arguments of the task: whoever is told gets the task token, the saga key, and the state's input.
void add_park_call(json::Arena& arena, asl::QueryLanguage language, ParkCall const& call,
                   Object& out);

}  // namespace treadle::saga
