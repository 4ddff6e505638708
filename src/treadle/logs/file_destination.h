// Log events into the files of their groups, or to standard output.
#pragma once

#include "treadle/logs/destination.h"
#include "treadle/logs/log_files.h"

namespace treadle::logs {

class FileDestination final : public Destination {
 public:
  explicit FileDestination(LogFiles& files) : files_(files) {}  // which outlive it
  [[nodiscard]] auto write(std::vector<LogBatch> const& batches,
                           std::atomic<bool> const& is_stopping) -> std::uint64_t override;

 private:
  LogFiles& files_;
};

// The lines of all groups, to a descriptor that stays open.
class DescriptorDestination final : public Destination {
 public:
  explicit DescriptorDestination(int descriptor) : descriptor_(descriptor) {}
  [[nodiscard]] auto write(std::vector<LogBatch> const& batches,
                           std::atomic<bool> const& is_stopping) -> std::uint64_t override;

 private:
  int descriptor_;
};

}  // namespace treadle::logs
