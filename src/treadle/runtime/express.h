// Express workflows on one node: a runner for each event loop, and the intake log.
//
// Synchronous executions write nothing: at most once. Asynchronous ones are acknowledged when their
// start is in the intake log; after a crash those that had not ended start again from the beginning,
// with the same ARN and the same idempotency keys: at least once. Source: Step Functions Developer
// Guide, "Choosing workflow type".
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "treadle/base/clock.h"
#include "treadle/integrations/connector.h"
#include "treadle/net/event_loop.h"
#include "treadle/runtime/async_starts.h"
#include "treadle/runtime/definition_cache.h"
#include "treadle/runtime/express_runner.h"
#include "treadle/runtime/express_start.h"
#include "treadle/runtime/intake_log.h"
#include "treadle/runtime/router.h"
#include "treadle/store/store.h"

namespace treadle::runtime {

// When StartExecution is acknowledged: once it is in the log on disk; or at once, so that a crash
// loses it.
enum class ExpressIntake : std::uint8_t { kLog, kMemory };

class Express {
 public:
  // All arguments outlive it. kLog needs a log; under kMemory one that is given is emptied only.
  Express(net::EventLoops& loops, store::Store const& store, DefinitionCache& definitions,
          ExpressParts parts, Random& seed, IntakeLog::Opened opened, ExpressIntake intake);
  Express(Express const&) = delete;
  auto operator=(Express const&) -> Express& = delete;
  ~Express();  // after the loops were stopped

  // Starts again what a crash left open. Once, before or after the loops run.
  void recover();

  // Looks for due timers at once: the clock was set. Without it that is noticed within a minute.
  void clock_moved();

  // Answered when the execution has ended, however: with its end, InvalidExecutionInput where its
  // input is not JSON, or ThrottlingException where too many wait already. Nobody has to wait for the answer. Any thread; runs on the calling thread
  // where that is a loop's.
  void start_sync(ExpressStart&& start, OnAnswer<ExpressEnd> done);

  // Answered when the execution is accepted. InvalidExecutionInput; ThrottlingException;
  // ServiceUnavailable (disk space is low).
  void start_async(ExpressStart&& start, OnAnswer<Started> done);

  // One a loop.
  [[nodiscard]] auto runners() -> std::span<std::unique_ptr<ExpressRunner> const> {
    return runners_;
  }

 private:
  // Of the calling thread's loop; nullopt on another thread.
  [[nodiscard]] auto current() const -> std::optional<std::size_t>;
  void accept(std::size_t loop, ExpressStart&& start, OnAnswer<Started> done);

  DefinitionCache& definitions_;
  ExpressParts const parts_;
  std::vector<std::unique_ptr<ExpressRunner>> runners_;
  ExpressIntake const intake_;
  std::unique_ptr<IntakeLog> log_;
  std::vector<std::unique_ptr<AsyncStarts>> async_starts_;  // one a runner, where there is a log
  std::vector<IntakeLog::Entry> left_open_;
  SlowLane slow_lane_;  // ends first: what it decides belongs to the runners
};

}  // namespace treadle::runtime
