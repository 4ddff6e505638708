// Warnings of texts that look as if they were meant to be evaluated but are not.
// Source: API reference, ValidateStateMachineDefinitionDiagnostic, "List of warning codes".
#pragma once

#include <string_view>

#include "treadle/asl/location.h"
#include "treadle/asl/report.h"
#include "treadle/json/value.h"

namespace treadle::asl {

// "$.a", "$$.a", "$a", or a call of an intrinsic function.
[[nodiscard]] auto looks_like_path_or_call(std::string_view text) -> bool;

// PASS_RESULT_IS_STATIC: a Pass state's Result is a constant.
void warn_of_static_result(json::Value result, Location const& where, Report& report);

// NO_PATH: the operand of a comparison, or a Fail state's Error or Cause.
void warn_of_path_literal(json::Value literal, Location const& where, Report& report);

}  // namespace treadle::asl
