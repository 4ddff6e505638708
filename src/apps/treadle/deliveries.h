// What leaves the services that this process answers itself: events that start state machines, messages
// to functions and webhooks.
#pragma once

#include <functional>
#include <string>

#include "treadle/api/http_api.h"
#include "treadle/base/random.h"
#include "treadle/integrations/connector.h"
#include "treadle/integrations/http_caller.h"
#include "treadle/targets/targets.h"

namespace treadle::app {

class Deliveries {
 public:
  // All outlive it. `api` is called for state machines, `functions` for Lambda functions, in
  // `region`.
  Deliveries(api::HttpApi& api, integrations::Connector& functions, integrations::HttpCaller& http,
             Random& random, std::string region);

  // An execution is named after the delivery, so that a repeated one starts no second. Any thread.
  void deliver(targets::Delivery delivery, std::move_only_function<void(bool)> done);

 private:
  using Done = std::move_only_function<void(bool)>;
  void start(targets::Delivery const& delivery, Done done);
  void invoke(targets::Delivery delivery, Done done);
  void post(targets::Delivery delivery, Done done);
  [[nodiscard]] auto next_call() -> integrations::CallId;

  api::HttpApi& api_;
  integrations::Connector& functions_;
  integrations::HttpCaller& http_;
  Random& random_;
  std::string const region_;
};

}  // namespace treadle::app
