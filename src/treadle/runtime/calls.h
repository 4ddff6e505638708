// A Scheduled event as the call that it asks for, and the call's result as a command.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "treadle/integrations/connector.h"
#include "treadle/record/command.h"
#include "treadle/record/journal_event.h"
#include "treadle/runtime/rows.h"
#include "treadle/store/store.h"

namespace treadle::runtime {

// What a call needs besides its event.
struct CallContext {
  store::Secret const& secret;
  Place place;
  std::string_view execution_arn;
  std::string_view trace_header;
  std::string_view account;
  std::uint32_t redrive_count = 0;
  // As the task's definition has it; null: it is put together from the event.
  std::shared_ptr<asl::Resource const> resource = {};
};

// The event of a service or function task (not of an activity), as the connector gets it. The same
// event gives the same call: that is what makes a redelivery one.
[[nodiscard]] auto make_call(record::TaskScheduled const& event, record::HistoryId id,
                             std::string_view parameters, CallContext const& context)
    -> integrations::TaskCall;

// What the execution is told when the job of the task `scheduled` has ended. The command views
// `result`.
[[nodiscard]] auto job_ended_command(record::HistoryId scheduled,
                                     integrations::CallResult const& result) -> record::Command;

// What the execution is told when the call of the task `scheduled` returns. The command views
// `result`.
[[nodiscard]] auto returned_command(record::HistoryId scheduled,
                                    integrations::CallResult const& result) -> record::Command;

// The same of a call that was answered where it was made. The command views `answer`.
[[nodiscard]] auto answered_command(record::HistoryId scheduled, integrations::Answer const& answer)
    -> record::Command;

// The answer without the arena that its value lives in.
[[nodiscard]] auto kept_result(integrations::Answer answer) -> integrations::CallResult;

}  // namespace treadle::runtime
