// What treadle serves of executions beside the API of AWS: the recent Express ones with their
// histories, streams of inputs, and stops with compensation. Paths are in own_paths.h.
//
// Reads have the form of the AWS operation that says the same of Standard executions
// (ListExecutions, DescribeExecution, GetExecutionHistory), and for Standard executions they are that
// operation's. A caller needs the right to that operation; for a stream, to StartSyncExecution; to
// compensate, to StopExecution.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>

#include "treadle/api/access.h"
#include "treadle/api/action.h"
#include "treadle/api/host_rules.h"
#include "treadle/api/http_api.h"
#include "treadle/api/own_paths.h"
#include "treadle/net/http_stream.h"
#include "treadle/runtime/recent_executions.h"

namespace treadle::api {

struct OwnServiceOptions {
  HostRules hosts;
  AccessKeys const* access_keys = nullptr;  // null: everybody may do everything; else outlives it
  std::size_t streams_max = 128;            // at a time; further ones are throttled
};

// Outlives the server. Any loop.
class OwnService {
 public:
  OwnService(Services services, runtime::RecentExecutions& recent, OwnServiceOptions options)
      : services_(std::move(services)), recent_(recent), options_(std::move(options)) {}

  // All but the streams, for HttpApi.
  [[nodiscard]] auto service() -> OtherService;
  // The streams, for the server.
  [[nodiscard]] auto streams() -> net::StreamRoutes;

 private:
  [[nodiscard]] auto path_of(net::Request const& request) const -> std::optional<OwnPath>;
  void serve(net::Request const& request, net::Responder responder);
  void answer_execution(OwnPath const& path, ActionCall& call, OnResult done);
  void answer_history(OwnPath const& path, ActionCall& call, OnResult done);
  void answer_recent(ActionCall& call, OnResult done);
  void compensate(ActionCall& call, OnResult done);

  [[nodiscard]] auto open_stream(net::Request const& head, net::StreamExchange exchange)
      -> std::shared_ptr<net::StreamReceiver>;

  Services services_;
  runtime::RecentExecutions& recent_;
  OwnServiceOptions const options_;
  std::atomic<std::size_t> open_streams_ = 0;
};

}  // namespace treadle::api
