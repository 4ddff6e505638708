#include "treadle/saga/ledger.h"

namespace treadle::saga {

auto after(Status status, Happening happening) -> Status {
  using enum Status;
  switch (happening) {
    case Happening::kAttempted:
    case Happening::kFailedDefinite: return status == kNotRun ? kFailed : status;
    case Happening::kSucceeded: return kDone;
    case Happening::kFailedMaybe: return stands(status) ? status : kMaybe;
    case Happening::kUndone: return status == kNotRun ? kNotRun : kCompensated;
    case Happening::kUndoFailed: return is_active(status) ? kUndoFailed : status;
    case Happening::kUndoAborted: return status == kDone ? kMaybe : status;
  }
  return status;
}

auto name_of(Status status) -> std::string_view {
  switch (status) {
    case Status::kNotRun:
    case Status::kFailed: return "not-run";
    case Status::kDone: return "done";
    case Status::kMaybe:
    case Status::kUndoFailed: return "maybe";
    case Status::kCompensated: return "compensated";
  }
  return "";
}

}  // namespace treadle::saga
