// From the public types to those of the engine, and back.
#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include <treadle/engine.h>

#include "treadle/integrations/connector.h"
#include "treadle/json/arena.h"
#include "treadle/json/value.h"
#include "treadle/net/event_loop.h"
#include "treadle/runtime/history_sink.h"
#include "treadle/runtime/log_settings.h"

namespace treadle::library {

// What a Task shows besides its input.
struct TaskData {
  std::string_view resource;
  std::string_view execution_arn;
  std::string_view token;
  integrations::CallId id;
  integrations::CallKeys const* keys = nullptr;  // null: `key` is the key
  std::string_view key;
};

struct Access {
  [[nodiscard]] static auto view(json::Value value) -> JsonView {
    JsonView out;
    auto const words = value.words();
    out.head_ = words.head;
    out.data_ = words.data;
    return out;
  }
  [[nodiscard]] static auto value(JsonView view) -> json::Value {
    return json::Value::from_words({view.head_, view.data_});
  }
  // The item as a value that lives in `arena`, or refers to what the item does.
  [[nodiscard]] static auto value(json::Arena& arena, JsonItem const& item) -> json::Value;

  [[nodiscard]] static auto memory(json::Arena& arena) -> JsonMemory { return JsonMemory(&arena); }
  [[nodiscard]] static auto arena(JsonMemory& memory) -> json::Arena& {
    return *static_cast<json::Arena*>(memory.arena_);
  }
  [[nodiscard]] static auto task(TaskData const& data, json::Value input, json::Arena& arena)
      -> Task {
    return {data, view(input), memory(arena)};
  }
  [[nodiscard]] static auto completion(integrations::CallDone done) -> Completion;

  // Makes the connector of the tasks that no function is bound to, over the engine's loops, which do
  // not run yet. It goes after they were stopped.
  using MakeConnector = std::function<std::shared_ptr<integrations::Connector>(net::EventLoops&)>;

  // An engine whose Express executions show their histories to `sink`, which outlives it.
  [[nodiscard]] static auto open(EngineOptions options, runtime::HistorySink* sink,
                                 MakeConnector const& others = {}) -> OrRefused<Engine>;

  // Has the executions of a machine that was defined log so, from now on.
  [[nodiscard]] static auto log(Engine& engine, std::string_view machine,
                                runtime::LogSettings settings) -> OrRefused<void>;
};

}  // namespace treadle::library
