// Finds rows of an execution's journal in the store, by what they hold.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "treadle/base/result.h"
#include "treadle/runtime/rows.h"
#include "treadle/store/store.h"

namespace treadle::runtime {

// A journal row as it is stored.
struct StoredRow {
  JournalKey key;
  std::string value;
};

// The row that made the history event, in one seek. The error is the store's, or says that there is
// no such row.
[[nodiscard]] auto find_event_row(store::Store const& store, Place const& place,
                                  record::HistoryId id) -> Result<StoredRow, std::string>;

// The row that made the payload, by bisection. The error is the store's, or says that it is missing
// or that a row on the way is damaged.
[[nodiscard]] auto find_payload_row(store::Store const& store, Place const& place,
                                    std::uint32_t payload) -> Result<StoredRow, std::string>;

}  // namespace treadle::runtime
