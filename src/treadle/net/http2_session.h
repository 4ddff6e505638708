// HTTP/2 of one connection, begun by its preface (h2c with prior knowledge). The same requests and
// answers as over HTTP/1.1, under the same limits; framing and HPACK are libnghttp2's.
// Source: RFC 9113, RFC 7541.
//
// Bounds beside those of HttpServerOptions: bodies that are not whole have 64 KiB each and some 4 MiB
// together, but the oldest always goes on; frames that ask for nothing (PING, SETTINGS, resets ...) are
// paid for out of a purse that answered requests and time fill; what a client resets counts as under way
// until its handler has answered.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "treadle/net/server_session.h"

struct nghttp2_session;

namespace treadle::net {

std::string_view inline constexpr kHttp2Preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

namespace detail {

// One request and its answer.
struct Http2Stream {
  enum class Stage : std::uint8_t {
    kHead,
    kBody,
    kInHand,    // handed on, not answered
    kStreamed,  // handed on, with its body to come
    kAnswered,
  };

  std::int32_t id = 0;
  std::size_t place = 0;  // in Http2Session::streams_
  Stage stage = Stage::kHead;
  Request request{};
  RequestId request_id{};
  std::optional<RequestError> refusal{};  // found in its head
  std::size_t head_bytes = 0;
  std::size_t body_bytes_max = 0;
  std::size_t body_bytes = 0;  // of a body that is kept
  std::size_t withheld = 0;    // bytes of it that the client has got no new window for
  SteadyTime since{};          // when its body began
  SteadyTime moved_at{};       // when bytes of it last went either way
  bool is_body_whole = false;

  std::string out{};  // of the answer's body, not yet in frames
  std::size_t out_begin = 0;
  bool is_last = false;      // nothing comes after `out`
  bool is_deferred = false;  // libnghttp2 waits for more of it
  bool is_broken_off = false;
  bool has_out = true;           // the answer has a body
  bool is_head_request = false;  // its answer has none

  std::shared_ptr<StreamReceiver> receiver{};  // when streamed
  std::string held{};                          // of the body, while it is paused
  bool is_started = false;
  bool is_paused = false;
  bool is_body_told = false;
  bool asks_drained = false;
};

}  // namespace detail

class Http2Session final : public ServerSession {
 public:
  Http2Session(HttpServerOptions const& options, SessionHandlers handlers, SteadyTime now);
  Http2Session(Http2Session const&) = delete;
  auto operator=(Http2Session const&) -> Http2Session& = delete;
  ~Http2Session() override;

  auto feed(std::string_view bytes) -> std::size_t override;
  [[nodiscard]] auto can_go_on() const -> bool override;
  [[nodiscard]] auto appetite() const -> Appetite override;
  void answer(std::uint64_t exchange, Response&& response) override;
  void end_of_input() override;
  void drain() override;
  void lost() override;
  [[nodiscard]] auto is_idle() const -> bool override {
    return streams_.empty() && header_stream_ == 0;
  }
  [[nodiscard]] auto is_over() const -> bool override;
  [[nodiscard]] auto output() -> std::string& override;
  [[nodiscard]] auto deadline() -> std::optional<SteadyTime> override;
  [[nodiscard]] auto expire() -> Expired override;
  void written() override;
  void stream_start(std::uint64_t exchange, Response const& head) override;
  void stream_send(std::uint64_t exchange, Response&& response) override;
  auto stream_write(std::uint64_t exchange, std::string_view bytes, std::size_t unsent)
      -> Room override;
  void stream_end(std::uint64_t exchange, StreamSink::End how) override;
  void stream_set_flow(std::uint64_t exchange, StreamSink::Flow flow) override;

 private:
  friend struct Http2Callbacks;
  using Stream = detail::Http2Stream;
  using Stage = Stream::Stage;
  enum class EndsStream : std::uint8_t { kNo, kYes };

  // What libnghttp2 tells.
  void on_begin_headers(std::int32_t id, bool is_request);
  void on_header(std::int32_t id, std::string_view name, std::string_view value);
  void on_invalid_header(std::int32_t id);
  void on_end_headers(std::int32_t id, EndsStream ends);
  void on_trailers(std::int32_t id);
  void on_data(std::int32_t id, std::string_view bytes);
  void on_end_of_body(std::int32_t id);
  void on_sent_end(std::int32_t id);
  void on_close(std::int32_t id, std::uint32_t error);
  void on_idle_frame(int cost);
  void on_useful_frame(int worth);
  auto give_data(Stream& stream, std::uint8_t* room, std::size_t size, std::uint32_t& flags)
      -> std::ptrdiff_t;

  [[nodiscard]] auto find(std::int32_t id) const -> Stream*;
  [[nodiscard]] auto find_streamed(std::uint64_t exchange) const -> Stream*;
  void read_pseudo(Stream& stream, std::string_view name, std::string_view value);
  [[nodiscard]] auto check_head(Stream& stream) const -> std::optional<RequestError>;
  void begin_body(Stream& stream);
  void take_body(Stream& stream, std::string_view bytes);
  void forget_body(Stream& stream);
  void grant_windows();
  void hand_on(Stream& stream);
  void open_streamed(Stream& stream);
  void pass_body(Stream& stream, std::string_view piece);
  void tell_body_end(Stream& stream);
  void refuse(Stream& stream, RequestError const& error);
  void cancel(Stream& stream, RequestError const& why);
  void reset(Stream& stream, std::uint32_t error);
  void submit(Stream& stream, Response const& head);
  void resume(Stream& stream);
  void close_for(std::uint32_t error);
  void fail(std::ptrdiff_t error);
  [[nodiscard]] auto due(Stream const& stream) const -> std::optional<SteadyTime>;
  [[nodiscard]] auto connection_due() const -> std::optional<SteadyTime>;
  void expire_stream(Stream& stream);

  HttpServerOptions const& options_;
  SessionHandlers handlers_;
  nghttp2_session* session_ = nullptr;
  std::vector<std::unique_ptr<Stream>> streams_;  // in no order
  std::int32_t header_stream_ = 0;                // whose head is arriving; 0: none
  Stream* heading_ = nullptr;                     // the same; null where it was refused
  std::size_t orphans_ = 0;                       // in their handlers' hands, without a stream
  std::size_t body_bytes_ = 0;                    // of bodies that are not whole
  std::size_t requests_ = 0;
  SteadyTime since_;  // when it began to be idle, or a head to arrive
  SteadyTime purse_at_;
  double purse_;
  std::string output_;
  bool has_withheld_ = false;
  bool has_held_ = false;
  bool asks_drained_ = false;
  bool input_ended_ = false;
  bool failed_ = false;
};

[[nodiscard]] auto make_http2_session(HttpServerOptions const& options, SessionHandlers handlers,
                                      SteadyTime now) -> std::unique_ptr<ServerSession>;

}  // namespace treadle::net
