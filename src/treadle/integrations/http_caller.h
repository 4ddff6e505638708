// HTTP calls of tasks: one client a loop, whose connections are kept and used again.
//
// A task's calls all run on one loop, which its id decides. Threads: send(), post() and cancel() may
// be called on any; callbacks run on the loop. Destroyed after the loops were stopped.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "treadle/integrations/connector.h"
#include "treadle/net/event_loop.h"
#include "treadle/net/http_client.h"

namespace treadle::integrations {

// No value: the call was cancelled.
using HttpOutcome = std::optional<net::ClientResult>;
using HttpDone = std::move_only_function<void(HttpOutcome)>;

class HttpCaller {
 public:
  // `loops` outlive it.
  HttpCaller(net::EventLoops& loops, net::HttpClientOptions const& options);
  HttpCaller(HttpCaller const&) = delete;
  auto operator=(HttpCaller const&) -> HttpCaller& = delete;
  ~HttpCaller();

  [[nodiscard]] auto loop_of(CallId id) const -> net::EventLoop&;

  // `done` once, on the loop of `id`.
  void send(CallId id, net::ClientRequest request, HttpDone done);
  // Breaks off the calls of `id`.
  void cancel(CallId id);

 private:
  class Lane;  // what runs on one loop
  [[nodiscard]] auto lane_of(CallId id) const -> Lane&;

  std::vector<std::unique_ptr<Lane>> lanes_;
};

}  // namespace treadle::integrations
