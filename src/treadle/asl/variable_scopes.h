// Which variables each scope assigns, and that no inner scope assigns one of an outer scope.
// Source: Developer Guide, "Passing data between states with variables", Variable scope.
#pragma once

#include "treadle/asl/fields.h"
#include "treadle/asl/parsing.h"

namespace treadle::asl {

// Remembers the names in the Assign of a state, a Choice rule or a Catcher.
void note_assigned(Parsing& parsing, Scope const& scope, Fields const& fields);

// Of a definition that is sound otherwise. The executions of a Distributed Map see none of the
// outer variables, so that theirs may be called like those.
void check_variable_scopes(Parsing& parsing);

}  // namespace treadle::asl
