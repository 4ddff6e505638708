// TestState's response. Source: API reference, TestState, InspectionData; values as recorded.
#pragma once

#include <string>

#include "treadle/asl/model.h"
#include "treadle/interpreter/state_test.h"

namespace treadle::api {

// Of a test that has ended. `definition` has the states' own names. `inspect`: with inspectionData,
// as DEBUG and TRACE have it.
[[nodiscard]] auto state_test_answer(interpreter::StateTest& test,
                                     asl::Definition const& definition, bool inspect)
    -> std::string;

}  // namespace treadle::api
