// What the tasks of a compiled saga are called with.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "treadle/asl/model.h"
#include "treadle/base/result.h"
#include "treadle/json/arena.h"
#include "treadle/json/value.h"
#include "treadle/saga/literal.h"

namespace treadle::saga {

// Stands for the saga key in arguments.
inline constexpr std::string_view kSagaKey = "$sagaKey";

struct Call {
  std::string_view step;  // whose key it is
  std::string_view resource;
  Literal const* arguments = nullptr;  // null: what the step does not give
  Mark mark;                           // of the step
};

// Parameters (of JSONPath) or Arguments. A function, or the worker of an activity, that is given no arguments gets
// {"sagaKey", "input"}; to arguments the member sagaKey is added unless they have it. Other services get their
// arguments as they stand, $sagaKey replaced.
[[nodiscard]] auto call_arguments(json::Arena& arena, asl::QueryLanguage language, Call const& call)
    -> Result<json::Value, LiteralError>;

// The parts of `arguments` above, for states that have others beside them.
[[nodiscard]] auto default_arguments(json::Arena& arena, asl::QueryLanguage language,
                                     std::string_view step) -> json::Value;

}  // namespace treadle::saga
