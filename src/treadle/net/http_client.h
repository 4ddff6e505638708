// An asynchronous HTTP/1.1 client on one event loop, with pooled connections.
//
// It does what it is told and no more: no redirects, no proxies from the environment, no
// decompression, no cookies. TLS always verifies the peer.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "treadle/net/event_loop.h"
#include "treadle/net/http_message.h"

namespace treadle::net {

namespace detail {
class ClientCall;
}  // namespace detail

// From the moment the call was made; that of `connect` from the moment a connection is begun for
// it: a call may wait for its turn as long as its other deadlines let it.
struct ClientDeadlines {
  std::chrono::milliseconds connect{5'000};      // name resolved, connected, TLS agreed
  std::chrono::milliseconds first_byte{60'000};  // first byte of the response
  std::chrono::milliseconds total{60'000};       // whole response
};

struct ClientRequest {
  std::string method = "POST";
  std::string
      url{};  // http://host[:port]/path?query or https://..., percent-encoded; no user, no fragment
  Headers headers{};  // Host, Content-Length and Connection are the client's; Host only where it is
                      // missing
  std::string body{};
  ClientDeadlines deadlines{};
  std::size_t max_response_bytes = 262'144;  // of the body
  // PEM certificates to trust, for this call, instead of the client's. Only calls that trust the same
  // share connections.
  std::string trusted_certificates{};
};

struct ClientResponse {
  int status = 0;
  Headers headers{};
  std::string body{};
};

struct ClientError {
  enum class Kind : std::uint8_t {
    kConnect,  // not sent: bad URL, unknown host, refused, not allowed, too many calls waiting
    kTimeout,  // a deadline passed; whether it arrived is not known
    kReset,  // the connection broke before the response was whole; whether it arrived is not known
    kTooLarge,  // the response is beyond its limit
    kTls,       // not sent: no TLS could be agreed, or the peer is not who it should be
    kProtocol,  // the response is not HTTP/1.1
  };
  Kind kind = Kind::kConnect;
  std::string message;  // for people; names host and port, never headers, query or body
  // Whether not one byte of the request can have been read by the peer.
  bool not_sent = false;
};

using ClientResult = std::expected<ClientResponse, ClientError>;

// Stops a call. Copies stop the same call. Only on the client's loop.
class CallHandle {
 public:
  CallHandle() = default;
  // The connection is closed; the callback will not be called any more. Nothing happens once it
  // was.
  void cancel();

 private:
  friend class HttpClient;
  explicit CallHandle(std::weak_ptr<detail::ClientCall> call) : call_(std::move(call)) {}
  std::weak_ptr<detail::ClientCall> call_;
};

struct HttpClientOptions {
  std::size_t connections_per_target_max =
      1'000;  // target = scheme, host and port; further calls wait
  std::size_t handshakes_per_target_max = 128;  // TLS ones under way: each takes about 100 KiB
  std::size_t waiting_per_target_max = 10'000;  // further calls fail
  std::chrono::milliseconds idle_time{20'000};  // an unused connection is closed
  std::size_t head_bytes_max = 32 * 1024;       // status line and headers of a response
  // What responses that are not whole yet hold in memory, for each target: beyond, all but one of them wait.
  std::size_t unfinished_bytes_max = std::size_t{4} * 1024 * 1024;
  std::string ca_file{};  // PEM certificates to trust instead of the system's
  // Asked with each address ("10.0.0.1", "fe80::1") that a host turns out to have; connections are
  // made only to addresses it allows, and to exactly those it was asked for. Empty: all are
  // allowed.
  std::function<bool(std::string_view address)> allow_address{};
};

class HttpClient {
 public:
  HttpClient(EventLoop& loop, HttpClientOptions options);
  HttpClient(HttpClient const&) = delete;
  auto operator=(HttpClient const&) -> HttpClient& = delete;
  // Cancels every call. On the loop's thread, or after the loop's run() has returned.
  ~HttpClient();

  // `done` is called once, on the loop, never inside this call. Only on the loop's thread.
  //
  // A request is sent once. The only exception: it went out on a pooled connection that turns out
  // to have been closed by the peer before one byte of it arrived (the peer's TCP acknowledged
  // none); then it is sent once more on a new connection, because the peer cannot have seen it.
  auto send(ClientRequest request, std::move_only_function<void(ClientResult)> done) -> CallHandle;

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace treadle::net
