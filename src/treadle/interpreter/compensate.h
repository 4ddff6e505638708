// Stop with compensation, an extension: the state of the top level times out now, without Retry, if its Catch leads to
// the way back. docs/sagas.md, docs/decisions/0011-stop-with-compensation.md.
#pragma once

#include <optional>
#include <string>

#include "treadle/asl/model.h"
#include "treadle/asl/way_back.h"
#include "treadle/interpreter/execution_state.h"

namespace treadle::interpreter {

// Whether the execution goes back already, asked to or not, or keeps a request to. It runs.
[[nodiscard]] auto is_compensating(ExecutionState const& state, asl::WayBack const& way) -> bool;

// Why a request would be refused; nullopt: it would not. The execution runs and is not compensating; `way` is of a saga.
// The sentence names the state.
[[nodiscard]] auto compensation_obstacle(ExecutionState const& state,
                                         asl::Definition const& definition, asl::WayBack const& way)
    -> std::optional<std::string>;

}  // namespace treadle::interpreter
