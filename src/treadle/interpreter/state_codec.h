// An ExecutionState as bytes, for snapshots. A cache: the journal is the truth.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "treadle/interpreter/execution_state.h"

namespace treadle::interpreter {

// Goes up with every change of the fields of a state, or of what apply() makes of an event: a state
// of another version is not read but folded again from the journal.
inline constexpr std::uint64_t kStateVersion = 6;

[[nodiscard]] auto encode_state(ExecutionState const& state) -> std::string;

// nullopt for bytes that encode_state() did not make. Never reads beyond `bytes`.
[[nodiscard]] auto decode_state(std::string_view bytes) -> std::optional<ExecutionState>;

}  // namespace treadle::interpreter
