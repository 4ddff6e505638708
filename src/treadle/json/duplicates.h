// Members of one object with the same key; private to the module.
#pragma once

#include <cstddef>
#include <span>

#include "treadle/json/value.h"

namespace treadle::json {

// The first member whose key an earlier one has; members.size() if all keys differ. Takes n log n
// comparisons at most.
[[nodiscard]] auto first_duplicate(std::span<Member const> members) -> std::size_t;

// Lets each key stand once, at its first place, with its last value; gives the number of members
// left.
[[nodiscard]] auto keep_last(std::span<Member> members) -> std::size_t;

}  // namespace treadle::json
