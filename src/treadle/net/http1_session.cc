#include "treadle/net/http1_session.h"

#include <algorithm>
#include <utility>

#include "treadle/base/assert.h"

namespace treadle::net {

Http1Session::Http1Session(HttpServerOptions const& options, OnRequest on_request)
    : options_(options),
      on_request_(std::move(on_request)),
      parser_({options.head_bytes_max, options.headers_max}, options.body_bytes_max,
              &options.large_bodies) {}

auto Http1Session::feed(std::string_view bytes) -> std::size_t {
  auto used = std::size_t{0};
  while (used < bytes.size() && accepts_input()) {
    used += parser_.feed(bytes.substr(used));
    if (parser_.state() == RequestParser::State::kFailed) refuse(parser_.error());
    if (parser_.state() == RequestParser::State::kComplete) take_request();
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
  on_request_(std::move(request), first_exchange_ + exchanges_.size() - 1);
}

void Http1Session::answer(std::uint64_t exchange, Response const& response) {
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
  if (ended_ || continue_sent_ || !exchanges_.empty() || !parser_.awaits_continue()) return;
  output_.append("HTTP/1.1 100 Continue\r\n\r\n");
  continue_sent_ = true;
}

void Http1Session::end_of_input() { ended_ = true; }

void Http1Session::refuse(RequestError error) {
  if (ended_) return;
  ended_ = true;
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
  if (parser_.state() == RequestParser::State::kHead) return Reading::kHead;
  return parser_.state() == RequestParser::State::kBody ? Reading::kBody : Reading::kIdle;
}

auto Http1Session::accepts_input() const -> bool {
  return !ended_ && exchanges_.size() < options_.pipelined_max;
}

}  // namespace treadle::net
