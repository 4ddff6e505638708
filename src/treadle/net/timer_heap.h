// Tasks by the time they are due: a heap in one piece of memory, so that a timer costs the same beside
// ten and beside a million. Most are cancelled, and those were made late: they stand near the end.
// Timers due at the same time come in the order they were added. One thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "treadle/net/event_loop.h"

namespace treadle::net::detail {

class TimerHeap {
 public:
  // Names a timer; with its time no other's, ever.
  using Id = std::uint64_t;

  auto add(SteadyTime due, Task task) -> Id;
  [[nodiscard]] auto contains(SteadyTime due, Id id) const -> bool;
  // Empty where there is none.
  [[nodiscard]] auto take(SteadyTime due, Id id) -> Task;

  [[nodiscard]] auto empty() const -> bool { return heap_.empty(); }
  // These three need one that is there: of the first that is due.
  [[nodiscard]] auto first_due() const -> SteadyTime { return heap_.front().due; }
  // The number of timers that were added before and with it.
  [[nodiscard]] auto first_order() const -> std::uint64_t { return heap_.front().order; }
  [[nodiscard]] auto take_first() -> Task { return remove(0); }

  // How many were ever added.
  [[nodiscard]] auto added() const -> std::uint64_t { return added_; }
  [[nodiscard]] auto take_all() -> std::vector<Task>;

 private:
  struct Entry {
    SteadyTime due;
    std::uint64_t order = 0;
    std::uint32_t slot = 0;
    [[nodiscard]] auto is_before(Entry const& other) const -> bool {
      return due != other.due ? due < other.due : order < other.order;
    }
  };
  struct Slot {
    Task task;
    std::uint32_t uses = 0;  // another number each time that it is taken
    std::uint32_t at = 0;    // its entry's place in the heap; of a free one kFree
  };
  static constexpr std::uint32_t kFree = ~0U;
  static constexpr std::size_t kArity = 4;

  auto remove(std::size_t at) -> Task;
  void place(std::size_t at, Entry const& entry);
  void sift_up(std::size_t at, Entry const& entry);
  void sift_down(std::size_t at, Entry const& entry);

  std::vector<Entry> heap_;
  std::vector<Slot> slots_;
  std::vector<std::uint32_t> free_;
  std::uint64_t added_ = 0;
};

}  // namespace treadle::net::detail
