// Journal event to history event. Stateless, and frozen for every released version of an event.
// Source: API reference, HistoryEvent; recorded histories for which details stand where.
#pragma once

#include <optional>

#include "treadle/record/history_event.h"
#include "treadle/record/journal_event.h"

namespace treadle::interpreter {

// The event that `event` shows as, or nullopt when its history_count is 0. Views
// point where the event's do.
[[nodiscard]] auto project(record::JournalEvent const& event)
    -> std::optional<record::HistoryEvent>;

}  // namespace treadle::interpreter
