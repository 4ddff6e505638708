// The public projection of a journal: what GetExecutionHistory shows. Never the source of truth.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <variant>
#include <vector>

#include "treadle/base/time.h"
#include "treadle/record/ids.h"
#include "treadle/record/journal_event.h"

namespace treadle::record {

// As whom a task is called: {"roleArn": ...}.
struct TaskCredentials {
  std::string_view role_arn;
};

// A member of an event's details, in the order of printing. A payload "input" is
// printed as its text with "inputDetails": {"truncated": false}; it and its details are
// left out without includeExecutionData.
struct HistoryField {
  std::string_view name;
  std::variant<std::string_view, std::uint64_t, PayloadId, std::span<Assignment const>,
               TaskCredentials>
      value;
};

struct HistoryEvent {
  HistoryId id = 0;
  HistoryId previous_id = 0;
  Timestamp timestamp;
  std::string_view type;          // "PassStateEntered"
  std::string_view details_name;  // "stateEnteredEventDetails"; empty for a type without details
  std::vector<HistoryField> details;
};

}  // namespace treadle::record
