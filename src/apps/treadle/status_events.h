// Changes of executions' status, told to the outside as AWS tells them: events of EventBridge, on its
// default bus and to webhooks.
//
// Best effort, as on AWS: what waits when the process ends is not told, and beyond a bound what comes
// is dropped and counted. Source: Step Functions Developer Guide, "Automating Step Functions event
// delivery with EventBridge".
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "treadle/base/random.h"
#include "treadle/integrations/aws_sdk/service_caller.h"
#include "treadle/integrations/http_caller.h"
#include "treadle/runtime/engine_parts.h"

namespace treadle::app {

struct StatusEventsOptions {
  bool to_event_bus = false;
  std::vector<std::string> webhooks;  // URLs; each event is POSTed to each
  std::string region;
  std::string account;
};

// The event: {"version","id","detail-type","source","account","time","region","resources","detail"}.
// Input and output together over 248 KiB are left out, and the details say so.
[[nodiscard]] auto status_event_detail(runtime::StatusChange const& change) -> std::string;

class StatusEvents {
 public:
  // All outlive it; destroyed after the loops were stopped.
  StatusEvents(StatusEventsOptions options, integrations::aws_sdk::ServiceCaller& caller,
               integrations::HttpCaller& http, Random& random);

  // Any thread.
  void tell(runtime::StatusChange const& change);

 private:
  struct Open;
  void put_event(std::string const& detail, runtime::StatusChange const& change);
  void post(std::string const& url, std::string const& event);
  // Whether one more of that size may be under way; counts and says what is dropped.
  [[nodiscard]] auto begin(std::uint64_t size) -> bool;
  [[nodiscard]] auto next_call() -> integrations::CallId;

  StatusEventsOptions const options_;
  integrations::aws_sdk::ServiceCaller& caller_;
  integrations::HttpCaller& http_;
  Random& random_;
  std::shared_ptr<Open> const open_;
};

}  // namespace treadle::app
