// Agenda: rows in the store, each to be attended to when its time comes. In memory is what is being
// attended to and when to look next; what waits costs nothing here and survives restarts.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <set>
#include <string>

#include "treadle/base/clock.h"
#include "treadle/net/event_loop.h"
#include "treadle/runtime/wait_rows.h"
#include "treadle/store/store.h"

namespace treadle::approvals {

// Belongs to one loop.
class Agenda {
 public:
  // Told of a row whose time has come, never early, and not again before finished() or again().
  using OnDue = std::function<void(runtime::AgendaKey const&, std::string const& value)>;

  Agenda(net::EventLoop& loop, store::Store const& store, Clock const& clock, OnDue on_due)
      : loop_(loop), store_(store), clock_(clock), on_due_(std::move(on_due)) {}

  void start();
  // A row that is due then was committed.
  void added(Timestamp due);
  // The row was erased, and that is committed.
  void finished(runtime::AgendaKey const& key);
  // It could not be attended to: another time, in `after`.
  void again(runtime::AgendaKey const& key, Milliseconds after);
  // Hands out what is due, and sleeps until the next.
  void look();

 private:
  void arm(Timestamp due);

  net::EventLoop& loop_;
  store::Store const& store_;
  Clock const& clock_;
  OnDue on_due_;
  bool runs_ = false;
  std::string from_;                 // rows before this are being attended to
  std::set<std::string> under_way_;  // keys
  std::optional<Timestamp> armed_;
  net::Timer timer_;
};

}  // namespace treadle::approvals
