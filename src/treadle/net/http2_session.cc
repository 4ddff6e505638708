#include "treadle/net/http2_session.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include <nghttp2/nghttp2.h>

#include "treadle/base/assert.h"
#include "treadle/net/http_head.h"
#include "treadle/net/uri.h"

namespace treadle::net {
namespace {

auto constexpr kOutputBytes = std::size_t{64} * 1024;  // given out at once
auto constexpr kConnectionWindow = std::int32_t{1} << 20;
auto constexpr kHeadOverrunMax = std::size_t{16};  // times head_bytes_max: that is an attack
auto constexpr kFieldOverhead = std::size_t{32};   // RFC 9113, section 6.5.2

// Frames that ask for nothing.
auto constexpr kPurseMax = 10'000.0;
auto constexpr kPursePerSecond = 100.0;
auto constexpr kResetCost = 10;
auto constexpr kAnswerWorth = 20;
auto constexpr kDataWorth = 2;

auto session_of(void* user_data) -> Http2Session& { return *static_cast<Http2Session*>(user_data); }

auto text(std::uint8_t const* bytes, std::size_t size) -> std::string_view {
  return {reinterpret_cast<char const*>(bytes), size};
}

}  // namespace

// libnghttp2's callbacks, each with its arguments.
struct Http2Callbacks {
  static auto is_request(nghttp2_frame const* frame) -> bool {
    return frame->hd.type == NGHTTP2_HEADERS && frame->headers.cat == NGHTTP2_HCAT_REQUEST;
  }
  static auto begin_headers(nghttp2_session*, nghttp2_frame const* frame, void* user) -> int {
    session_of(user).on_begin_headers(frame->hd.stream_id, is_request(frame));
    return 0;
  }
  // Also of frames that libnghttp2 then ignores.
  static auto begin_frame(nghttp2_session*, nghttp2_frame_hd const* head, void* user) -> int {
    auto& session = session_of(user);
    auto const ends = (head->flags & NGHTTP2_FLAG_END_STREAM) != 0;
    switch (head->type) {
      case NGHTTP2_HEADERS: break;
      case NGHTTP2_DATA:
        if (head->length > 0) session.on_useful_frame(kDataWorth);
        if (head->length == 0 && !ends) session.on_idle_frame(1);
        break;
      case NGHTTP2_RST_STREAM: session.on_idle_frame(kResetCost); break;
      case NGHTTP2_SETTINGS:
      case NGHTTP2_PING:
        if ((head->flags & NGHTTP2_FLAG_ACK) == 0) session.on_idle_frame(1);
        break;
      default: session.on_idle_frame(1);
    }
    return 0;
  }
  static auto header(nghttp2_session*, nghttp2_frame const* frame, std::uint8_t const* name,
                     std::size_t name_size, std::uint8_t const* value, std::size_t value_size,
                     std::uint8_t /*flags*/, void* user) -> int {
    session_of(user).on_header(frame->hd.stream_id, text(name, name_size), text(value, value_size));
    return 0;
  }
  static auto invalid_header(nghttp2_session*, nghttp2_frame const* frame, std::uint8_t const*,
                             std::size_t, std::uint8_t const*, std::size_t, std::uint8_t,
                             void* user) -> int {
    session_of(user).on_invalid_header(frame->hd.stream_id);
    return 0;
  }
  static auto frame_received(nghttp2_session*, nghttp2_frame const* frame, void* user) -> int {
    auto& session = session_of(user);
    auto const id = frame->hd.stream_id;
    auto const ends = (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0;
    switch (frame->hd.type) {
      case NGHTTP2_HEADERS:
        if (!is_request(frame)) {
          session.on_trailers(id);
        } else {
          session.on_end_headers(
              id, ends ? Http2Session::EndsStream::kYes : Http2Session::EndsStream::kNo);
        }
        break;
      case NGHTTP2_DATA:
        if (ends) session.on_end_of_body(id);
        break;
      default: break;
    }
    return 0;
  }
  static auto data(nghttp2_session*, std::uint8_t /*flags*/, std::int32_t id,
                   std::uint8_t const* bytes, std::size_t size, void* user) -> int {
    session_of(user).on_data(id, text(bytes, size));
    return 0;
  }
  static auto frame_sent(nghttp2_session*, nghttp2_frame const* frame, void* user) -> int {
    auto const has_end = frame->hd.type == NGHTTP2_DATA || frame->hd.type == NGHTTP2_HEADERS;
    if (frame->hd.type == NGHTTP2_DATA) session_of(user).on_useful_frame(kDataWorth);
    if (has_end && (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0)
      session_of(user).on_sent_end(frame->hd.stream_id);
    return 0;
  }
  static auto stream_closed(nghttp2_session*, std::int32_t id, std::uint32_t error, void* user)
      -> int {
    session_of(user).on_close(id, error);
    return 0;
  }

  // One set for all sessions.
  static auto get() -> nghttp2_session_callbacks const* {
    static auto const* const kCallbacks = [] {
      nghttp2_session_callbacks* made = nullptr;
      TREADLE_ASSERT(nghttp2_session_callbacks_new(&made) == 0);
      nghttp2_session_callbacks_set_on_begin_frame_callback(made, begin_frame);
      nghttp2_session_callbacks_set_on_begin_headers_callback(made, begin_headers);
      nghttp2_session_callbacks_set_on_header_callback(made, header);
      nghttp2_session_callbacks_set_on_invalid_header_callback(made, invalid_header);
      nghttp2_session_callbacks_set_on_frame_recv_callback(made, frame_received);
      nghttp2_session_callbacks_set_on_data_chunk_recv_callback(made, data);
      nghttp2_session_callbacks_set_on_frame_send_callback(made, frame_sent);
      nghttp2_session_callbacks_set_on_stream_close_callback(made, stream_closed);
      return made;
    }();
    return kCallbacks;
  }
  // Windows are granted by hand; closed streams are forgotten.
  static auto get_options() -> nghttp2_option const* {
    static auto const* const kOptions = [] {
      nghttp2_option* made = nullptr;
      TREADLE_ASSERT(nghttp2_option_new(&made) == 0);
      nghttp2_option_set_no_auto_window_update(made, 1);
      nghttp2_option_set_no_closed_streams(made, 1);
      return made;
    }();
    return kOptions;
  }
};

Http2Session::Http2Session(HttpServerOptions const& options, SessionHandlers handlers,
                           SteadyTime now)
    : options_(options),
      handlers_(std::move(handlers)),
      since_(now),
      purse_at_(now),
      purse_(kPurseMax) {
  tell_time(now);
  TREADLE_ASSERT(nghttp2_session_server_new2(&session_, Http2Callbacks::get(), this,
                                             Http2Callbacks::get_options()) == 0);
  nghttp2_settings_entry const settings[] = {
      {NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS,
       static_cast<std::uint32_t>(options_.h2_streams_max)},
      {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, static_cast<std::uint32_t>(options_.head_bytes_max)},
      {NGHTTP2_SETTINGS_NO_RFC7540_PRIORITIES, 1}};
  nghttp2_submit_settings(session_, NGHTTP2_FLAG_NONE, settings, std::size(settings));
  nghttp2_session_set_local_window_size(session_, NGHTTP2_FLAG_NONE, 0, kConnectionWindow);
}

Http2Session::~Http2Session() { nghttp2_session_del(session_); }

auto Http2Session::feed(std::string_view bytes) -> std::size_t {
  if (has_held_) {
    has_held_ = false;
    for (auto i = std::size_t{0}; i < streams_.size(); ++i) {
      auto& stream = *streams_[i];
      if (stream.receiver && !stream.is_paused) pass_body(stream, {});
      has_held_ = has_held_ || !stream.held.empty();
    }
  }
  if (failed_ || bytes.empty()) return bytes.size();
  auto const used = nghttp2_session_mem_recv(
      session_, reinterpret_cast<std::uint8_t const*>(bytes.data()), bytes.size());
  if (used < 0) fail(used);
  if (has_withheld_) grant_windows();
  return bytes.size();
}

// After such an error libnghttp2 sends nothing any more, so the client is told by hand.
void Http2Session::fail(std::ptrdiff_t error) {
  lost();
  auto const is_flood = error == NGHTTP2_ERR_FLOODED || error == NGHTTP2_ERR_TOO_MANY_CONTINUATIONS;
  auto const code = is_flood ? NGHTTP2_ENHANCE_YOUR_CALM : NGHTTP2_PROTOCOL_ERROR;
  output_.append("\0\0\x08\x07\0\0\0\0\0", 9);  // RFC 9113, section 6.8
  for (auto const number :
       {static_cast<std::uint32_t>(nghttp2_session_get_last_proc_stream_id(session_)),
        static_cast<std::uint32_t>(code)}) {
    for (auto shift = 24; shift >= 0; shift -= 8) output_ += static_cast<char>(number >> shift);
  }
}

auto Http2Session::can_go_on() const -> bool {
  return has_held_ && std::ranges::any_of(streams_, [](auto const& stream) {
           return !stream->held.empty() && !stream->is_paused;
         });
}

auto Http2Session::appetite() const -> Appetite {
  return failed_ || nghttp2_session_want_read(session_) == 0 ? Appetite::kNone
                                                             : Appetite::kOnceWritten;
}

auto Http2Session::is_over() const -> bool {
  if (failed_) return true;
  if (nghttp2_session_want_write(session_) != 0) return false;
  return input_ended_ ? streams_.empty() : nghttp2_session_want_read(session_) == 0;
}

auto Http2Session::output() -> std::string& {
  while (!failed_ && output_.size() < kOutputBytes) {
    std::uint8_t const* bytes = nullptr;
    auto const size = nghttp2_session_mem_send(session_, &bytes);
    if (size < 0) failed_ = true;
    if (size <= 0) break;
    output_.append(reinterpret_cast<char const*>(bytes), static_cast<std::size_t>(size));
  }
  return output_;
}

void Http2Session::end_of_input() {
  input_ended_ = true;
  for (auto const& stream : streams_) {
    if (!stream->is_body_whole) reset(*stream, NGHTTP2_CANCEL);
  }
}

// What the client sends until it reads this is refused without having had an effect: it may ask elsewhere.
void Http2Session::drain() {
  nghttp2_submit_goaway(session_, NGHTTP2_FLAG_NONE,
                        nghttp2_session_get_last_proc_stream_id(session_), NGHTTP2_NO_ERROR,
                        nullptr, 0);
}

void Http2Session::close_for(std::uint32_t error) {
  nghttp2_session_terminate_session(session_, error);
}

void Http2Session::on_idle_frame(int cost) {
  auto const seconds = std::chrono::duration<double>(now() - std::exchange(purse_at_, now()));
  purse_ = std::min(kPurseMax, purse_ + seconds.count() * kPursePerSecond) - cost;
  if (purse_ < 0) close_for(NGHTTP2_ENHANCE_YOUR_CALM);
}

void Http2Session::on_useful_frame(int worth) { purse_ = std::min(kPurseMax, purse_ + worth); }

auto Http2Session::find(std::int32_t id) const -> Stream* {
  return static_cast<Stream*>(nghttp2_session_get_stream_user_data(session_, id));
}

void Http2Session::on_begin_headers(std::int32_t id, bool is_request) {
  header_stream_ = id;
  heading_ = nullptr;
  since_ = now();
  if (!is_request) {
    heading_ = find(id);
    if (heading_ != nullptr) heading_->head_bytes = 0;
    return;
  }
  if (streams_.size() + orphans_ >= options_.h2_streams_max) {
    nghttp2_submit_rst_stream(session_, NGHTTP2_FLAG_NONE, id, NGHTTP2_REFUSED_STREAM);
    return;
  }
  auto stream = std::make_unique<Stream>();
  stream->id = id;
  stream->place = streams_.size();
  stream->since = stream->moved_at = now();
  nghttp2_session_set_stream_user_data(session_, id, stream.get());
  heading_ = stream.get();
  streams_.push_back(std::move(stream));
}

void Http2Session::on_header(std::int32_t id, std::string_view name, std::string_view value) {
  auto* const stream = id == header_stream_ ? heading_ : find(id);
  if (stream == nullptr) return;
  stream->head_bytes += name.size() + value.size() + kFieldOverhead;
  if (stream->head_bytes > options_.head_bytes_max * kHeadOverrunMax)
    return close_for(NGHTTP2_ENHANCE_YOUR_CALM);
  if (stream->head_bytes > options_.head_bytes_max) {
    stream->refusal = {431, "The head is too large"};
  } else if (stream->request.headers.size() >= options_.headers_max) {
    stream->refusal = {431, "There are too many header fields"};
  }
  if (stream->refusal || stream->stage != Stage::kHead) return;
  if (name.starts_with(':')) return read_pseudo(*stream, name, value);
  if (!is_field_value(value)) return on_invalid_header(id);
  stream->request.headers.add(name, value);
}

void Http2Session::on_invalid_header(std::int32_t id) {
  auto* const stream = find(id);
  if (stream != nullptr && !stream->refusal)
    stream->refusal = {400, "A header field has a character that is not allowed"};
}

void Http2Session::read_pseudo(Stream& stream, std::string_view name, std::string_view value) {
  if (name == ":method") {
    stream.request.method = value;
  } else if (name == ":path") {
    stream.request.target = value;
  } else if (name == ":authority") {
    stream.request.headers.reserve_usual();
    stream.request.headers.add("Host", value);
  }
}

void Http2Session::on_end_headers(std::int32_t id, EndsStream ends) {
  auto* const stream = id == header_stream_ ? heading_ : find(id);
  header_stream_ = 0;
  heading_ = nullptr;
  if (stream == nullptr) return;
  stream->is_body_whole = ends == EndsStream::kYes;
  stream->request_id = stream->request.id = make_request_id();
  stream->is_head_request = stream->request.method == "HEAD";
  if (!stream->refusal) stream->refusal = check_head(*stream);
  if (stream->refusal) return refuse(*stream, *stream->refusal);
  begin_body(*stream);
}

// As RequestParser checks a head of HTTP/1.1; what is HTTP/2's own libnghttp2 has checked.
auto Http2Session::check_head(Stream& stream) const -> std::optional<RequestError> {
  auto& request = stream.request;
  auto& headers = request.headers;
  if (!is_method(request.method))
    return RequestError{400, "The method has a character that is not allowed"};
  if (request.method == "CONNECT") return RequestError{501, "CONNECT is not supported"};
  auto const host = std::string(headers.find("Host").value_or(""));
  if (host.empty() || !is_authority(host))
    return RequestError{400, "There must be one authority, a host and port"};
  for (auto const& field : headers) {
    if (equals_ignoring_case(field.name, "Host") && !equals_ignoring_case(field.value, host))
      return RequestError{400, "The authority and the Host header name different hosts"};
  }
  if (headers.count("Host") > 1) headers.set("Host", host);
  auto const is_of_server = request.target == "*" && request.method == "OPTIONS";
  if (!is_of_server && (!request.target.starts_with('/') || !is_origin_form(request.target)))
    return RequestError{400, "The target is not a path, or has a character that is not allowed"};
  auto const expectation = headers.find("Expect");
  if (expectation && !equals_ignoring_case(*expectation, "100-continue"))
    return RequestError{417, "The expectation is not 100-continue"};
  // RFC 9113, section 8.2.3.
  if (headers.count("cookie") > 1) {
    auto cookies = std::string();
    for (auto const& field : headers) {
      if (!equals_ignoring_case(field.name, "cookie")) continue;
      if (!cookies.empty()) cookies += "; ";
      cookies += field.value;
    }
    headers.set("cookie", cookies);
  }
  return std::nullopt;
}

// The fields were counted, and are ignored.
void Http2Session::on_trailers(std::int32_t id) {
  header_stream_ = 0;
  heading_ = nullptr;
  auto* const stream = find(id);
  if (stream == nullptr) return;
  auto const is_asking = stream->stage == Stage::kBody || stream->stage == Stage::kStreamed;
  if (stream->refusal && is_asking) return refuse(*stream, *stream->refusal);
  on_end_of_body(id);
}

void Http2Session::on_data(std::int32_t id, std::string_view bytes) {
  nghttp2_session_consume_connection(session_, bytes.size());
  auto* const stream = find(id);
  if (stream == nullptr) return;
  stream->moved_at = now();
  if (stream->stage == Stage::kBody) take_body(*stream, bytes);
  if (stream->stage == Stage::kStreamed) pass_body(*stream, bytes);
}

void Http2Session::on_end_of_body(std::int32_t id) {
  auto* const stream = find(id);
  if (stream == nullptr) return;
  stream->is_body_whole = true;
  if (stream->stage == Stage::kBody) hand_on(*stream);
  if (stream->stage == Stage::kStreamed) tell_body_end(*stream);
}

// The answer is whole. If the request is not, nobody wants the rest of it.
void Http2Session::on_sent_end(std::int32_t id) {
  auto* const stream = find(id);
  if (stream != nullptr && !stream->is_body_whole) reset(*stream, NGHTTP2_NO_ERROR);
}

void Http2Session::on_close(std::int32_t id, std::uint32_t error) {
  if (id == header_stream_) {
    header_stream_ = 0;
    heading_ = nullptr;
  }
  auto* const stream = find(id);
  if (stream == nullptr) return;
  if (error == NGHTTP2_NO_ERROR) on_useful_frame(kAnswerWorth);
  if (stream->stage == Stage::kInHand) ++orphans_;
  if (stream->stage == Stage::kBody) forget_body(*stream);
  nghttp2_session_set_stream_user_data(session_, id, nullptr);
  auto const place = stream->place;
  auto const closed = std::exchange(streams_[place], nullptr);
  if (place + 1 < streams_.size()) {
    streams_[place] = std::move(streams_.back());
    streams_[place]->place = place;
  }
  streams_.pop_back();
  if (streams_.empty()) since_ = now();
  if (closed->receiver) closed->receiver->on_cancel({0, "The client went away"});
}

void Http2Session::lost() {
  failed_ = true;  // so that libnghttp2, which knows the streams, is not asked again
  heading_ = nullptr;
  auto const streams = std::exchange(streams_, {});
  for (auto const& stream : streams) {
    if (stream->receiver) stream->receiver->on_cancel({0, "The client went away"});
  }
}

auto Http2Session::connection_due() const -> std::optional<SteadyTime> {
  if (header_stream_ != 0) return since_ + options_.head_time;
  if (!streams_.empty() || orphans_ > 0) return std::nullopt;
  return since_ + (requests_ == 0 ? options_.head_time : options_.idle_time);
}

// When the client must have sent or taken something of the stream.
auto Http2Session::due(Stream const& stream) const -> std::optional<SteadyTime> {
  if (stream.out.size() > stream.out_begin) return stream.moved_at + options_.write_time;
  if (stream.is_body_whole) return std::nullopt;
  if (stream.stage == Stage::kBody) {
    auto const earned =
        std::chrono::milliseconds(stream.body_bytes * 1000 / options_.body_bytes_per_second_min);
    return stream.since + std::max(options_.body_time, earned);
  }
  if (stream.stage != Stage::kStreamed || stream.is_paused) return std::nullopt;
  return stream.moved_at + options_.stream_idle_time;
}

auto Http2Session::deadline() -> std::optional<SteadyTime> {
  auto first = connection_due();
  for (auto const& stream : streams_) {
    auto const next = due(*stream);
    if (next && (!first || *next < *first)) first = next;
  }
  return first;
}

auto Http2Session::expire() -> Expired {
  auto const whole = connection_due();
  if (whole && *whole <= now()) return Expired::kClose;
  for (auto const& stream : streams_) {
    auto const next = due(*stream);
    if (next && *next <= now()) expire_stream(*stream);
  }
  return Expired::kHandled;
}

void Http2Session::expire_stream(Stream& stream) {
  if (stream.out.size() > stream.out_begin) return reset(stream, NGHTTP2_CANCEL);
  if (stream.receiver && stream.receiver->is_working()) {
    stream.moved_at = now();
  } else {
    refuse(stream, {408, "The request took too long to arrive"});
  }
}

auto make_http2_session(HttpServerOptions const& options, SessionHandlers handlers, SteadyTime now)
    -> std::unique_ptr<ServerSession> {
  return std::make_unique<Http2Session>(options, std::move(handlers), now);
}

}  // namespace treadle::net
