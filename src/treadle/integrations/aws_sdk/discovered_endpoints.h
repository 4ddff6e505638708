// Endpoints that a service tells by its DescribeEndpoints: kept as long as it says, asked for again by
// one call at a time.
// Source: Amazon Timestream Developer Guide, "The endpoint discovery pattern".
#pragma once

#include <compare>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "treadle/base/clock.h"
#include "treadle/base/result.h"
#include "treadle/integrations/aws_sdk/service_caller.h"

namespace treadle::integrations::aws_sdk {

// Accounts have cells of their own; a role stands for the account that it is of.
struct EndpointKey {
  std::string service;
  std::string region;
  std::string role_arn;  // empty: the process's own credentials
  friend auto operator<=>(EndpointKey const&, EndpointKey const&) = default;
};

struct DiscoveredEndpoint {
  std::string url;  // without a path
  Milliseconds life;
};
// The first of the endpoints in an output of DescribeEndpoints; an error is a sentence.
[[nodiscard]] auto read_endpoint(std::string_view output)
    -> Result<DiscoveredEndpoint, std::string>;

// Any thread.
class DiscoveredEndpoints {
 public:
  using Got = Result<std::string, std::string>;  // a URL, or why there is none
  using Done = std::move_only_function<void(Got const&)>;
  // Calls DescribeEndpoints.
  using Ask = std::move_only_function<void(ServiceDone)>;

  explicit DiscoveredEndpoints(Clock const& clock) : clock_(clock) {}  // outlives this

  // `done` on any thread, perhaps before this returns. An endpoint whose time is over is used on for
  // a minute where no other can be learned.
  void get(EndpointKey const& key, Ask ask, Done done);
  // A call to `url` was told that this is not the place: the next get() asks again.
  void refused(EndpointKey const& key, std::string_view url);

 private:
  struct Entry {
    std::string url;  // empty: none is known
    Timestamp expires{};
    std::vector<Done> waiting;  // not empty: somebody asks
  };
  void keep(EndpointKey const& key, Result<DiscoveredEndpoint, std::string> const& found);
  void make_room();

  Clock const& clock_;
  std::mutex mutex_;
  std::map<EndpointKey, Entry> entries_;
};

}  // namespace treadle::integrations::aws_sdk
