// The only writer of an ExecutionState.
#pragma once

#include "treadle/interpreter/execution_state.h"
#include "treadle/record/journal_event.h"

namespace treadle::interpreter {

// Total: every event that decide() made for this state applies. Evaluates nothing, reads no
// payload. Released versions of it are never edited (tests/golden/journals holds them to that).
void apply(ExecutionState& state, record::JournalEvent const& event);

}  // namespace treadle::interpreter
