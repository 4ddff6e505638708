// The store that keeps nothing: for tests, the simulation and `treadle run`.
#pragma once

#include <memory>

#include "treadle/base/clock.h"
#include "treadle/store/commit_loop.h"
#include "treadle/store/store.h"

namespace treadle::store {

struct MemoryStoreOptions {
  CommitMode mode = CommitMode::kThread;  // kInline: one thread, the same order each time
  CommitLimits limits = {};
  Random* random =
      nullptr;  // of identity and secret, used only while the store is made; null: the kernel
};

// Everything store.h promises except durability. Never fails.
[[nodiscard]] auto make_memory_store(MemoryStoreOptions const& options = {})
    -> std::unique_ptr<Store>;

}  // namespace treadle::store
