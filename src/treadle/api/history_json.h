// A history event as GetExecutionHistory shows it.
#pragma once

#include <string>
#include <string_view>

#include "treadle/api/page_token.h"
#include "treadle/record/history_event.h"
#include "treadle/runtime/router.h"

namespace treadle::api {

enum class ExecutionData : std::uint8_t { kIncluded, kLeftOut };

// JSON text. Payloads come from the page.
[[nodiscard]] auto history_event_json(record::HistoryEvent const& event,
                                      runtime::HistoryPage const& page, ExecutionData data)
    -> std::string;

// The answer of GetExecutionHistory. `seal` and `purpose` make the token that leads to what follows.
[[nodiscard]] auto history_body(runtime::HistoryPage const& page, ExecutionData data,
                                PageSeal const& seal, std::string_view purpose) -> std::string;

}  // namespace treadle::api
