// One connection's protocol as the server sees it, without its socket: bytes in, requests out, answers
// in, bytes out. Knows when the connection is over, and how long the client may take for what.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "treadle/net/event_loop.h"
#include "treadle/net/http_message.h"
#include "treadle/net/http_server.h"
#include "treadle/net/http_stream.h"

namespace treadle::net {

// Whom a session hands requests to: they may answer at once. `exchange` names the request from then on.
struct SessionHandlers {
  std::function<void(Request&&, std::uint64_t exchange)> request;
  std::function<std::shared_ptr<StreamReceiver>(Request&& head, std::uint64_t exchange)> stream;
};

// Reads no clock: tell_time() comes before anything that may take time.
class ServerSession {
 public:
  // When more bytes should be read from the client.
  enum class Appetite : std::uint8_t {
    kNone,
    kOnceWritten,  // not while there are bytes that the client does not take
    kNow,
  };
  enum class Expired : std::uint8_t { kHandled, kClose };

  virtual ~ServerSession() = default;
  void tell_time(SteadyTime now) { now_ = now; }

  // Takes bytes and hands on the requests in them; returns how many it took: all once reading has
  // ended, fewer than all while too much is under way. The rest is to be offered again, even if that
  // is nothing, when can_go_on() and after answers.
  virtual auto feed(std::string_view bytes) -> std::size_t = 0;
  [[nodiscard]] virtual auto can_go_on() const -> bool = 0;
  [[nodiscard]] virtual auto appetite() const -> Appetite = 0;
  // The answer to a request. Nothing happens if the exchange has ended.
  virtual void answer(std::uint64_t exchange, Response&& response) = 0;
  // The client has closed its side. What it asked is answered; what it began to ask is dropped.
  virtual void end_of_input() = 0;
  // Ends after what the client has begun to ask; at once if there is nothing.
  virtual void drain() = 0;
  // Nobody can read an answer any more.
  virtual void lost() = 0;

  // Nothing is being asked or answered.
  [[nodiscard]] virtual auto is_idle() const -> bool = 0;
  // Nothing more will be put into output().
  [[nodiscard]] virtual auto is_over() const -> bool = 0;
  // Bytes for the client; the caller takes them out, and asks again until there are none.
  [[nodiscard]] virtual auto output() -> std::string& = 0;
  // When the client must have done its next step; nullopt: it is not its turn.
  [[nodiscard]] virtual auto deadline() -> std::optional<SteadyTime> = 0;
  // The deadline has passed.
  [[nodiscard]] virtual auto expire() -> Expired = 0;
  // The client took everything that was in output().
  virtual void written() = 0;

  // A streamed exchange. The functions do nothing when `exchange` is none, or has ended.
  virtual void stream_start(std::uint64_t exchange, Response const& head) = 0;
  virtual void stream_send(std::uint64_t exchange, Response&& response) = 0;
  // `unsent`: what the socket has not taken yet.
  virtual auto stream_write(std::uint64_t exchange, std::string_view bytes, std::size_t unsent)
      -> Room = 0;
  virtual void stream_end(std::uint64_t exchange, StreamSink::End how) = 0;
  virtual void stream_set_flow(std::uint64_t exchange, StreamSink::Flow flow) = 0;

 protected:
  [[nodiscard]] auto now() const -> SteadyTime { return now_; }

 private:
  SteadyTime now_{};
};

}  // namespace treadle::net
