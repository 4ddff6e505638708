// The parts of HttpClient: a call, the connection it runs on, and who owns both.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "treadle/net/client_stream.h"
#include "treadle/net/http_client.h"
#include "treadle/net/http_parser.h"
#include "treadle/net/uri.h"

namespace treadle::net {

class ClientConnection;

namespace detail {

// A request on its way, from send() to its callback.
class ClientCall {
 public:
  enum class Stage : std::uint8_t { kWaiting, kConnecting, kAwaiting, kReceiving, kDone };

  ClientRequest request;
  Url url;
  std::move_only_function<void(ClientResult)> done;
  SteadyTime began{};
  SteadyTime turn_came{};  // when its own connection was begun
  Stage stage = Stage::kWaiting;
  Timer deadline;
  bool was_retried = false;
  ClientConnection* connection = nullptr;  // null while it waits for one
  std::function<void(ClientCall&)> stop;   // takes it out of wherever it is

  // When this stage must be over.
  [[nodiscard]] auto due() const -> SteadyTime;
  [[nodiscard]] auto timeout_error() const -> ClientError;
  [[nodiscard]] auto error(ClientError::Kind kind, std::string const& what,
                           bool not_sent = false) const -> ClientError;
};

}  // namespace detail

using ClientCallPtr = std::shared_ptr<detail::ClientCall>;

// Who hands calls to connections.
class ClientPool {
 public:
  virtual ~ClientPool() = default;
  virtual auto loop() -> EventLoop& = 0;
  virtual auto options() const -> HttpClientOptions const& = 0;
  // The call's next stage has its own deadline.
  virtual void enter(ClientCallPtr const& call, detail::ClientCall::Stage stage) = 0;
  // The call is over; runs its callback. Whatever called this may be gone afterwards.
  virtual void finish(ClientCallPtr const& call, ClientResult result) = 0;
  // Sends the call once more, on a new connection.
  virtual void retry(ClientCallPtr const& call) = 0;
  // The connection is open, and its call is on it.
  virtual void opened(ClientConnection& connection) = 0;
  // The connection can take another call; it gets one or stays idle.
  virtual void release(ClientConnection& connection) = 0;
  // The connection is closed. Forgets it.
  virtual void remove(ClientConnection& connection) = 0;
  // The connection holds `bytes` of a response: whether it may read on; else it is told to later.
  virtual auto may_read_on(ClientConnection& connection, std::size_t bytes) -> bool = 0;
  // It holds none any more.
  virtual void let_go(ClientConnection& connection) = 0;
};

// One connection to one target. Reads all the time, so that an idle one notices when the peer
// closes it, but for while the pool has it wait with much of a response.
class ClientConnection : public std::enable_shared_from_this<ClientConnection> {
 public:
  ClientConnection(ClientPool& pool, std::string target, std::shared_ptr<ClientStream> stream);

  // Opens the stream, then runs the call.
  void open(ClientCallPtr call);
  // Runs a call on the open, idle stream.
  void run(ClientCallPtr call);
  // Ends everything; a call on it is forgotten, not finished.
  void close();
  // Reads on, after the pool had it wait.
  void read_on() { read(); }

  [[nodiscard]] auto target() const -> std::string const& { return target_; }
  [[nodiscard]] auto is_open() const -> bool { return is_open_; }  // or was
  // Closes it when it stayed idle for too long.
  Timer idle_timer;

 private:
  void send_request();
  void read();
  auto may_read_on() -> bool;
  void on_bytes(std::string_view bytes);
  void on_end(StreamResult const& result);
  void complete(std::string_view rest);
  void fail(ClientError error);

  ClientPool& pool_;
  std::string const target_;
  std::shared_ptr<ClientStream> stream_;
  std::optional<ResponseParser> parser_;  // of the call
  ClientCallPtr call_;
  std::uint64_t acknowledged_before_ = 0;
  bool is_open_ = false;
  bool was_used_ = false;
  bool is_writing_ = false;
  bool is_closed_ = false;
};

}  // namespace treadle::net
