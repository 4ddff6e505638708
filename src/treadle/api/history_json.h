// A history event as GetExecutionHistory shows it.
#pragma once

#include <string>

#include "treadle/record/history_event.h"
#include "treadle/runtime/router.h"

namespace treadle::api {

enum class ExecutionData : std::uint8_t { kIncluded, kLeftOut };

// JSON text. Payloads come from the page.
[[nodiscard]] auto history_event_json(record::HistoryEvent const& event,
                                      runtime::HistoryPage const& page, ExecutionData data)
    -> std::string;

}  // namespace treadle::api
