#include "treadle/runtime/timer_index.h"

#include <algorithm>
#include <chrono>

namespace treadle::runtime {
namespace {

constexpr std::size_t kRowsAtOnce = 128;
// The longest time to sleep: a clock that is set forward is noticed after this.
constexpr auto kNapMax = std::chrono::seconds(60);

}  // namespace

TimerIndex::TimerIndex(PartitionIndex partition, net::EventLoop& loop, store::Store const& store,
                       Clock const& clock, OnDue on_due)
    : partition_(partition),
      loop_(loop),
      store_(store),
      clock_(clock),
      on_due_(std::move(on_due)) {}

void TimerIndex::start() {
  after_ = std::string(1, static_cast<char>(partition_));
  look();
}

void TimerIndex::added(Timestamp due) {
  // Rows before the place that was read up to are read again.
  auto const before = timers_until(partition_, due - Milliseconds{1});
  if (before < after_) after_ = before;
  if (!armed_ || due < *armed_) arm(due);
}

void TimerIndex::arm(Timestamp due) {
  armed_ = due;
  auto const wait = std::clamp<SteadyWait>(due - clock_.now(), SteadyWait{0}, kNapMax);
  timer_ = loop_.run_after(wait, [this] { look(); });
}

void TimerIndex::look() {
  armed_.reset();
  auto const now = clock_.now();
  auto const end = timers_until(partition_, Timestamp::max() - Milliseconds{1});
  auto const rows =
      store_.scan(store::Table::kTimer, {.from = after_, .to = end, .limit = kRowsAtOnce});
  if (!rows) return arm(now + std::chrono::seconds(1));
  std::size_t handed_out = 0;
  for (auto const& row : *rows) {
    auto const key = read_timer_key(row.key);
    if (key.timer.due > now) {
      arm(key.timer.due);
      break;
    }
    ++handed_out;
    after_ = row.key + '\0';
    on_due_(key);
  }
  // Others are served between two lots.
  if (handed_out == kRowsAtOnce) arm(now);
}

}  // namespace treadle::runtime
