// GroupView: what the rows will be once the earlier batches of a group are committed.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>
#include <unordered_map>

#include "treadle/store/commit_loop.h"

namespace treadle::store {

// Of one group, whose batches must stay where they are. Costs nothing until the first precondition.
class GroupView {
 public:
  explicit GroupView(std::span<CommitLoop::Submission const> group) : group_(group) {}

  // What the batches before number `index`, those that are kCommitted, leave of the row: its value,
  // nullopt if they erase it; no answer if they don't touch it. `index` never falls from call to
  // call.
  [[nodiscard]] auto find(std::size_t index, std::string_view row_key)
      -> std::optional<std::optional<std::string_view>> {
    for (; seen_ < index; ++seen_) {
      if (group_[seen_].outcome != CommitOutcome::kCommitted) continue;
      group_[seen_].batch.for_each_write(
          [this](Batch::Entry const& write) { rows_[write.row_key] = write.value; });
    }
    auto const at = rows_.find(row_key);
    if (at == rows_.end()) return std::nullopt;
    return at->second;
  }

 private:
  std::span<CommitLoop::Submission const> group_;
  std::size_t seen_ = 0;
  std::unordered_map<std::string_view, std::optional<std::string_view>> rows_;
};

}  // namespace treadle::store
