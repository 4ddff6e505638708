// What is suspicious or contradictory in a payload template besides the syntax of its expressions.
#pragma once

#include "treadle/asl/location.h"
#include "treadle/asl/report.h"
#include "treadle/json/value.h"

namespace treadle::asl {

// Of every object in the template: an error where "name" and "name.$" stand side by side, as both
// become "name"; a warning (NO_DOLLAR) where a text looks like a path or a call and is not one.
void check_template(json::Value payload_template, Location const& where, Report& report);

}  // namespace treadle::asl
