#include "treadle/net/timer_heap.h"

#include <algorithm>
#include <utility>

namespace treadle::net::detail {

auto TimerHeap::add(SteadyTime due, Task task) -> Id {
  if (free_.empty()) {
    free_.push_back(static_cast<std::uint32_t>(slots_.size()));
    slots_.emplace_back();
  }
  auto const number = free_.back();
  free_.pop_back();
  auto& slot = slots_[number];
  slot.task = std::move(task);
  ++slot.uses;
  heap_.emplace_back();
  sift_up(heap_.size() - 1, {.due = due, .order = ++added_, .slot = number});
  return (Id{slot.uses} << 32U) | number;
}

auto TimerHeap::contains(SteadyTime due, Id id) const -> bool {
  auto const number = static_cast<std::uint32_t>(id);
  if (number >= slots_.size()) return false;
  auto const& slot = slots_[number];
  return slot.at != kFree && slot.uses == id >> 32U && heap_[slot.at].due == due;
}

auto TimerHeap::take(SteadyTime due, Id id) -> Task {
  if (!contains(due, id)) return {};
  return remove(slots_[static_cast<std::uint32_t>(id)].at);
}

auto TimerHeap::take_all() -> std::vector<Task> {
  std::vector<Task> tasks;
  tasks.reserve(heap_.size());
  while (!heap_.empty()) tasks.push_back(remove(heap_.size() - 1));
  return tasks;
}

auto TimerHeap::remove(std::size_t at) -> Task {
  auto const number = heap_[at].slot;
  auto& slot = slots_[number];
  auto task = std::exchange(slot.task, nullptr);
  slot.at = kFree;
  free_.push_back(number);
  auto const last = heap_.back();
  heap_.pop_back();
  if (at == heap_.size()) return task;
  bool const rises = at > 0 && last.is_before(heap_[(at - 1) / kArity]);
  if (rises) {
    sift_up(at, last);
  } else {
    sift_down(at, last);
  }
  return task;
}

void TimerHeap::place(std::size_t at, Entry const& entry) {
  heap_[at] = entry;
  slots_[entry.slot].at = static_cast<std::uint32_t>(at);
}

void TimerHeap::sift_up(std::size_t at, Entry const& entry) {
  while (at > 0) {
    auto const parent = (at - 1) / kArity;
    if (!entry.is_before(heap_[parent])) break;
    place(at, heap_[parent]);
    at = parent;
  }
  place(at, entry);
}

void TimerHeap::sift_down(std::size_t at, Entry const& entry) {
  for (;;) {
    auto const begin = at * kArity + 1;
    if (begin >= heap_.size()) break;
    auto const end = std::min(begin + kArity, heap_.size());
    auto first = begin;
    for (auto child = begin + 1; child < end; ++child)
      if (heap_[child].is_before(heap_[first])) first = child;
    if (!heap_[first].is_before(entry)) break;
    place(at, heap_[first]);
    at = first;
  }
  place(at, entry);
}

}  // namespace treadle::net::detail
