// The services that treadle answers itself, behind the tasks of an engine in this process: the
// integrations that a server has, without a server.
#pragma once

#include <filesystem>
#include <memory>

#include "apps/treadle/node.h"
#include "treadle/integrations/registry.h"
#include "treadle/targets/targets.h"

namespace treadle::app {

class LocalTargets final : public integrations::Connector {
 public:
  // `loops` outlive it; it goes after they were stopped. Ends the process where `folder` can't be used.
  LocalTargets(net::EventLoops& loops, std::filesystem::path folder, targets::Setup setup,
               std::size_t events_max);
  ~LocalTargets() override;

  void invoke(integrations::TaskCall call, integrations::CallDone done) override;
  [[nodiscard]] auto answer(integrations::CallView const& call)
      -> std::optional<integrations::Answer> override;
  void cancel(integrations::CallId id) override;

  [[nodiscard]] auto targets() const -> targets::Targets const& { return *targets_; }

 private:
  SystemClock clock_;
  SharedRandom random_;
  TaskServices services_;
  std::unique_ptr<targets::Targets> targets_;
  integrations::Registry registry_;
};

}  // namespace treadle::app
