// Http2Session's part for one stream: its body, its answer.
#include <algorithm>
#include <cstring>
#include <utility>

#include <fmt/format.h>
#include <nghttp2/nghttp2.h>

#include "treadle/base/assert.h"
#include "treadle/net/http2_session.h"
#include "treadle/net/http_head.h"
#include "treadle/net/http_writer.h"

namespace treadle::net {
namespace {

auto constexpr kBodiesFree = std::size_t{4} << 20;  // of all bodies that are not whole

// The fields of an answer's head for libnghttp2, which copies them. Good until the thread's next use.
class FieldList {
 public:
  static auto empty() -> FieldList& {
    thread_local FieldList list;
    list.fields_.clear();
    list.names_.clear();
    return list;
  }

  void add(std::string_view name, std::string_view value,
           std::uint8_t flags = NGHTTP2_NV_FLAG_NONE) {
    fields_.push_back({bytes(name), bytes(value), name.size(), value.size(), flags});
  }
  // HTTP/2 has names in lower case.
  void add_lowered(std::string_view name, std::string_view value) {
    auto& lowered = names_.emplace_back(std::make_unique<std::string>(name));
    std::ranges::transform(*lowered, lowered->begin(), [](char c) {
      return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    });
    add(*lowered, value);
  }
  [[nodiscard]] auto data() const -> nghttp2_nv const* { return fields_.data(); }
  [[nodiscard]] auto size() const -> std::size_t { return fields_.size(); }

 private:
  static auto bytes(std::string_view text) -> std::uint8_t* {
    return reinterpret_cast<std::uint8_t*>(const_cast<char*>(text.data()));  // never written to
  }

  std::vector<nghttp2_nv> fields_;
  std::vector<std::unique_ptr<std::string>> names_;
};

}  // namespace

void Http2Session::begin_body(Stream& stream) {
  auto const& head = stream.request;
  if (options_.streams.claims && options_.streams.claims(head)) return open_streamed(stream);
  stream.stage = Stage::kBody;
  stream.since = now();
  stream.body_bytes_max = options_.body_bytes_max;
  if (options_.large_bodies.bytes_max)
    stream.body_bytes_max = std::max(stream.body_bytes_max, options_.large_bodies.bytes_max(head));
  if (stream.is_body_whole) return hand_on(stream);
  auto const stated = head.headers.find("content-length");
  // More digits than any size that is allowed; libnghttp2 has checked that they are digits.
  auto const is_large =
      stated && (stated->size() > 18 || std::stoull(std::string(*stated)) > stream.body_bytes_max);
  if (is_large) return refuse(stream, {413, "The body is too large"});
  if (head.headers.find("Expect")) {
    auto& fields = FieldList::empty();
    fields.add(":status", "100");
    nghttp2_submit_headers(session_, NGHTTP2_FLAG_NONE, stream.id, nullptr, fields.data(),
                           fields.size(), nullptr);
  }
}

void Http2Session::take_body(Stream& stream, std::string_view bytes) {
  auto& body = stream.request.body;
  if (bytes.size() > stream.body_bytes_max - body.size())
    return refuse(stream, {413, "The body is too large"});
  body.append(bytes);
  stream.body_bytes += bytes.size();
  stream.withheld += bytes.size();
  body_bytes_ += bytes.size();
  has_withheld_ = true;
  if (body.size() <= options_.body_bytes_max || !options_.large_bodies.budget) return;
  auto& share = stream.request.share;
  if (!share) share = std::make_shared<BodyShare>(options_.large_bodies.budget);
  if (!share->grow_to(body.size())) refuse(stream, {503, "Too many large bodies are under way"});
}

// Beyond some memory a body gets no more window, but for the oldest: so that one of them always ends.
void Http2Session::grant_windows() {
  has_withheld_ = false;
  Stream* oldest = nullptr;
  for (auto const& stream : streams_) {
    if (stream->stage != Stage::kBody) continue;
    if (oldest == nullptr || stream->id < oldest->id) oldest = stream.get();
  }
  for (auto const& stream : streams_) {
    if (stream->stage != Stage::kBody || stream->withheld == 0) continue;
    if (body_bytes_ <= kBodiesFree || stream.get() == oldest) {
      nghttp2_session_consume_stream(session_, stream->id,
                                     std::exchange(stream->withheld, std::size_t{0}));
    } else {
      has_withheld_ = true;
    }
  }
}

void Http2Session::forget_body(Stream& stream) {
  body_bytes_ -= std::exchange(stream.body_bytes, std::size_t{0});
}

void Http2Session::hand_on(Stream& stream) {
  forget_body(stream);
  stream.stage = Stage::kInHand;
  ++requests_;
  handlers_.request(std::move(stream.request), static_cast<std::uint64_t>(stream.id));
}

void Http2Session::open_streamed(Stream& stream) {
  stream.stage = Stage::kStreamed;
  stream.moved_at = now();
  ++requests_;
  auto const expects = stream.request.headers.find("Expect").has_value();
  auto receiver =
      handlers_.stream(std::move(stream.request), static_cast<std::uint64_t>(stream.id));
  if (stream.stage != Stage::kStreamed || stream.is_last) return;  // answered at once
  TREADLE_ASSERT(receiver);
  stream.receiver = std::move(receiver);
  if (expects && !stream.is_started && !stream.is_body_whole) {
    auto& fields = FieldList::empty();
    fields.add(":status", "100");
    nghttp2_submit_headers(session_, NGHTTP2_FLAG_NONE, stream.id, nullptr, fields.data(),
                           fields.size(), nullptr);
  }
  if (stream.is_body_whole) tell_body_end(stream);
}

// What comes while the stream is paused is kept; the client gets no window for it, so it is at most
// what the window was. The handler may end the stream in each of the calls.
void Http2Session::pass_body(Stream& stream, std::string_view piece) {
  auto const receiver = stream.receiver;
  if (!receiver) return;
  if (stream.is_paused || (!stream.held.empty() && !piece.empty())) {
    stream.held.append(piece);
    has_held_ = true;
    return;
  }
  auto const held = std::exchange(stream.held, {});
  if (piece.empty()) piece = held;
  if (!piece.empty()) {
    nghttp2_session_consume_stream(session_, stream.id, piece.size());
    receiver->on_body(piece);
  }
  if (stream.receiver && stream.is_body_whole) tell_body_end(stream);
}

void Http2Session::tell_body_end(Stream& stream) {
  auto const receiver = stream.receiver;
  if (!receiver || !stream.held.empty() || std::exchange(stream.is_body_told, true)) return;
  receiver->on_body_end();
}

void Http2Session::refuse(Stream& stream, RequestError const& error) {
  if (stream.stage == Stage::kBody) forget_body(stream);
  auto const was_started = stream.is_started;
  cancel(stream, error);
  if (was_started) return reset(stream, NGHTTP2_CANCEL);
  auto response = options_.error_response(error, stream.request);
  stream.request.body = {};
  stream.request.share = nullptr;
  submit(stream, response);
  stream.out = std::move(response.body);
  stream.is_last = true;
}

void Http2Session::cancel(Stream& stream, RequestError const& why) {
  stream.stage = Stage::kAnswered;
  stream.held = {};
  if (auto const receiver = std::exchange(stream.receiver, nullptr)) receiver->on_cancel(why);
}

void Http2Session::reset(Stream& stream, std::uint32_t error) {
  nghttp2_submit_rst_stream(session_, NGHTTP2_FLAG_NONE, stream.id, error);
}

// Begins the answer; its body is to be put into `out`, and is_last to be set if that is all.
void Http2Session::submit(Stream& stream, Response const& head) {
  auto const status = fmt::format_int(head.status);
  auto const length = fmt::format_int(head.body.size());
  auto const is_streamed = stream.is_started;
  auto const may_have = may_have_body(head.status);
  auto& fields = FieldList::empty();
  fields.add(":status", {status.data(), status.size()});
  fields.add("x-amzn-requestid", stream.request_id.view(), NGHTTP2_NV_FLAG_NO_INDEX);
  if (!head.content_type.empty() && is_field_value(head.content_type))
    fields.add("content-type", head.content_type);
  if (may_have && !is_streamed) fields.add("content-length", {length.data(), length.size()});
  fields.add("date", http_date_now());
  for (auto const& field : head.headers) {
    if (is_server_field(field.name) || !is_token(field.name) || !is_field_value(field.value))
      continue;
    fields.add_lowered(field.name, field.value);
  }
  stream.has_out = may_have && !stream.is_head_request && (is_streamed || !head.body.empty());
  stream.moved_at = now();
  auto source = nghttp2_data_provider{
      .source = {.ptr = &stream},
      .read_callback = [](nghttp2_session*, std::int32_t, std::uint8_t* room, std::size_t size,
                          std::uint32_t* flags, nghttp2_data_source* from, void* user) -> ssize_t {
        return static_cast<Http2Session*>(user)->give_data(*static_cast<Stream*>(from->ptr), room,
                                                           size, *flags);
      }};
  nghttp2_submit_response(session_, stream.id, fields.data(), fields.size(),
                          stream.has_out ? &source : nullptr);
  if (head.after == AfterResponse::kClose) drain();
}

auto Http2Session::give_data(Stream& stream, std::uint8_t* room, std::size_t size,
                             std::uint32_t& flags) -> std::ptrdiff_t {
  auto const left = stream.out.size() - stream.out_begin;
  if (left == 0 && stream.is_broken_off) return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
  if (left == 0 && !stream.is_last) {
    stream.is_deferred = true;
    return NGHTTP2_ERR_DEFERRED;
  }
  auto const count = std::min(left, size);
  std::memcpy(room, stream.out.data() + stream.out_begin, count);
  stream.out_begin += count;
  stream.moved_at = now();
  if (count < left) return static_cast<std::ptrdiff_t>(count);
  stream.out.clear();
  stream.out_begin = 0;
  if (stream.is_last) flags |= NGHTTP2_DATA_FLAG_EOF;
  return static_cast<std::ptrdiff_t>(count);
}

void Http2Session::resume(Stream& stream) {
  if (std::exchange(stream.is_deferred, false)) nghttp2_session_resume_data(session_, stream.id);
}

void Http2Session::answer(std::uint64_t exchange, Response&& response) {
  if (failed_) return;
  auto* const stream = find(static_cast<std::int32_t>(exchange));
  if (stream == nullptr || stream->stage != Stage::kInHand) {
    TREADLE_ASSERT(orphans_ > 0);
    if (--orphans_ == 0 && streams_.empty()) since_ = now();
    return;
  }
  stream->stage = Stage::kAnswered;
  submit(*stream, response);
  if (stream->has_out) stream->out = std::move(response.body);
  stream->is_last = true;
}

auto Http2Session::find_streamed(std::uint64_t exchange) const -> Stream* {
  if (failed_) return nullptr;
  auto* const stream = find(static_cast<std::int32_t>(exchange));
  return stream != nullptr && stream->stage == Stage::kStreamed ? stream : nullptr;
}

void Http2Session::stream_start(std::uint64_t exchange, Response const& head) {
  auto* const stream = find_streamed(exchange);
  if (stream == nullptr) return;
  TREADLE_ASSERT(!stream->is_started);
  stream->is_started = true;
  submit(*stream, head);
  if (stream->has_out) stream->out = head.body;
}

void Http2Session::stream_send(std::uint64_t exchange, Response&& response) {
  auto* const stream = find_streamed(exchange);
  if (stream == nullptr) return;
  TREADLE_ASSERT(!stream->is_started);
  stream->stage = Stage::kAnswered;
  stream->receiver = nullptr;
  submit(*stream, response);
  if (stream->has_out) stream->out = std::move(response.body);
  stream->is_last = true;
}

auto Http2Session::stream_write(std::uint64_t exchange, std::string_view bytes,
                                std::size_t /*unsent*/) -> Room {
  auto* const stream = find_streamed(exchange);
  if (stream == nullptr || !stream->has_out) return Room::kSome;
  TREADLE_ASSERT(stream->is_started);
  if (stream->out_begin == stream->out.size()) stream->moved_at = now();
  stream->out.append(bytes);
  resume(*stream);
  if (stream->out.size() - stream->out_begin <= options_.stream_unsent_max) return Room::kSome;
  stream->asks_drained = asks_drained_ = true;
  return Room::kNone;
}

void Http2Session::stream_end(std::uint64_t exchange, StreamSink::End how) {
  auto* const stream = find_streamed(exchange);
  if (stream == nullptr) return;
  auto const is_broken_off = how == StreamSink::End::kBrokenOff;
  if (is_broken_off && !stream->is_started)
    return stream_send(exchange, default_error_response({500, "The request was dropped"}));
  TREADLE_ASSERT(stream->is_started);
  stream->stage = Stage::kAnswered;
  stream->receiver = nullptr;
  stream->is_broken_off = is_broken_off;
  stream->is_last = !is_broken_off;
  if (is_broken_off && !stream->has_out) return reset(*stream, NGHTTP2_INTERNAL_ERROR);
  resume(*stream);
}

void Http2Session::stream_set_flow(std::uint64_t exchange, StreamSink::Flow flow) {
  auto* const stream = find_streamed(exchange);
  if (stream == nullptr) return;
  stream->is_paused = flow == StreamSink::Flow::kPaused;
  stream->moved_at = now();
}

// The socket has taken everything; a stream may still wait for its window.
void Http2Session::written() {
  if (!asks_drained_) return;
  asks_drained_ = false;
  for (auto i = std::size_t{0}; i < streams_.size(); ++i) {
    auto& stream = *streams_[i];
    if (!stream.asks_drained) continue;
    auto const receiver = stream.receiver;
    if (!stream.out.empty()) {
      asks_drained_ = true;
    } else if (stream.asks_drained = false; receiver) {
      receiver->on_drained();
    }
  }
}

}  // namespace treadle::net
