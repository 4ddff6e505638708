// One treadle process: store, event loops, connectors and engine, wired together. `treadle server`
// and `treadle run` are nodes that differ in their store and in who speaks to them.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "apps/treadle/deliveries.h"
#include "apps/treadle/execution_logs.h"
#include "apps/treadle/status_events.h"
#include "apps/treadle/task_services.h"
#include "treadle/api/action.h"
#include "treadle/api/http_api.h"
#include "treadle/approvals/core.h"
#include "treadle/base/random.h"
#include "treadle/base/result.h"
#include "treadle/base/system_clock.h"
#include "treadle/integrations/functions/function_host.h"
#include "treadle/integrations/http_caller.h"
#include "treadle/integrations/lambda.h"
#include "treadle/integrations/registry.h"
#include "treadle/net/event_loop.h"
#include "treadle/runtime/catalog.h"
#include "treadle/runtime/engine.h"
#include "treadle/runtime/express.h"
#include "treadle/runtime/history_sinks.h"
#include "treadle/runtime/recent_executions.h"
#include "treadle/runtime/state_tests.h"
#include "treadle/store/store.h"
#include "treadle/targets/targets.h"

namespace treadle::app {

struct NodeOptions {
  std::string data;  // directory of the embedded store; empty: everything in memory
  std::vector<integrations::functions::FunctionSpec> functions;
  std::map<std::string, std::string> function_environment;  // of every local function
  integrations::ServiceSettings services{};                 // of treadle.yaml
  integrations::optimized::HttpTaskSettings http_task{};
  StatusEventsOptions status_events{};
  std::string service_models{};  // folder like botocore's data directory
  runtime::EngineOptions engine;
  // Without `data` always kMemory.
  runtime::ExpressIntake express_intake = runtime::ExpressIntake::kLog;
  runtime::HistorySink* express_sink = nullptr;  // outlives the node
  // The logs of state machines; none: nothing is logged.
  std::optional<LogsOptions> logs{};
  // How many recent Express executions are kept; none: nobody asks for them.
  std::optional<runtime::ShelfLimits> recent{};
  // Whose limits of time and events executions in memory keep to.
  asl::MachineType express_limits = asl::MachineType::kExpress;
  // The services that treadle answers itself, below `data`; none: they are not opened.
  std::optional<targets::Setup> targets{};
  // Approvals, whose tasks wait in any case: none: nobody attends to them.
  std::optional<approvals::Settings> approvals{};
  std::size_t loops = 0;  // 0: one a core
  // Nothing more may be acknowledged. Any thread; should end the process with kDataError.
  std::function<void(std::string const& why)> fail_stop;
};

// The system's random numbers for any thread.
class SharedRandom : public Random {
 public:
  [[nodiscard]] auto next_u64() -> std::uint64_t override {
    thread_local SystemRandom random;
    return random.next_u64();
  }
};

class Node {
 public:
  // Opens the store; nothing runs yet. An error is for the operator.
  [[nodiscard]] static auto open(NodeOptions options) -> Result<std::unique_ptr<Node>, std::string>;
  Node(Node const&) = delete;
  auto operator=(Node const&) -> Node& = delete;
  ~Node();  // stop()

  // Starts the loops and takes up what a crash left open.
  void start();
  // Stops the loops, then commits what is queued and closes the store. A second call does nothing.
  void stop();

  [[nodiscard]] auto loops() -> net::EventLoops& { return *loops_; }
  [[nodiscard]] auto engine() -> runtime::Engine& { return *engine_; }
  [[nodiscard]] auto express() -> runtime::Express& { return *express_; }
  // null where none are kept
  [[nodiscard]] auto recent() -> runtime::RecentExecutions* { return recent_.get(); }
  [[nodiscard]] auto state_tests() -> runtime::StateTests& { return *state_tests_; }
  [[nodiscard]] auto catalog() -> runtime::Catalog& { return *catalog_; }
  [[nodiscard]] auto task_services() -> TaskServices& { return *task_services_; }
  // What the Step Functions API works on.
  [[nodiscard]] auto api_services() -> api::Services const& { return *api_services_; }
  // The services that this process answers itself; null where they were not asked for.
  [[nodiscard]] auto targets() -> targets::Targets* { return targets_.get(); }
  // Null where logs were not asked for.
  [[nodiscard]] auto logs() -> ExecutionLogs* { return logs_.get(); }
  // Null where it was not asked for.
  [[nodiscard]] auto approvals() -> approvals::Core* { return approvals_.get(); }
  // Something for a function, a state machine or a webhook. Any thread, once it runs.
  void deliver(targets::Delivery delivery, std::move_only_function<void(bool)> done) {
    deliveries_->deliver(std::move(delivery), std::move(done));
  }
  [[nodiscard]] auto store() -> store::Store& { return *store_; }
  [[nodiscard]] auto clock() const -> Clock const& { return clock_; }
  [[nodiscard]] auto shared_random() -> Random& { return shared_random_; }  // any thread

 private:
  Node() = default;
  // Has the engine tell of status changes, where somebody wants to know.
  void tell_status_changes(NodeOptions& options);
  // Has executions logged, where that was asked for.
  [[nodiscard]] auto open_logs(NodeOptions& options) -> Result<void, std::string>;
  // The services that this process answers itself, where they were asked for.
  [[nodiscard]] auto open_targets(NodeOptions& options) -> Result<void, std::string>;
  // Whoever reads Express histories; null where nobody does.
  [[nodiscard]] auto express_sink(NodeOptions const& options) -> runtime::HistorySink*;
  // Has the engine tell of waits, where approvals were asked for.
  [[nodiscard]] auto open_approvals(NodeOptions& options) -> Result<void, std::string>;
  void serve_itself(std::string const& region, std::string const& account);

  SystemClock clock_;
  SystemRandom random_;  // while it is opened
  SharedRandom shared_random_;
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<net::EventLoops> loops_;
  std::unique_ptr<integrations::functions::FunctionHost> functions_;
  std::unique_ptr<TaskServices> task_services_;
  std::unique_ptr<ExecutionLogs> logs_;
  std::unique_ptr<StatusEvents> status_events_;  // where somebody wants them
  integrations::Registry registry_;
  std::unique_ptr<approvals::Core> approvals_;
  std::unique_ptr<runtime::Engine> engine_;
  std::unique_ptr<runtime::RecentExecutions> recent_;
  std::unique_ptr<runtime::HistorySinks> express_sinks_;
  std::unique_ptr<runtime::Express> express_;
  std::unique_ptr<runtime::StateTests> state_tests_;
  std::unique_ptr<runtime::Catalog> catalog_;
  std::unique_ptr<integrations::ResponseModels> response_models_;
  std::unique_ptr<api::Services> api_services_;
  std::unique_ptr<api::HttpApi> own_api_;  // what tasks of this process call
  std::unique_ptr<integrations::HttpCaller> delivery_http_;
  std::unique_ptr<Deliveries> deliveries_;  // of the targets
  std::unique_ptr<targets::Targets> targets_;
  bool running_ = false;
};

}  // namespace treadle::app
