// An HTTP server on event loops: it parses, bounds and orders; a handler answers. It speaks
// HTTP/1.1, and HTTP/2 with clients that begin with its preface.
//
// Each loop has its own listening socket (SO_REUSEPORT) and owns the connections it accepts.
// Requests of one connection are handed to the handler as they arrive, several at a time when they
// are pipelined; their answers go out in the order of the requests whatever order they are given
// in.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "treadle/base/limits.h"
#include "treadle/base/result.h"
#include "treadle/net/body_budget.h"
#include "treadle/net/event_loop.h"
#include "treadle/net/http_message.h"
#include "treadle/net/http_stream.h"

namespace treadle::net {

// Where a Responder's answer goes. Implemented by connections (and by tests).
class ResponseSink {
 public:
  virtual ~ResponseSink() = default;
  // The answer to request number `exchange` of this sink; once each. Any thread.
  virtual void deliver(std::uint64_t exchange, Response&& response) = 0;
  [[nodiscard]] virtual auto is_gone() const -> bool = 0;  // any thread
};

// The right and the duty to answer one request, once, from any thread, at any time. An answer to a
// client that has gone is dropped; the connection lives as long as its responders. Destroyed
// unused, it answers 500 InternalFailure.
class Responder {
 public:
  Responder(std::shared_ptr<ResponseSink> sink, std::uint64_t exchange);
  // A responder that hands its answer to `receive`: for callers without a socket.
  [[nodiscard]] static auto to(std::move_only_function<void(Response&&)> receive) -> Responder;
  Responder(Responder&&) noexcept = default;
  auto operator=(Responder&&) noexcept -> Responder&;
  ~Responder();

  void send(Response response);  // asserts that it was not called before
  // Whether nobody can read the answer any more: the connection broke or was closed by the server.
  // A client that merely closed its side cannot be told from one that still reads, so false proves
  // nothing.
  [[nodiscard]] auto client_is_gone() const -> bool;

 private:
  std::shared_ptr<ResponseSink> sink_;
  std::uint64_t exchange_ = 0;
};

// {"__type":"...","message":"..."} as application/x-amz-json-1.0.
[[nodiscard]] auto default_error_response(RequestError const& error) -> Response;

struct HttpServerOptions {
  std::string address = "127.0.0.1";  // an IP address, not a name
  std::uint16_t port = 0;             // 0: any free one

  std::size_t head_bytes_max = 64 * 1024;              // request line and headers; beyond: 431
  std::size_t headers_max = 100;                       // beyond: 431
  std::size_t body_bytes_max = limits::kRequestBytes;  // beyond: 413
  LargeBodies large_bodies{};                          // none: no request may have more
  StreamRoutes streams{};                              // none: all bodies are read whole
  std::size_t pipelined_max =
      64;  // requests of one connection in the handler's hands; more wait unread

  // Requests of one HTTP/2 connection under way, those included that the client has given up; more
  // are refused.
  std::size_t h2_streams_max = 128;

  std::chrono::milliseconds head_time{
      10'000};  // first byte (or accept) to end of headers; then 408
  std::chrono::milliseconds body_time{
      30'000};  // a body may take this long, or longer while it arrives
  std::size_t body_bytes_per_second_min = 1024;  // at this rate on average; else 408
  std::chrono::milliseconds idle_time{75'000};   // between requests; then closed
  std::chrono::milliseconds write_time{30'000};  // without the client taking any byte; then closed
  std::chrono::milliseconds stream_idle_time{
      75'000};  // of a streamed body nothing, and nobody at work: then 408
  std::size_t stream_unsent_max = 128 * 1024;  // of a streamed answer; beyond: Room::kNone
  std::chrono::milliseconds linger_time{
      1'000};  // a refused client may go on sending, to read the refusal

  std::size_t connections_max = 10'000;             // beyond: they wait in the kernel's backlog
  std::size_t connections_per_address_max = 1'000;  // beyond: closed at once; loopback is exempt

  // What the client reads when the server itself refuses; `head` is what is known of the request.
  std::function<Response(RequestError const&, Request const& head)> error_response =
      [](RequestError const& error, Request const&) { return default_error_response(error); };
};

class HttpServer {
 public:
  // Called on the loop of the connection, for several connections at once on several loops. It must
  // not block; it may answer at once or keep the responder.
  using Handler = std::function<void(Request&&, Responder)>;

  // Listens on every loop. Fails with a text for the operator: the address is in use, not ours, not
  // allowed.
  [[nodiscard]] static auto listen(EventLoops& loops, HttpServerOptions options, Handler handler)
      -> Result<std::unique_ptr<HttpServer>, std::string>;
  HttpServer(HttpServer const&) = delete;
  auto operator=(HttpServer const&) -> HttpServer& = delete;
  // Only after stop() has reported, or after the loops were stopped and joined.
  ~HttpServer();

  [[nodiscard]] auto port() const -> std::uint16_t;
  [[nodiscard]] auto connections() const -> std::size_t;  // open now, any thread

  // Stops accepting, closes idle connections, lets requests that have begun finish and their
  // answers go out, and after `grace` closes what is left. Then `done` runs on one of the loops.
  // Once, any thread; never blocks.
  void stop(SteadyDuration grace, Task done);

 private:
  struct Impl;
  explicit HttpServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace treadle::net
