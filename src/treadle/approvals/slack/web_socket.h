// A WebSocket to Slack: opened, read message by message, written to, closed. RFC 6455, client side.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "treadle/base/clock.h"
#include "treadle/net/client_stream.h"
#include "treadle/net/event_loop.h"

namespace treadle::approvals::slack {

struct WebSocketEvents {
  std::function<void()> opened;
  std::function<void(std::string_view message)> message;  // a whole text
  // Once, also where it never opened: why it ended. Nothing is called afterwards.
  std::function<void(std::string_view why)> closed;
};

// Everything happens on the loop. Pings are answered; one that hears nothing for a minute is closed
// (Slack pings about every 15 seconds).
class WebSocket {
 public:
  // `url` is ws:// or wss://; `tls` and `random` outlive it.
  WebSocket(net::EventLoop& loop, net::TlsSettings& tls, Random& random, std::string const& url,
            WebSocketEvents events);
  WebSocket(WebSocket const&) = delete;
  auto operator=(WebSocket const&) -> WebSocket& = delete;
  ~WebSocket();  // cuts it off; `closed` is not called

  void send(std::string_view text);
  // Says goodbye; `closed` follows when the other side has too, or cut the connection.
  void close();

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace treadle::approvals::slack
