// The engine on one node: partitions over event loops, a store and a connector. It
// answers the Router itself.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "treadle/base/clock.h"
#include "treadle/integrations/connector.h"
#include "treadle/net/event_loop.h"
#include "treadle/runtime/engine_parts.h"
#include "treadle/runtime/router.h"
#include "treadle/store/store.h"

namespace treadle::runtime {

class Engine : public Router {
 public:
  // All arguments outlive the engine. `fail_stop` is called when nothing more may be acknowledged
  // (any thread, perhaps more than once); the process should end with status 74.
  Engine(store::Store& store, net::EventLoops& loops, integrations::Connector& connector,
         Clock const& clock, Random& seed, EngineOptions options,
         std::function<void(std::string const& why)> fail_stop);
  ~Engine() override;  // after the loops were stopped

  // Sends again what a crash left open and starts the timers: posted to the loops, so that requests
  // are answered meanwhile. Once, before or after the loops run.
  void recover();

  // Looks for due timers at once: the clock was set. Without it a clock that was set forward is
  // noticed within a minute.
  void clock_moved();

  // Calls to the outside end: those that are due from now on stay in the outbox for the next start.
  // `done` runs once, on any thread, when the answers of all that went out are with the store. Once.
  void drain_calls(net::Task done);

  // Answers long polls and those who wait for an end, now and from now on: the server is about to
  // stop.
  void release_waiters();

  [[nodiscard]] auto definitions() -> DefinitionCache&;
  [[nodiscard]] auto options() const -> EngineOptions const&;
  [[nodiscard]] auto store() -> store::Store&;
  [[nodiscard]] auto clock() const -> Clock const&;

  void start_execution(StartRequest request, OnAnswer<Started> done) override;
  void stop_execution(std::string execution_arn, std::optional<std::string> error,
                      std::optional<std::string> cause, OnAnswer<Stopped> done,
                      std::string caller = {}) override;
  void compensate_execution(std::string execution_arn, std::string cause,
                            OnAnswer<Compensating> done, std::string caller = {}) override;
  void redrive_execution(std::string execution_arn, std::string client_token,
                         OnAnswer<Redriven> done, std::string caller = {}) override;
  void task_success(std::string token, std::string output, OnAnswer<void> done,
                    std::string receipt = {}) override;
  void task_failure(std::string token, std::optional<std::string> error,
                    std::optional<std::string> cause, OnAnswer<void> done,
                    std::string receipt = {}) override;
  void task_heartbeat(std::string token, OnAnswer<void> done) override;
  void poll_activity(std::string activity_arn, std::string worker, Milliseconds wait,
                     std::function<bool()> is_gone,
                     OnAnswer<std::optional<ActivityTask>> done) override;
  auto describe_execution(std::string_view execution_arn) -> Answer<ExecutionDescription> override;
  auto list_executions(ListRequest const& request) -> Answer<ListPage> override;
  auto history(HistoryRequest const& request) -> Answer<HistoryPage> override;
  void wait_for_end(std::string execution_arn, Milliseconds wait, OnAnswer<bool> done) override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace treadle::runtime
