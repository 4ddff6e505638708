// An HTTP server on loopback that answers as a test says, and keeps what it was asked.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "treadle/base/assert.h"
#include "treadle/net/http_server.h"

namespace treadle::integrations::testing {

inline auto reply(int status, std::string body, std::string type = "application/x-amz-json-1.0")
    -> net::Response {
  net::Response response;
  response.status = status;
  response.content_type = std::move(type);
  response.body = std::move(body);
  return response;
}

class ScriptedServer {
 public:
  using Answer = std::function<net::Response(net::Request const&)>;

  ScriptedServer(net::EventLoops& loops, Answer answer) : answer_(std::move(answer)) {
    server_ = *net::HttpServer::listen(loops, {},
                                       [this](net::Request&& request, net::Responder responder) {
                                         {
                                           std::lock_guard const lock(mutex_);
                                           requests_.push_back(request);
                                         }
                                         if (holds) return held_.push_back(std::move(responder));
                                         responder.send(answer_(request));
                                       });
  }

  [[nodiscard]] auto url() const -> std::string {
    return "http://127.0.0.1:" + std::to_string(server_->port());
  }
  [[nodiscard]] auto port() const -> std::string { return std::to_string(server_->port()); }
  [[nodiscard]] auto requests() const -> std::vector<net::Request> {
    std::lock_guard const lock(mutex_);
    return requests_;
  }
  // While true, requests are kept and not answered; set before the first comes.
  bool holds = false;

 private:
  Answer answer_;
  mutable std::mutex mutex_;
  std::vector<net::Request> requests_;
  std::vector<net::Responder> held_;  // one loop only
  std::unique_ptr<net::HttpServer> server_;
};

inline auto header(net::Request const& request, std::string_view name) -> std::string {
  return std::string(request.headers.find(name).value_or("(none)"));
}

}  // namespace treadle::integrations::testing
