// What Parameters or Arguments must hold for the optimized integrations.
// Source: Developer Guide, "Integrating optimized services"; the services' API references.
#pragma once

#include "treadle/asl/fields.h"
#include "treadle/asl/model.h"
#include "treadle/asl/report.h"

namespace treadle::asl {

// Reports each field that is missing, at the object. Parameters that are absent, or computed as a
// whole, are left to the call. In JSONPath "Name.$" counts as "Name".
void check_required_parameters(Resource const& resource, Fields const& task, Report& report);

// AWS's text.
[[nodiscard]] auto missing_field_message(std::string_view name) -> std::string;

}  // namespace treadle::asl
