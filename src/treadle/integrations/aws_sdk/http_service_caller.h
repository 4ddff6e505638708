// The ServiceCaller of a process: services at their endpoints over HTTP, and those that this process
// answers without a socket.
//
// A call has at most three attempts (retry_policy.h). Each carries the same headers and token, and a
// signature of its own. At AWS itself, operations that need it go where the service's own
// DescribeEndpoints says; one that has moved is asked for again, once a call.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "treadle/base/clock.h"
#include "treadle/integrations/aws_configuration.h"
#include "treadle/integrations/aws_sdk/credential_provider.h"
#include "treadle/integrations/aws_sdk/discovered_endpoints.h"
#include "treadle/integrations/aws_sdk/retry_policy.h"
#include "treadle/integrations/aws_sdk/service_caller.h"
#include "treadle/integrations/aws_sdk/service_location.h"
#include "treadle/integrations/aws_sdk/service_model.h"
#include "treadle/integrations/http_caller.h"
#include "treadle/integrations/local_services.h"
#include "treadle/integrations/waiting_calls.h"

namespace treadle::integrations::aws_sdk {

// All of it outlives the caller.
struct ServiceCallerParts {
  AwsConfiguration const& configuration;
  ServiceModels& models;
  CredentialProvider& credentials;
  HttpCaller& http;
  LocalServices const& local;
  net::EventLoops& loops;
  Clock const& clock;
  Random& random;                    // any thread
  AwsLocator locate = aws_location;  // tests have an AWS of their own
};

class HttpServiceCaller final : public ServiceCaller {
 public:
  explicit HttpServiceCaller(ServiceCallerParts const& parts);
  HttpServiceCaller(HttpServiceCaller const&) = delete;
  auto operator=(HttpServiceCaller const&) -> HttpServiceCaller& = delete;
  ~HttpServiceCaller() override;  // after the loops were stopped

  // Ends its thread; calls that wait for a model are dropped. Once the loops are stopped, and before
  // anything goes that a `done` refers to.
  void stop();

  void call(CallId id, ServiceCall call, ServiceDone done) override;
  void cancel(CallId id) override;
  void after(Milliseconds delay, std::move_only_function<void()> task) override;
  [[nodiscard]] auto is_local(std::string_view service) const -> bool override;

 private:
  class Lane;
  class Loader;
  struct Open;
  void begin(CallId id, WaitingCalls::Ticket ticket, ServiceCall call, ServiceDone done,
             Result<ServiceModelPtr, std::string> model);

  ServiceCallerParts const parts_;
  RetryQuota quota_;
  DiscoveredEndpoints endpoints_;
  // By loop; shared with answers that are still to come from other threads.
  std::map<net::EventLoop*, std::shared_ptr<Lane>> lanes_;
  std::atomic<std::size_t> next_loop_ = 0;
  WaitingCalls waiting_;  // for their models
  // What is_local() found before: it is asked on loops, which models must not hold up.
  mutable std::mutex are_local_mutex_;
  mutable std::map<std::string, bool, std::less<>> are_local_;
  std::unique_ptr<Loader> loader_;  // gone first: its thread uses the others
};

}  // namespace treadle::integrations::aws_sdk
