// What a verdict rests on.
#pragma once

#include <string>
#include <vector>

#include "treadle/saga/program.h"

namespace treadle::saga {

[[nodiscard]] auto assumptions_of(Program const& program, Roles const& roles)
    -> std::vector<std::string>;

}  // namespace treadle::saga
