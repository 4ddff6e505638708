#include "treadle/net/http_parser.h"

#include <algorithm>
#include <limits>
#include <tuple>
#include <utility>

#include "treadle/base/assert.h"
#include "treadle/base/result.h"
#include "treadle/net/uri.h"

namespace treadle::net {
namespace {

auto constexpr kInterimResponsesMax = 8;

auto refuse(int status, std::string_view message) -> std::unexpected<RequestError> {
  return std::unexpected(RequestError{status, message});
}

}  // namespace

auto RequestParser::feed(std::string_view bytes) -> std::size_t {
  auto used = std::size_t{0};
  if (state_ == State::kIdle || state_ == State::kHead) {
    used = head_.feed(bytes);
    switch (head_.state()) {
      case HeadReader::State::kEmpty: state_ = State::kIdle; break;
      case HeadReader::State::kReading: state_ = State::kHead; break;
      case HeadReader::State::kFailed: fail(head_.error()); break;
      case HeadReader::State::kDone: end_head(); break;
    }
  }
  if (state_ != State::kBody) return used;
  used += body_.feed(bytes.substr(used));
  if (body_.state() == BodyReader::State::kFailed) fail(body_.error());
  if (body_.state() == BodyReader::State::kDone) state_ = State::kComplete;
  if (state_ != State::kFailed && body_.bytes_read() > body_bytes_max_ && !is_stream_)
    charge_body();
  return used;
}

void RequestParser::end_head() {
  auto const checked = read_start_line();
  if (!checked) return fail(checked.error());
  auto const framing = read_framing(head_.headers(), request_.minor_version);
  if (!framing) return fail(framing.error());
  auto const expectation = read_expectation();
  if (!expectation) return fail(expectation.error());
  keep_alive_ = is_persistent(head_.headers(), request_.minor_version);
  request_.headers = head_.take_headers();
  is_stream_ = claims_stream_ != nullptr && *claims_stream_ && (*claims_stream_)(request_);
  if (is_stream_) {
    body_.set_bytes_max(std::numeric_limits<std::size_t>::max());
  } else {
    allow_body();
  }
  // A request that states no length has no body.
  body_.start(framing->kind == BodyKind::kUnstated ? Framing{BodyKind::kSized, 0} : *framing);
  state_ = is_stream_ ? State::kStreamHead : State::kBody;
}

void RequestParser::allow_body() {
  auto const has_rule = large_ != nullptr && large_->bytes_max;
  body_.set_bytes_max(has_rule ? std::max(body_bytes_max_, large_->bytes_max(request_))
                               : body_bytes_max_);
}

// Only what is there is counted: a client that promises much and sends little takes nothing from
// others.
void RequestParser::charge_body() {
  if (large_ == nullptr || !large_->budget) return;
  if (!request_.share) request_.share = std::make_shared<BodyShare>(large_->budget);
  if (request_.share->grow_to(body_.bytes_read())) return;
  std::ignore = body_.take();
  request_.share = nullptr;
  fail({503, "Too many large bodies are under way"});
}

auto RequestParser::read_start_line() -> std::expected<void, RequestError> {
  auto const line = head_.start_line();
  auto const first = line.find(' ');
  auto const last = line.rfind(' ');
  if (first == last || line.find(' ', first + 1) != last) {
    return refuse(400, "The first line is not a method, a target and a version");
  }
  auto const method = line.substr(0, first);
  if (!is_method(method)) return refuse(400, "The method has a character that is not allowed");
  request_.minor_version = TRY(read_version(line.substr(last + 1)));
  if (method == "CONNECT") return refuse(501, "CONNECT is not supported");
  request_.method = method;
  return read_target(line.substr(first + 1, last - first - 1));
}

auto RequestParser::read_target(std::string_view target) -> std::expected<void, RequestError> {
  auto const& headers = head_.headers();
  auto const hosts = headers.count("Host");
  if (hosts > 1 || (hosts == 0 && request_.minor_version > 0)) {
    return refuse(400, "There must be one Host header");
  }
  auto const host = headers.find("Host").value_or("");
  if (hosts == 1 && !is_authority(host))
    return refuse(400, "The Host header is not a host and port");
  if (target == "*" && request_.method == "OPTIONS") {
    request_.target = target;
    return {};
  }
  if (!target.starts_with('/')) {
    auto const absolute = split_absolute(target);
    if (!absolute) return refuse(400, "The target is neither a path nor an http address");
    if (hosts == 1 && !equals_ignoring_case(absolute->authority, host)) {
      return refuse(400, "The target and the Host header name different hosts");
    }
    target = absolute->rest;
  }
  if (!is_origin_form(target)) return refuse(400, "The target has a character that is not allowed");
  request_.target = target.starts_with('/') ? target : "/";
  if (!target.starts_with('/')) request_.target += target;
  return {};
}

auto RequestParser::read_expectation() -> std::expected<void, RequestError> {
  auto const expectation = head_.headers().find("Expect");
  awaits_continue_ = expectation && request_.minor_version > 0;
  if (!awaits_continue_ || equals_ignoring_case(*expectation, "100-continue")) return {};
  return refuse(417, "The expectation is not 100-continue");
}

auto RequestParser::take() -> Request {
  TREADLE_ASSERT(state_ == State::kComplete);
  request_.body = body_.take();
  state_ = State::kIdle;
  awaits_continue_ = false;
  return std::exchange(request_, {});
}

auto RequestParser::take_head() -> Request {
  TREADLE_ASSERT(state_ == State::kStreamHead);
  state_ = body_.state() == BodyReader::State::kDone ? State::kComplete : State::kBody;
  return std::exchange(request_, {});
}

void RequestParser::end_stream() {
  TREADLE_ASSERT(state_ == State::kComplete);
  state_ = State::kIdle;
  awaits_continue_ = is_stream_ = false;
}

void RequestParser::fail(RequestError error) {
  state_ = State::kFailed;
  awaits_continue_ = false;
  error_ = error;
}

auto ResponseParser::feed(std::string_view bytes) -> std::size_t {
  auto used = std::size_t{0};
  while ((state_ == State::kIdle || state_ == State::kHead) && used < bytes.size()) {
    state_ = State::kHead;
    used += head_.feed(bytes.substr(used));
    if (head_.state() == HeadReader::State::kFailed) fail(head_.error());
    if (head_.state() == HeadReader::State::kDone) end_head();
  }
  if (state_ != State::kBody) return used;
  used += body_.feed(bytes.substr(used));
  after_body();
  return used;
}

void ResponseParser::end_head() {
  // "HTTP/1.1 200 OK"; the reason may be empty, and some leave out the blank before it.
  auto const line = head_.start_line();
  auto const version = read_version(line.substr(0, 8));
  if (!version) return fail(version.error());
  auto const is_digit = [](char c) { return c >= '0' && c <= '9'; };
  auto const code = line.size() >= 12 ? line.substr(9, 3) : std::string_view();
  if (code.empty() || line[8] != ' ' || !std::ranges::all_of(code, is_digit) || code[0] == '0' ||
      (line.size() > 12 && line[12] != ' ')) {
    return fail({400, "The first line has no status"});
  }
  status_ = (code[0] - '0') * 100 + (code[1] - '0') * 10 + (code[2] - '0');
  if (status_ < 200) {
    if (status_ == 101) return fail({400, "The protocol was switched unasked"});
    if (++interim_seen_ > kInterimResponsesMax) return fail({400, "Interim responses do not end"});
    head_.take_headers();
    return;
  }
  auto framing = read_framing(head_.headers(), *version);
  if (!framing) return fail(framing.error());
  keep_alive_ = is_persistent(head_.headers(), *version);
  if (method_is_head_ || status_ == 204 || status_ == 304) *framing = {BodyKind::kSized, 0};
  if (framing->kind == BodyKind::kUnstated) keep_alive_ = false;
  headers_ = head_.take_headers();
  state_ = State::kBody;
  body_.start(*framing);
}

void ResponseParser::after_body() {
  if (body_.state() == BodyReader::State::kFailed) fail(body_.error());
  if (body_.state() == BodyReader::State::kDone) state_ = State::kComplete;
}

void ResponseParser::finish() {
  if (state_ == State::kBody) {
    body_.finish();
    after_body();
  } else if (state_ != State::kComplete && state_ != State::kFailed) {
    fail({400, "The connection ended before the response"});
  }
}

auto ResponseParser::take_body() -> std::string {
  TREADLE_ASSERT(state_ == State::kComplete);
  state_ = State::kIdle;
  interim_seen_ = 0;
  return body_.take();
}

void ResponseParser::fail(RequestError error) {
  state_ = State::kFailed;
  error_ = error;
}

}  // namespace treadle::net
