// The recent Express executions of one event loop: those that run are taken down, those that have
// ended are kept for a while. Everything here belongs to the loop.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "treadle/runtime/history_sink.h"
#include "treadle/runtime/kept_execution.h"

namespace treadle::runtime {

// How much one loop keeps.
struct ShelfLimits {
  std::size_t successes = 1'000;          // of each machine; 0: none
  std::size_t failures = 1'000;           // of each machine: failed or timed out
  std::size_t machine_bytes = 32 << 20;   // of each machine, half of them for failures
  std::size_t bytes = 256 << 20;          // of all machines
  std::size_t execution_bytes = 4 << 20;  // of one execution; what is larger loses its middle
};

struct RecentFilter {
  std::string machine_arn;                     // unqualified
  std::string qualified_arn = {};              // a version's or alias': only what it started
  std::optional<ExecutionStatus> status = {};  // any without
};

class RecentShelf {
 public:
  explicit RecentShelf(ShelfLimits limits) : limits_(limits) {}
  RecentShelf(RecentShelf const&) = delete;
  auto operator=(RecentShelf const&) -> RecentShelf& = delete;

  void add(HistoryBatch const& batch);

  // Those of a machine, in no order.
  [[nodiscard]] auto list(RecentFilter const& filter) const -> std::vector<ExecutionSummary>;
  // The bytes of an execution, for KeptExecution.
  [[nodiscard]] auto find(std::string_view machine_arn, std::string_view execution_arn) const
      -> std::optional<std::string>;
  [[nodiscard]] auto bytes() const -> std::size_t { return bytes_; }

 private:
  struct Ring {
    std::deque<std::string> kept;  // oldest first
    std::size_t bytes = 0;         // with what keeping them takes
  };
  struct Machine {
    Ring successes;
    Ring failures;
  };
  // Finds a text without making a string of it.
  struct Hash : std::hash<std::string_view> {
    using is_transparent = void;
  };

  [[nodiscard]] auto recording_of(void const* state) -> ExecutionRecording&;
  void keep(interpreter::ExecutionState const& state, std::string bytes);
  void drop_oldest(Ring& ring);
  void make_room();

  ShelfLimits const limits_;
  // Those that run, by the address of their state, which stays as long as they do. The one that came
  // last stands apart, where the next finds its memory: most run from begin to end with no other
  // between.
  std::unordered_map<void const*, ExecutionRecording> running_;
  void const* last_ = nullptr;
  ExecutionRecording last_recording_;
  std::size_t running_bytes_ = 0;
  std::unordered_map<std::string, Machine, Hash, std::equal_to<>> machines_;  // by ARN
  std::size_t bytes_ = 0;                                                     // of all rings
};

}  // namespace treadle::runtime
