// What tasks call besides functions: AWS APIs, optimized integrations, HTTP endpoints.
#pragma once

#include <memory>
#include <string>

#include "treadle/base/clock.h"
#include "treadle/integrations/aws_configuration.h"
#include "treadle/integrations/aws_sdk/credential_provider.h"
#include "treadle/integrations/aws_sdk/http_service_caller.h"
#include "treadle/integrations/aws_sdk/service_model.h"
#include "treadle/integrations/http_caller.h"
#include "treadle/integrations/jobs/nested.h"
#include "treadle/integrations/kubernetes/cluster_client.h"
#include "treadle/integrations/local_services.h"
#include "treadle/integrations/optimized/http_task_settings.h"
#include "treadle/integrations/registry.h"
#include "treadle/net/event_loop.h"

namespace treadle::app {

// Where Debian's python3-botocore puts the models of AWS's services.
inline constexpr auto kServiceModels = "/usr/lib/python3/dist-packages/botocore/data";

struct TaskServicesOptions {
  integrations::ServiceSettings services{};
  integrations::optimized::HttpTaskSettings http_task{};
  std::string service_models{};
};

class TaskServices {
 public:
  // Reads the environment and AWS's shared files. `loops`, `clock` and `random` (of any thread)
  // outlive it; destroyed after the loops were stopped.
  TaskServices(TaskServicesOptions options, net::EventLoops& loops, Clock const& clock,
               Random& random);
  TaskServices(TaskServices const&) = delete;
  auto operator=(TaskServices const&) -> TaskServices& = delete;
  ~TaskServices() = default;

  // The connectors, which this outlives.
  void serve(integrations::Registry& registry, integrations::jobs::WaitForEnd wait_for_end,
             integrations::jobs::AskToCompensate ask_to_compensate);

  // Once the loops are stopped.
  void stop() { caller_.stop(); }

  // To be filled before the loops are started.
  [[nodiscard]] auto local() -> integrations::LocalServices& { return local_; }
  [[nodiscard]] auto caller() -> integrations::aws_sdk::ServiceCaller& { return caller_; }
  [[nodiscard]] auto http() -> integrations::HttpCaller& { return http_; }
  [[nodiscard]] auto models() -> integrations::aws_sdk::ServiceModels& { return models_; }
  [[nodiscard]] auto credentials() -> integrations::aws_sdk::CredentialProvider& {
    return credentials_;
  }
  [[nodiscard]] auto configuration() const -> integrations::AwsConfiguration const& {
    return configuration_;
  }

 private:
  integrations::AwsConfiguration const configuration_;
  integrations::optimized::HttpTaskSettings const http_task_;
  net::EventLoops& loops_;
  Clock const& clock_;
  integrations::LocalServices local_;
  integrations::aws_sdk::ServiceModels models_;
  integrations::HttpCaller http_;
  integrations::aws_sdk::CredentialProvider credentials_;
  integrations::aws_sdk::HttpServiceCaller caller_;
  integrations::kubernetes::ClusterClient clusters_;
};

}  // namespace treadle::app
