// What makes a store itself: drawn when it is made, kept in it for ever.
#pragma once

#include "treadle/base/clock.h"
#include "treadle/base/strong_id.h"
#include "treadle/store/store.h"

namespace treadle::store {

struct StoreIdentity {
  EntityId id;
  Secret secret = {};
};

// Draws both from `random`; nullptr means the kernel's getrandom(2). Only tests and the simulation
// hand in a source: a secret from a predictable one makes task tokens forgeable.
[[nodiscard]] auto draw_identity(Random* random) -> StoreIdentity;

}  // namespace treadle::store
