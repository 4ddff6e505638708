// The timers of a partition: rows in the store, read ahead in time order; in memory
// is only when to look next.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "treadle/base/clock.h"
#include "treadle/net/event_loop.h"
#include "treadle/runtime/rows.h"
#include "treadle/store/store.h"

namespace treadle::runtime {

// Belongs to the partition's loop.
class TimerIndex {
 public:
  using OnDue = std::function<void(TimerKey const&)>;

  TimerIndex(PartitionIndex partition, net::EventLoop& loop, store::Store const& store,
             Clock const& clock, OnDue on_due);

  // Reads the first row; from then on `on_due` is called for every row whose time has come, never
  // early, perhaps more than once for one row while its erasure is not yet committed.
  void start();
  // A row with that time was committed.
  void added(Timestamp due);
  // Hands out what is due by now, and sleeps until the next.
  void look();

 private:
  void arm(Timestamp due);

  PartitionIndex const partition_;
  net::EventLoop& loop_;
  store::Store const& store_;
  Clock const& clock_;
  OnDue on_due_;
  using SteadyWait = std::chrono::milliseconds;

  std::optional<Timestamp> armed_;
  std::string after_;  // rows up to this key were handed out
  net::Timer timer_;
};

}  // namespace treadle::runtime
