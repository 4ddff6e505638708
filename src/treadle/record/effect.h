// What the outside must now do. Each is idempotent by (execution, history id, kind)
// and is performed only after the commit of the event that it follows from. Everything
// the outside may be asked to do is here.
#pragma once

#include <cstdint>

#include "treadle/record/ids.h"
#include "treadle/record/journal_event.h"

namespace treadle::record {

enum class EffectKind : std::uint8_t {
  kInvokeTask,     // perform the call that the Scheduled event describes
  kOfferActivity,  // put the task before the workers of its activity
  kCancelTask,     // the result of the call, or of its job, is no longer wanted
  kAwaitJob,       // tell when the job that was submitted ends
  kCompensateJob,  // ask the nested execution that is waited for to compensate, or else end it
  kStopJob,        // end the job, or what may become of its call
  kContinue,       // send Continue
  kTellEnded,      // the execution ended: wake whoever waits for it
};

struct Effect {
  EffectKind kind = EffectKind::kInvokeTask;
  HistoryId history_id = 0;  // of the Scheduled event, where there is one
  friend auto operator<=>(Effect const&, Effect const&) = default;
};

}  // namespace treadle::record
