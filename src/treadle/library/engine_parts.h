// What an Engine holds.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include <treadle/engine.h>

#include "treadle/base/random.h"
#include "treadle/base/system_clock.h"
#include "treadle/library/access.h"
#include "treadle/library/function_connector.h"
#include "treadle/net/event_loop.h"
#include "treadle/runtime/engine.h"
#include "treadle/runtime/express.h"
#include "treadle/store/store.h"

namespace treadle {

namespace library {

// A machine as its executions start it.
struct Defined {
  MachineType type = MachineType::kExpress;
  runtime::MachineRef machine;
  runtime::LogSettings log{};
};
using DefinedPtr = std::shared_ptr<Defined const>;

[[nodiscard]] auto end_of(runtime::ExpressEnd end) -> End;

}  // namespace library

// Its members end in the reverse order: first what works, last what that works on.
struct Engine::Impl {
  EngineOptions options;
  SystemClock clock;
  SystemRandom random;  // while it is opened
  std::unique_ptr<store::Store> store;
  std::unique_ptr<net::EventLoops> loops;
  library::FunctionConnector functions;
  std::unique_ptr<runtime::Engine> standard;
  std::unique_ptr<runtime::Express> express;
  std::string arn_prefix;  // "arn:aws:states:us-east-1:123456789012:"

  std::mutex mutex;
  std::map<std::string, library::DefinedPtr, std::less<>> machines;  // guarded by mutex
  bool has_begun = false;                                            // guarded by mutex
  std::atomic<std::size_t> turn = 0;  // of the loop that gets the next start from outside

  ~Impl();
  void open(EngineOptions given, runtime::HistorySink* sink,
            library::Access::MakeConnector const& others);
  auto bind(std::string_view resource, library::Bound function) -> OrRefused<void>;
  // The time of binding is over.
  void begin();
  [[nodiscard]] auto find(std::string_view machine) -> OrRefused<library::DefinedPtr>;
  // Whether the calling thread is one of the engine's own.
  [[nodiscard]] auto is_own_thread() const -> bool;

  [[nodiscard]] auto express_start(library::Defined const& defined, std::string input)
      -> runtime::ExpressStart;
  // On the calling thread's loop, else on each in turn.
  void start_express(library::DefinedPtr const& defined, std::string input, OnEnd on_end);
  void start_standard(library::DefinedPtr const& defined, std::string input, std::string_view name,
                      OnEnd on_end);
  // Asks something of the engine for Standard executions, and waits for the answer.
  auto tell(std::move_only_function<void(runtime::OnAnswer<void>)> ask) -> OrRefused<void>;
};

}  // namespace treadle
