// Where a saga stands on its way: what a request to compensate asks (interpreter/compensate.h).
#pragma once

#include <string>

#include "treadle/asl/model.h"
#include "treadle/asl/way_back.h"
#include "treadle/base/result.h"
#include "treadle/saga/roles.h"

namespace treadle::saga {

// Of a step whose ambiguous failures count as definite nothing has to be undone. An error is for the user: a role of a
// state that is not there or is no task.
[[nodiscard]] auto find_way_back(asl::DefinitionPtr const& definition, Roles const& roles)
    -> Result<asl::WayBack, std::string>;

}  // namespace treadle::saga
