// Http1Session's part for exchanges in pieces.
#include <utility>

#include "treadle/base/assert.h"
#include "treadle/net/http1_session.h"

namespace treadle::net {

auto Http1Session::can_go_on() const -> bool {
  return !ended_ && parser_.state() == RequestParser::State::kStreamHead && exchanges_.empty();
}

auto Http1Session::is_stream(std::uint64_t exchange) const -> bool {
  return stream_ && stream_->exchange == exchange;
}

void Http1Session::open_stream() {
  auto head = parser_.take_head();
  head.id = make_request_id();
  ++requests_;
  auto const keep_alive = parser_.keep_alive() && head.minor_version > 0;
  exchanges_.push_back(
      {{head.id, head.method == "HEAD" ? BodyOnWire::kLeftOut : BodyOnWire::kSent,
        keep_alive ? AfterResponse::kKeepOpen : AfterResponse::kClose, head.minor_version},
       std::nullopt});
  stream_.emplace(first_exchange_);
  auto receiver = handlers_.stream(std::move(head), first_exchange_);
  if (!stream_) return;  // answered at once
  TREADLE_ASSERT(receiver);
  stream_->receiver = std::move(receiver);
  offer_continue();
  pass_body();
}

// The handler may end the stream in each of the calls.
void Http1Session::pass_body() {
  auto const receiver = stream_->receiver;
  if (auto const piece = parser_.take_piece(); !piece.empty()) receiver->on_body(piece);
  auto const is_whole = parser_.state() == RequestParser::State::kComplete;
  if (!stream_ || !is_whole || std::exchange(stream_->is_body_told, true)) return;
  receiver->on_body_end();
}

void Http1Session::stream_start(std::uint64_t exchange, Response const& head) {
  if (!is_stream(exchange)) return;
  TREADLE_ASSERT(!stream_->is_started);
  auto& frame = exchanges_.front().frame;
  if (draining_ || head.after == AfterResponse::kClose) frame.after = AfterResponse::kClose;
  frame.body_end = frame.minor_version > 0 ? BodyEnd::kLastChunk : BodyEnd::kConnectionEnd;
  stream_->is_started = true;
  stream_->has_body = may_have_body(head.status) && frame.body == BodyOnWire::kSent;
  append_response(output_, head, frame, http_date_now());
  if (stream_->has_body) stream_->piece.append(head.body);
}

void Http1Session::stream_send(std::uint64_t exchange, Response&& response) {
  if (!is_stream(exchange)) return;
  TREADLE_ASSERT(!stream_->is_started);
  auto& frame = exchanges_.front().frame;
  auto const is_whole = parser_.state() == RequestParser::State::kComplete;
  if (draining_ || !is_whole || response.after == AfterResponse::kClose)
    frame.after = AfterResponse::kClose;
  append_response(output_, response, frame, http_date_now());
  end_stream();
}

auto Http1Session::stream_write(std::uint64_t exchange, std::string_view bytes, std::size_t unsent)
    -> Room {
  if (!is_stream(exchange) || !stream_->has_body) return Room::kSome;
  TREADLE_ASSERT(stream_->is_started);
  moved_at_ = now();
  stream_->piece.append(bytes);
  if (stream_->piece.size() + output_.size() + unsent <= options_.stream_unsent_max)
    return Room::kSome;
  stream_->asks_drained = true;
  return Room::kNone;
}

void Http1Session::frame_piece() {
  if (!stream_ || stream_->piece.empty()) return;
  if (exchanges_.front().frame.body_end == BodyEnd::kLastChunk) {
    append_chunk(output_, stream_->piece);
  } else {
    output_.append(stream_->piece);
  }
  stream_->piece.clear();
}

void Http1Session::stream_end(std::uint64_t exchange, StreamSink::End how) {
  if (!is_stream(exchange)) return;
  if (how == StreamSink::End::kBrokenOff) {
    if (!stream_->is_started) {
      return stream_send(exchange, default_error_response({500, "The request was dropped"}));
    }
    frame_piece();
    exchanges_.front().frame.after = AfterResponse::kClose;
    return end_stream();
  }
  TREADLE_ASSERT(stream_->is_started);
  frame_piece();
  if (stream_->has_body && exchanges_.front().frame.body_end == BodyEnd::kLastChunk)
    output_.append(kLastChunk);
  end_stream();
}

void Http1Session::end_stream() {
  stream_.reset();
  continue_sent_ = false;
  auto const is_whole = parser_.state() == RequestParser::State::kComplete;
  if (is_whole) parser_.end_stream();
  auto const goes_on = is_whole && !draining_;
  after_release(goes_on ? exchanges_.front().frame.after : AfterResponse::kClose);
}

void Http1Session::cancel_stream(RequestError const& why) {
  auto const receiver = std::exchange(stream_->receiver, nullptr);
  stream_.reset();
  exchanges_.clear();
  ++first_exchange_;
  if (receiver) receiver->on_cancel(why);
}

void Http1Session::lost() {
  ended_ = true;
  if (stream_) cancel_stream({0, "The client went away"});
}

void Http1Session::stream_set_flow(std::uint64_t exchange, StreamSink::Flow flow) {
  if (!is_stream(exchange)) return;
  moved_at_ = now();
  stream_->is_paused = flow == StreamSink::Flow::kPaused;
  if (stream_->receiver) offer_continue();
}

auto Http1Session::stream_waits() const -> bool {
  return stream_ && !stream_->is_paused && parser_.state() == RequestParser::State::kBody;
}

void Http1Session::written() {
  if (!stream_) return;
  moved_at_ = now();
  auto const receiver = stream_->receiver;
  if (receiver && std::exchange(stream_->asks_drained, false)) receiver->on_drained();
}

auto Http1Session::output() -> std::string& {
  frame_piece();
  return output_;
}

}  // namespace treadle::net
