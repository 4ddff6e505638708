// Whether a Choice rule's condition holds. Source: ASL specification, "Choice State".
#pragma once

#include "treadle/asl/model.h"
#include "treadle/base/result.h"
#include "treadle/interpreter/data_flow.h"

namespace treadle::interpreter {

// States.Runtime when the rule's Variable (or the path of a ...Path operator) leads nowhere, unless
// the comparison is IsPresent. Values of another type than the operator's never match.
[[nodiscard]] auto holds(asl::ChoiceExpression const& expression, json::Value input, DataFlow& flow)
    -> Result<bool>;

}  // namespace treadle::interpreter
