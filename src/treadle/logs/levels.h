// Which history events a log level asks for.
// Source: Step Functions Developer Guide, "Log levels for Step Functions execution events".
#pragma once

#include <cstdint>
#include <string_view>

#include "treadle/record/journal_event.h"

namespace treadle::logs {

// kFatal: logged at FATAL, ERROR and ALL; kError: at ERROR and ALL; kPlain: at ALL alone.
enum class Severity : std::uint8_t { kPlain, kError, kFatal };

// Of a history event's type ("TaskFailed"). The guide's table leaves out the events of activities and
// EvaluationFailed: they count as their like among Lambda functions do.
[[nodiscard]] auto severity_of(std::string_view type) -> Severity;

// Whether the history event that this shows as can be more than kPlain. Spares projecting the others.
[[nodiscard]] auto may_be_severe(record::JournalEvent const& event) -> bool;

}  // namespace treadle::logs
