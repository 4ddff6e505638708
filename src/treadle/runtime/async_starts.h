// The asynchronous Express starts of one event loop, between their request and their answer.
//
// What comes in one turn of the loop goes to the intake log as one batch, is answered together once
// that is durable, and then runs. So what the log costs is shared by the crowd, and nothing here takes
// a lock for a single start. Everything here runs on the loop.
#pragma once

#include <chrono>
#include <vector>

#include "treadle/base/clock.h"
#include "treadle/net/event_loop.h"
#include "treadle/runtime/express_runner.h"
#include "treadle/runtime/express_start.h"
#include "treadle/runtime/intake_log.h"
#include "treadle/runtime/router.h"
#include "treadle/store/store.h"

namespace treadle::runtime {

class AsyncStarts {
 public:
  // All outlive it.
  struct Parts {
    ExpressRunner& runner;
    IntakeLog& log;
    store::Store const& store;  // which says whether the disk has room
    Clock const& clock;
  };
  explicit AsyncStarts(Parts const& parts);
  AsyncStarts(AsyncStarts const&) = delete;
  auto operator=(AsyncStarts const&) -> AsyncStarts& = delete;
  ~AsyncStarts();  // while no thread runs the loop; the log learns of the ends that it does not know yet

  // Answered once the log has it; then it runs. InvalidExecutionInput where its input is not JSON;
  // ThrottlingException; ServiceUnavailable (disk space is low).
  void accept(ExpressStart&& start, OnAnswer<Started> done);

  // An execution that the log has, ended. It is told soon.
  void ended(IntakeNumber number);

 private:
  struct Waiting {
    ExpressRunner::Begun execution;
    Started started;
    OnAnswer<Started> done;
  };

  [[nodiscard]] auto has_disk_space() -> bool;
  // At the end of the loop's turn.
  void hand_over();
  void hand_over_ends();
  void run(std::vector<Waiting>& accepted, IntakeNumber first);

  ExpressRunner& runner_;
  IntakeLog& log_;
  store::Store const& store_;
  Clock const& clock_;
  IntakeBatch batch_;  // of the turn
  std::vector<Waiting> waiting_;
  net::Timer ends_;
  bool had_disk_space_ = true;
  net::SteadyTime measured_at_{};
};

}  // namespace treadle::runtime
