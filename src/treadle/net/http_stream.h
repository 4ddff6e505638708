// Requests whose body comes, and whose answer goes, in pieces: both at once, for as long as it takes.
//
// HTTP/1.1 carries such an answer in chunks, HTTP/2 in DATA frames, HTTP/1.0 up to the end of the
// connection. What is not taken by one side is not asked of the other: buffers stay small as long as
// the handler heeds pause() and Room.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

#include "treadle/net/http_message.h"

namespace treadle::net {

// Takes a request's body. Called on the loop of its connection, never after on_cancel() nor after
// the exchange was finished or aborted. It may call its exchange from within.
class StreamReceiver {
 public:
  virtual ~StreamReceiver() = default;
  // Bytes of the body in their order, at most 64 KiB; valid during the call. Also once more after
  // pause(), if that was called from within.
  virtual void on_body(std::string_view piece) = 0;
  // The body is whole.
  virtual void on_body_end() = 0;
  // After Room::kNone: the client has taken what was written.
  virtual void on_drained() = 0;
  // The exchange is over: the client went away (status 0), its body breaks HTTP's rules (400 ...) or
  // stays away (408), or the server stops. Where the answer had not begun and somebody can read it,
  // the server sends the refusal.
  virtual void on_cancel(RequestError const& why) = 0;
  // Whether it still works for the client. Then a client that sends nothing is not idle.
  [[nodiscard]] virtual auto is_working() const -> bool = 0;
};

enum class Room : std::uint8_t {
  kSome,
  kNone,  // write no more than what is under way already, and wait for on_drained()
};

// Where a StreamExchange leads. Implemented by connections (and by tests).
class StreamSink {
 public:
  enum class End : std::uint8_t { kWhole, kBrokenOff };
  enum class Flow : std::uint8_t { kPaused, kFlowing };

  virtual ~StreamSink() = default;
  virtual void send_whole(std::uint64_t exchange, Response&& response) = 0;
  virtual void begin(std::uint64_t exchange, Response&& head) = 0;
  virtual auto write(std::uint64_t exchange, std::string_view bytes) -> Room = 0;
  virtual void end(std::uint64_t exchange, End how) = 0;  // any thread when kBrokenOff
  virtual void set_flow(std::uint64_t exchange, Flow flow) = 0;
};

// The right and the duty to answer one such request, and the tap of its body. Only on the loop of
// its connection; but it may be destroyed anywhere. Unfinished then, the answer is broken off, or is
// a 500 where it had not begun. After the client has gone nothing here has an effect.
class StreamExchange {
 public:
  StreamExchange(std::shared_ptr<StreamSink> sink, std::uint64_t exchange);
  StreamExchange(StreamExchange&&) noexcept = default;
  auto operator=(StreamExchange&& other) noexcept -> StreamExchange&;
  ~StreamExchange();

  // Stops the body soon, so that TCP makes the client wait; and lets it come again.
  void pause();
  void resume();

  // Answers at once and in one piece; what comes of the body later is dropped. Instead of start().
  void send(Response response);
  // Begins the answer; a body that `head` has is its first piece.
  void start(Response head);
  // A piece of the answer, after start(). The server puts pieces together and sends them as soon as
  // the loop has nothing else in hand.
  auto write(std::string_view bytes) -> Room;
  // The answer is whole. If the body is not, the connection ends (HTTP/1) or the rest is refused (HTTP/2).
  void finish();
  // Ends the answer so that the client sees that it is not whole (HTTP/1.0 cannot tell).
  void abort();
  [[nodiscard]] auto is_over() const -> bool { return !sink_; }  // finished, aborted or sent here

 private:
  std::shared_ptr<StreamSink> sink_;
  std::uint64_t exchange_ = 0;
};

// Which requests a server hands on before their body is there.
struct StreamRoutes {
  // Decided from the head alone (its body is empty); asked once a request. Any loop.
  std::function<bool(Request const& head)> claims{};
  // Takes such a request, on the loop of its connection. nullptr where it was answered at once.
  std::function<std::shared_ptr<StreamReceiver>(Request&& head, StreamExchange exchange)> open{};
};

}  // namespace treadle::net
