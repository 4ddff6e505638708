// Whether every transition leads somewhere, every state can be entered, and every region can end.
#pragma once

#include "treadle/asl/parsing.h"

namespace treadle::asl {

// Of a definition whose states are all well formed. Reports as AWS does: the transitions to nowhere
// first, then region by region MISSING_END_STATE, or else the states that nothing leads to. Of
// several unreachable states in a row only the first is named.
void check_transitions(Parsing& parsing);

}  // namespace treadle::asl
