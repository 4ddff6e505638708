// Which branches of Parallels matter to an exploration.
#pragma once

#include <cstddef>
#include <map>
#include <optional>

#include "treadle/saga/explorer.h"

namespace treadle::saga {

class Relevance {
 public:
  // `program` and `tracked` must outlive this.
  Relevance(Program const& program, Tracked const& tracked, Follow follow)
      : program_(program), tracked_(tracked), follow_(follow) {}

  // The step's place among those that are tracked.
  [[nodiscard]] auto index_of(StepId step) const -> std::optional<std::size_t>;
  // Whether the region has a tracked step, something that undoes one, or an undo that may fail for good or take such a
  // failure back: that changes what others find at the end.
  [[nodiscard]] auto is_followed(asl::RegionIndex region) -> bool;
  [[nodiscard]] auto has_tracked_step(asl::RegionIndex region) const -> bool;

 private:
  [[nodiscard]] auto touches(asl::StateIndex state) const -> bool;

  Program const& program_;
  Tracked const& tracked_;
  Follow follow_;
  std::map<asl::RegionIndex, bool> known_;
};

}  // namespace treadle::saga
