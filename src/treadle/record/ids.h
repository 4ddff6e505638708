// The small numbers that name things inside one execution.
#pragma once

#include <cstdint>

#include "treadle/base/strong_id.h"

namespace treadle::record {

using HistoryId = std::uint32_t;  // 1-based, as GetExecutionHistory shows it; 0 = none
using ScopeId =
    StrongId<struct ScopeIdTag>;  // a running region; 1 is the execution itself; 0 = none
using PayloadId = StrongId<struct PayloadIdTag>;  // ordinal of an immutable payload; 0 = none

inline constexpr ScopeId kRootScope{1};

}  // namespace treadle::record
