// Servers that are on their way out: each goes once it has reported that it stopped.
#pragma once

#include <chrono>
#include <list>
#include <memory>
#include <utility>

#include "treadle/net/event_loop.h"
#include "treadle/net/http_server.h"

namespace treadle::integrations::functions {

// Lives on one loop, and is destroyed after that has stopped.
class RetiredServers {
 public:
  explicit RetiredServers(net::EventLoop& loop) : loop_(loop) {}

  void add(std::unique_ptr<net::HttpServer> server) {
    auto const at = servers_.insert(servers_.end(), std::move(server));
    (*at)->stop(std::chrono::seconds(0), [this, at] {
      loop_.post([this, at] { servers_.erase(at); });  // not inside its own report
    });
  }

 private:
  net::EventLoop& loop_;
  std::list<std::unique_ptr<net::HttpServer>> servers_;
};

}  // namespace treadle::integrations::functions
