// Socket Mode: takes clicks over a WebSocket that this process opens, so that Slack needs no way in.
// Source: Slack, "Using Socket Mode".
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "treadle/approvals/slack/interactions.h"
#include "treadle/approvals/slack/settings.h"
#include "treadle/approvals/slack/web_api.h"
#include "treadle/approvals/slack/web_socket.h"
#include "treadle/base/clock.h"
#include "treadle/net/client_stream.h"

namespace treadle::approvals::slack {

class SocketMode {
 public:
  // All outlive it; `random` is of any thread. Destroyed once the loops were stopped.
  SocketMode(WebApi& api, Settings settings, Interactions& interactions, Random& random);
  SocketMode(SocketMode const&) = delete;
  auto operator=(SocketMode const&) -> SocketMode& = delete;
  ~SocketMode();

  // Connects, and from then on again whenever the connection ends: at once where Slack asks for it, else
  // after a time that doubles up to a minute. Once; any thread.
  void start();

 private:
  void connect();
  void connect_later(std::string_view why);
  void open(std::string const& url);
  void take(std::uint64_t number, std::string_view message);
  void on_closed(std::uint64_t number, std::string_view why);
  void acknowledge(std::string_view envelope_id);

  WebApi& api_;
  Settings const settings_;
  Interactions& interactions_;
  Random& random_;
  net::TlsSettings tls_;
  std::unique_ptr<WebSocket> socket_;
  std::unique_ptr<WebSocket> old_;  // says goodbye
  std::uint64_t number_ = 0;        // of socket_
  std::chrono::milliseconds back_off_;
  net::Timer timer_;
};

}  // namespace treadle::approvals::slack
