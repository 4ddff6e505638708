// Tasks done by functions of this process.
#pragma once

#include <memory>
#include <optional>
#include <shared_mutex>

#include "treadle/integrations/connector.h"
#include "treadle/library/bindings.h"

namespace treadle::library {

// What answers that come late have to pass.
struct Gate {
  std::shared_mutex mutex;
  bool is_open = true;  // guarded by mutex
};

class FunctionConnector final : public integrations::Connector {
 public:
  [[nodiscard]] auto bindings() -> Bindings& { return bindings_; }

  // From now on completions that functions keep do nothing. Waits for those that answer just now.
  void close();

  // What nobody is bound to is theirs. Before the first call.
  void serve_others(std::shared_ptr<integrations::Connector> others) {
    others_ = std::move(others);
  }

  // Without others a resource that nobody is bound to fails at stage kStart with States.Runtime.
  void invoke(integrations::TaskCall call, integrations::CallDone done) override;
  void cancel(integrations::CallId id) override;
  [[nodiscard]] auto answer(integrations::CallView const& call)
      -> std::optional<integrations::Answer> override;

 private:
  Bindings bindings_;
  std::shared_ptr<integrations::Connector> others_;  // may be null
  std::shared_ptr<Gate> gate_ = std::make_shared<Gate>();
};

}  // namespace treadle::library
