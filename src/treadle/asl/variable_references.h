// Which variables the states of a machine refer to.
// Source: API reference, DescribeStateMachine, variableReferences.
#pragma once

#include <map>
#include <set>
#include <string>

#include "treadle/asl/model.h"

namespace treadle::asl {

// By state, the names (without "$") of the variables that its paths, templates and intrinsic calls
// and its JSONata expressions read; those that it assigns are not among them, nor is $states. States
// without any are left out. A built-in function that is handed on by its name counts as a variable.
[[nodiscard]] auto variable_references(Definition const& definition)
    -> std::map<std::string, std::set<std::string>>;

}  // namespace treadle::asl
