// A thread that does what event loops must not: SQLite and files.
//
// What waits is done in groups of one transaction; answers go out when it is committed.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>

#include "treadle/net/http_server.h"
#include "treadle/targets/database.h"

namespace treadle::targets {

class Worker {
 public:
  using Work = std::move_only_function<void()>;
  using Time = std::chrono::steady_clock::time_point;

  Worker(std::unique_ptr<Database> database, std::size_t waiting_max);
  Worker(Worker const&) = delete;
  auto operator=(Worker const&) -> Worker& = delete;
  ~Worker();  // stop()

  // Runs it on the thread, in order. Any thread. False: too many wait, and `work` was not taken.
  [[nodiscard]] auto post(Work&& work) -> bool;
  // The same without a bound, for what takes up earlier work; false once it stops.
  auto post_own(Work work) -> bool;
  void stop();

  // The rest only on the thread, or before anything was posted.
  void run_at(Time due, Work work);
  // Called before each commit; false: there is none, the group is rolled back. Set once.
  void set_before_commit(std::function<bool()> prepare);
  // Called with whether the group that is under way was committed.
  void after_commit(std::move_only_function<void(bool)> done);
  // Sends `response` after the commit; 500 if there was none.
  void answer(net::Responder responder, net::Response response);
  [[nodiscard]] auto database() -> Database& { return *database_; }
  // One transaction of its own, before anything was posted.
  [[nodiscard]] auto run_first(std::function<void()> const& work) -> bool;

 private:
  struct Impl;
  [[nodiscard]] auto commit() -> bool;
  std::unique_ptr<Database> database_;
  std::unique_ptr<Impl> impl_;
};

}  // namespace treadle::targets
