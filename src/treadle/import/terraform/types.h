// Type constraints of variables. Source: Terraform language documentation, "Type Constraints".
#pragma once

#include "treadle/import/terraform/evaluator.h"
#include "treadle/import/terraform/syntax.h"
#include "treadle/import/terraform/value.h"

namespace treadle::import::terraform {

// `value` as the type that expression `type` names (string, list(number), object({...}), any, ...),
// with the defaults of optional(...) members filled in. `at` is where the value comes from, for
// messages.
[[nodiscard]] auto convert(Evaluator& evaluator, Value const& value, Expression const& type,
                           Location at) -> Outcome<Value>;

// Whether texts are given as they are to a variable of that type, and not as expressions.
[[nodiscard]] auto is_scalar_type(Expression const& type) -> bool;

}  // namespace treadle::import::terraform
