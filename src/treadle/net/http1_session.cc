#include "treadle/net/http1_session.h"

#include <algorithm>
#include <utility>

#include "treadle/base/assert.h"

namespace treadle::net {

Http1Session::Http1Session(HttpServerOptions const& options, SessionHandlers handlers,
                           SteadyTime now)
    : options_(options),
      handlers_(std::move(handlers)),
      parser_({options.head_bytes_max, options.headers_max}, options.body_bytes_max,
              &options.large_bodies),
      phase_since_(now) {
  tell_time(now);
  parser_.set_stream_claim(options.streams.claims);
}

auto Http1Session::feed(std::string_view bytes) -> std::size_t {
  auto used = std::size_t{0};
  if (!bytes.empty()) moved_at_ = now();
  if (can_go_on()) open_stream();
  while (used < bytes.size() && accepts_input()) {
    used += parser_.feed(bytes.substr(used));
    if (stream_) pass_body();
    if (parser_.state() == RequestParser::State::kFailed) refuse(parser_.error());
    if (parser_.state() == RequestParser::State::kComplete && !stream_) take_request();
    if (can_go_on()) open_stream();
  }
  if (ended_) return bytes.size();
  offer_continue();
  return used;
}

void Http1Session::take_request() {
  offer_continue();
  auto const keep_alive = parser_.keep_alive() && !draining_;
  auto request = parser_.take();
  request.id = make_request_id();
  ++requests_;
  continue_sent_ = false;
  if (!keep_alive) ended_ = true;
  exchanges_.push_back(
      {{request.id, request.method == "HEAD" ? BodyOnWire::kLeftOut : BodyOnWire::kSent,
        keep_alive ? AfterResponse::kKeepOpen : AfterResponse::kClose, request.minor_version},
       std::nullopt});
  handlers_.request(std::move(request), first_exchange_ + exchanges_.size() - 1);
}

void Http1Session::answer(std::uint64_t exchange, Response&& response) {
  auto const index = exchange - first_exchange_;
  if (exchange < first_exchange_ || index >= exchanges_.size())
    return;  // dropped with the connection's end
  auto& slot = exchanges_[index];
  TREADLE_ASSERT(!slot.ready);
  if (response.after == AfterResponse::kClose) slot.frame.after = AfterResponse::kClose;
  if (index > 0) {
    append_response(slot.ready.emplace(), response, slot.frame, http_date_now());
    return;
  }
  append_response(output_, response, slot.frame, http_date_now());
  after_release(slot.frame.after);
  release_ready();
  offer_continue();
}

void Http1Session::release_ready() {
  while (!exchanges_.empty() && exchanges_.front().ready) {
    output_.append(*exchanges_.front().ready);
    after_release(exchanges_.front().frame.after);
  }
}

void Http1Session::after_release(AfterResponse after) {
  exchanges_.erase(exchanges_.begin());
  ++first_exchange_;
  if (after == AfterResponse::kKeepOpen) return;
  ended_ = true;
  first_exchange_ += exchanges_.size();
  exchanges_.clear();
}

// "100 Continue" may only go out when no earlier answer is due. It goes out although the body came
// along, too: botocore sends both at once, takes an answer within a second for the one to its
// expectation, and then misreads a later, slower answer on the same connection.
void Http1Session::offer_continue() {
  auto const is_turn = stream_ ? !stream_->is_started && !stream_->is_paused : exchanges_.empty();
  if (ended_ || continue_sent_ || !is_turn || !parser_.awaits_continue()) return;
  output_.append("HTTP/1.1 100 Continue\r\n\r\n");
  continue_sent_ = true;
}

void Http1Session::end_of_input() {
  ended_ = true;
  if (stream_ && parser_.state() != RequestParser::State::kComplete) lost();
}

void Http1Session::refuse(RequestError error) {
  if (ended_) return;
  ended_ = true;
  if (stream_) {
    auto const is_started = stream_->is_started;
    frame_piece();
    cancel_stream(error);
    if (is_started) return;
  }
  auto const frame = ResponseFrame{make_request_id(), BodyOnWire::kSent, AfterResponse::kClose, 1};
  exchanges_.push_back({frame, std::nullopt});
  append_response(exchanges_.back().ready.emplace(), options_.error_response(error, parser_.head()),
                  frame, http_date_now());
  release_ready();
}

void Http1Session::drain() {
  draining_ = true;
  if (reading() != Reading::kIdle) return;
  ended_ = true;
  if (!exchanges_.empty()) exchanges_.back().frame.after = AfterResponse::kClose;
}

auto Http1Session::reading() const -> Reading {
  if (ended_) return Reading::kEnded;
  if (stream_ || parser_.state() == RequestParser::State::kStreamHead) return Reading::kStream;
  if (parser_.state() == RequestParser::State::kHead) return Reading::kHead;
  return parser_.state() == RequestParser::State::kBody ? Reading::kBody : Reading::kIdle;
}

auto Http1Session::accepts_input() const -> bool {
  if (ended_ || parser_.state() == RequestParser::State::kStreamHead) return false;
  return stream_ ? stream_waits() : exchanges_.size() < options_.pipelined_max;
}

// While a stream wants nothing, a buffer is still read, to see whether the client is there.
auto Http1Session::appetite() const -> Appetite {
  if (reading() == Reading::kStream) return Appetite::kNow;
  return accepts_input() ? Appetite::kOnceWritten : Appetite::kNone;
}

auto Http1Session::deadline() -> std::optional<SteadyTime> {
  auto const phase = Phase{reading(), requests_, !exchanges_.empty()};
  if (phase != phase_) {
    phase_ = phase;
    phase_since_ = now();
  }
  switch (phase_.reading) {
    case Reading::kHead: return phase_since_ + options_.head_time;
    case Reading::kBody: {
      auto const earned = std::chrono::milliseconds(parser_.body_bytes_read() * 1000 /
                                                    options_.body_bytes_per_second_min);
      return phase_since_ + std::max(options_.body_time, earned);
    }
    case Reading::kStream:
      if (!stream_waits()) return std::nullopt;
      return std::max(phase_since_, moved_at_) + options_.stream_idle_time;
    case Reading::kIdle:
      if (!exchanges_.empty()) return std::nullopt;
      return phase_since_ + (requests_ == 0 ? options_.head_time : options_.idle_time);
    case Reading::kEnded: return std::nullopt;
  }
  return std::nullopt;
}

auto Http1Session::expire() -> Expired {
  auto const reading_now = reading();
  if (reading_now == Reading::kIdle || reading_now == Reading::kEnded) return Expired::kClose;
  if (stream_ && stream_->receiver && stream_->receiver->is_working()) {
    moved_at_ = now();
  } else {
    refuse({408, "The request took too long to arrive"});
  }
  return Expired::kHandled;
}

}  // namespace treadle::net
