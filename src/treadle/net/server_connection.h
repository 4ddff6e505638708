// One accepted socket of an HttpServer: moves bytes between it and an Http1Session and keeps its
// deadline.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "treadle/net/deadline_wheel.h"
#include "treadle/net/event_loop.h"
#include "treadle/net/http_server.h"

namespace treadle::net {

class ServerConnection;

// What a connection needs of the server; one a loop. Outlives its connections.
class ConnectionOwner {
 public:
  virtual ~ConnectionOwner() = default;
  [[nodiscard]] virtual auto loop() -> EventLoop& = 0;
  [[nodiscard]] virtual auto options() const -> HttpServerOptions const& = 0;
  virtual void handle(Request&& request, Responder responder) = 0;
  [[nodiscard]] virtual auto open_stream(Request&& head, StreamExchange exchange)
      -> std::shared_ptr<StreamReceiver> = 0;
  // Its expire() is due then; nullopt: never.
  virtual void set_deadline(ServerConnection& connection, std::optional<SteadyTime> due) = 0;
  // The connection has closed itself.
  virtual void remove(std::shared_ptr<ServerConnection> const& connection) = 0;
};

// Everything but deliver(), end() and is_gone() only on the owner's loop.
class ServerConnection : public ResponseSink, public StreamSink, public DeadlineWheel::Node {
 public:
  virtual void start() = 0;
  // Ends it as soon as what the client has begun to ask is answered.
  virtual void drain() = 0;
  virtual void close() = 0;
  // Its deadline has passed.
  virtual void expire() = 0;
};

// An accepted TCP socket that does not block; takes its ownership. `remote` is the peer's address.
struct AcceptedSocket {
  int descriptor = -1;
  bool is_ipv6 = false;
  std::string remote;
};
[[nodiscard]] auto make_connection(std::shared_ptr<ConnectionOwner> owner, AcceptedSocket socket)
    -> std::shared_ptr<ServerConnection>;

}  // namespace treadle::net
