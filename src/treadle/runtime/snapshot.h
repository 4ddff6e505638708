// Snapshots of long executions: where loading begins. A cache, never the only copy: a snapshot that
// is missing, damaged or of another version costs a fold of the whole journal and nothing else.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "treadle/interpreter/execution_state.h"
#include "treadle/runtime/rows.h"

namespace treadle::runtime {

// The state after a journal row. One row of the table an execution, under place_key().
struct Snapshot {
  JournalKey last;                 // the row that it was taken after
  std::uint32_t next_payload = 1;  // the first number that no row up to there has made
  interpreter::ExecutionState state;
};

[[nodiscard]] auto write_snapshot(JournalKey const& last, std::uint32_t next_payload,
                                  interpreter::ExecutionState const& state) -> std::string;

// nullopt for a row that is damaged or whose state is of another version.
[[nodiscard]] auto read_snapshot(std::string_view row) -> std::optional<Snapshot>;

}  // namespace treadle::runtime
