// HTTP/1.1 of one connection. Keeps answers in the order of their requests.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "treadle/net/http_parser.h"
#include "treadle/net/http_writer.h"
#include "treadle/net/server_session.h"

namespace treadle::net {

class Http1Session final : public ServerSession {
 public:
  // `options` must outlive it. The client is expected to ask from `now` on.
  Http1Session(HttpServerOptions const& options, SessionHandlers handlers, SteadyTime now);

  // Takes less than all while pipelined_max requests are unanswered, or a streamed exchange wants no
  // more.
  auto feed(std::string_view bytes) -> std::size_t override;
  [[nodiscard]] auto can_go_on() const -> bool override;
  [[nodiscard]] auto appetite() const -> Appetite override;
  void answer(std::uint64_t exchange, Response&& response) override;
  void end_of_input() override;
  void drain() override;
  void lost() override;
  [[nodiscard]] auto is_idle() const -> bool override { return reading() == Reading::kIdle; }
  [[nodiscard]] auto is_over() const -> bool override { return ended_ && exchanges_.empty(); }
  [[nodiscard]] auto output() -> std::string& override;
  [[nodiscard]] auto deadline() -> std::optional<SteadyTime> override;
  [[nodiscard]] auto expire() -> Expired override;
  void written() override;

  // One streamed exchange at a time, with no other request beside it.
  void stream_start(std::uint64_t exchange, Response const& head) override;
  void stream_send(std::uint64_t exchange, Response&& response) override;
  auto stream_write(std::uint64_t exchange, std::string_view bytes, std::size_t unsent)
      -> Room override;
  void stream_end(std::uint64_t exchange, StreamSink::End how) override;
  void stream_set_flow(std::uint64_t exchange, StreamSink::Flow flow) override;

 private:
  enum class Reading : std::uint8_t {
    kIdle,  // between requests
    kHead,
    kBody,
    kStream,  // a streamed exchange is open, or waits until earlier requests are answered
    kEnded,   // no further request will be read
  };
  struct Exchange {
    ResponseFrame frame;
    std::optional<std::string> ready{};  // the answer, as long as it may not go out
  };
  struct Stream {
    std::uint64_t exchange = 0;
    std::shared_ptr<StreamReceiver> receiver{};  // null while handlers_.stream runs
    std::string piece{};                         // written, not in output_
    bool is_started = false;
    bool has_body = true;  // of the answer
    bool is_paused = false;
    bool is_body_told = false;  // that it is whole
    bool asks_drained = false;
  };
  // What the deadline is for; a change begins a new one.
  struct Phase {
    Reading reading = Reading::kIdle;
    std::uint64_t requests = 0;
    bool is_answering = false;
    friend auto operator==(Phase const&, Phase const&) -> bool = default;
  };

  [[nodiscard]] auto reading() const -> Reading;
  [[nodiscard]] auto accepts_input() const -> bool;
  void refuse(RequestError error);
  void take_request();
  void release_ready();
  void after_release(AfterResponse after);
  void offer_continue();
  void open_stream();
  void pass_body();
  void end_stream();
  void frame_piece();
  void cancel_stream(RequestError const& why);
  [[nodiscard]] auto is_stream(std::uint64_t exchange) const -> bool;
  [[nodiscard]] auto stream_waits() const -> bool;

  HttpServerOptions const& options_;
  SessionHandlers handlers_;
  RequestParser parser_;
  std::vector<Exchange> exchanges_;  // unanswered, oldest first
  std::uint64_t first_exchange_ = 0;
  std::uint64_t requests_ = 0;  // handed on so far
  std::string output_;
  std::optional<Stream> stream_;
  Phase phase_;
  SteadyTime phase_since_;
  SteadyTime moved_at_{};  // when the streamed exchange's bytes last went either way
  bool ended_ = false;
  bool draining_ = false;
  bool continue_sent_ = false;
};

}  // namespace treadle::net
