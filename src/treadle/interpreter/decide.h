// From a command to the events that follow.
#pragma once

#include <vector>

#include "treadle/asl/model.h"
#include "treadle/interpreter/execution_state.h"
#include "treadle/interpreter/world.h"
#include "treadle/record/command.h"
#include "treadle/record/journal_event.h"
#include "treadle/record/payload_table.h"

namespace treadle::interpreter {

// Decides `command` on `working`: appends the events to `events` and applies each of them to
// `working` at once, by apply() and nothing else. So `working` runs ahead of what is committed;
// if a commit fails the caller drops it and rebuilds from the journal. A refusal appends
// nothing. Views in the events point into the definition, the payload table's arena or the
// command. Runs until every scope waits or the execution has ended, or yields after
// limits::kTransitionsInOneGo events or when the world's turn is over (Yielded is then the last
// one). Reads no clock and draws no random number but through `world`.
auto decide(ExecutionState& working, asl::Definition const& definition,
            record::Command const& command, World& world, record::PayloadTable& payloads,
            std::vector<record::JournalEvent>& events) -> record::Reply;

}  // namespace treadle::interpreter
