#include "treadle/runtime/recent_shelf.h"

#include <algorithm>
#include <utility>

namespace treadle::runtime {
namespace {

// What a ring takes for an execution besides its bytes: a string and a block of the heap.
constexpr std::size_t kOverhead = 64;
// The share of all bytes that executions may have that still run. One that comes too late for it is
// kept from its end alone.
constexpr std::size_t kRunningShare = 4;

auto cost(std::string const& bytes) -> std::size_t { return bytes.capacity() + kOverhead; }

}  // namespace

void RecentShelf::add(HistoryBatch const& batch) {
  auto const& state = batch.state;
  auto& recording = recording_of(&state);
  auto const before = recording.bytes();
  bool const has_room = running_bytes_ < limits_.bytes / kRunningShare;
  recording.add(batch, has_room ? limits_.execution_bytes : 0);
  running_bytes_ += recording.bytes() - before;
  if (!state.is_over()) return;
  running_bytes_ -= recording.bytes();
  auto bytes = recording.finish(state);
  if (last_ == &state)
    last_ = nullptr;
  else
    running_.erase(&state);
  keep(state, std::move(bytes));
}

auto RecentShelf::recording_of(void const* state) -> ExecutionRecording& {
  if (last_ == state) return last_recording_;
  if (auto const running = running_.find(state); running != running_.end()) return running->second;
  if (last_ != nullptr) running_.emplace(last_, std::exchange(last_recording_, {}));
  last_ = state;
  return last_recording_;
}

void RecentShelf::keep(interpreter::ExecutionState const& state, std::string bytes) {
  bool const is_success = state.status == interpreter::Status::kSucceeded;
  auto const most = is_success ? limits_.successes : limits_.failures;
  if (most == 0) return;
  auto machine = machines_.find(std::string_view(state.state_machine_arn));
  if (machine == machines_.end()) machine = machines_.try_emplace(state.state_machine_arn).first;
  auto& ring = is_success ? machine->second.successes : machine->second.failures;
  ring.bytes += cost(bytes);
  bytes_ += cost(bytes);
  ring.kept.push_back(std::move(bytes));
  while (ring.kept.size() > most ||
         (ring.bytes > limits_.machine_bytes / 2 && ring.kept.size() > 1))
    drop_oldest(ring);
  if (bytes_ > limits_.bytes) make_room();
}

void RecentShelf::drop_oldest(Ring& ring) {
  auto const bytes = cost(ring.kept.front());
  ring.bytes -= bytes;
  bytes_ -= bytes;
  ring.kept.pop_front();
}

// The machine that has most gives first, and successes before failures.
void RecentShelf::make_room() {
  auto const wanted = limits_.bytes - limits_.bytes / 16;
  for (auto const ring_of : {&Machine::successes, &Machine::failures}) {
    while (bytes_ > wanted) {
      auto const most = std::ranges::max_element(
          machines_, {}, [&](auto const& entry) { return (entry.second.*ring_of).bytes; });
      auto& ring = most->second.*ring_of;
      if (ring.kept.empty()) break;
      for (auto const goal = ring.bytes / 2;
           bytes_ > wanted && !ring.kept.empty() && ring.bytes >= goal;)
        drop_oldest(ring);
    }
  }
  std::erase_if(machines_, [](auto const& entry) {
    return entry.second.successes.kept.empty() && entry.second.failures.kept.empty();
  });
}

auto RecentShelf::list(RecentFilter const& filter) const -> std::vector<ExecutionSummary> {
  std::vector<ExecutionSummary> out;
  auto const machine = machines_.find(std::string_view(filter.machine_arn));
  if (machine == machines_.end()) return out;
  for (auto const* ring : {&machine->second.successes, &machine->second.failures})
    for (auto const& bytes : ring->kept) {
      auto const head = kept_head(bytes);
      if (filter.status && head.status != *filter.status) continue;
      auto const& only = filter.qualified_arn;
      if (!only.empty() && head.version_arn != only && head.alias_arn != only) continue;
      out.push_back(summary_of(head));
    }
  return out;
}

auto RecentShelf::find(std::string_view machine_arn, std::string_view execution_arn) const
    -> std::optional<std::string> {
  auto const machine = machines_.find(machine_arn);
  if (machine == machines_.end()) return std::nullopt;
  for (auto const* ring : {&machine->second.successes, &machine->second.failures})
    for (auto const& bytes : ring->kept)
      if (kept_head(bytes).execution_arn == execution_arn) return bytes;
  return std::nullopt;
}

}  // namespace treadle::runtime
