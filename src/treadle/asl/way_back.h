// What the states of a saga's machine are to its compensation. Roles are not a matter of the language: whoever knows
// them fills this in (saga/way_back.h).
#pragma once

#include <optional>
#include <vector>

#include "treadle/asl/model.h"

namespace treadle::asl {

struct WayBack {
  bool is_saga = false;  // some state has a role: it undoes another, leaves nothing to undo, ...
  // By state of the top level: whether an execution that is in it is on its way back. It undoes something, or no way
  // leads from it to a success unless a Catch takes it.
  std::vector<bool> is_back;
  // By state: the task that does what nothing undoes, it or one inside of it.
  std::vector<std::optional<StateIndex>> not_undone;
};

}  // namespace treadle::asl
