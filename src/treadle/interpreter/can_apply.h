// Whether an event may follow on a state: what apply() takes for granted of a journal, asked of one
// that may be damaged.
#pragma once

#include "treadle/interpreter/execution_state.h"
#include "treadle/record/journal_event.h"

namespace treadle::interpreter {

// False if apply() could not handle the event: its number is not the next one, or it names a scope,
// task or container that the state does not have. True does not say that decide() made it.
[[nodiscard]] auto can_apply(ExecutionState const& state, record::JournalEvent const& event)
    -> bool;

}  // namespace treadle::interpreter
