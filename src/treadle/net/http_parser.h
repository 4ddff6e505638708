// HTTP/1.1 messages out of bytes as they arrive: requests for the server, responses for the client.
// No I/O. What is refused, and why it matters, stands at HeadReader, read_framing and BodyReader;
// here is the rest. Source: RFC 9112.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "treadle/net/body_budget.h"
#include "treadle/net/http_body.h"
#include "treadle/net/http_head.h"
#include "treadle/net/http_message.h"

namespace treadle::net {

// One request after another. After a failure it takes no more: the connection must be closed.
//
// Refused: methods of other than upper-case letters, '-' and '_'; CONNECT; targets with a character
// outside RFC 3986 or a '%' without two hexadecimal digits; an absolute target whose authority is
// not Host; no Host or several in HTTP/1.1; an Expect other than 100-continue.
class RequestParser {
 public:
  enum class State : std::uint8_t {
    kIdle,
    kHead,
    kStreamHead,  // the head of a request that `claims_stream` took: take_head() lets it go on
    kBody,
    kComplete,
    kFailed,
  };

  // `large`, if any, outlives it.
  RequestParser(HeadLimits head, std::size_t body_bytes_max, LargeBodies const* large = nullptr)
      : head_(Section::kHead, head),
        body_({body_bytes_max, head}),
        large_(large),
        body_bytes_max_(body_bytes_max) {}

  // Which requests stop at kStreamHead; asked once each. Outlives it.
  void set_stream_claim(std::function<bool(Request const& head)> const& claims) {
    claims_stream_ = &claims;
  }

  // Takes bytes until one request is complete, or its head where that is kStreamHead; returns how
  // many it took.
  auto feed(std::string_view bytes) -> std::size_t;

  [[nodiscard]] auto state() const -> State { return state_; }
  [[nodiscard]] auto error() const -> RequestError { return error_; }  // when kFailed
  // From the end of the head on: whether the client asked for "100 Continue" before it sends the body.
  [[nodiscard]] auto awaits_continue() const -> bool { return awaits_continue_; }
  [[nodiscard]] auto body_bytes_read() const -> std::size_t { return body_.bytes_read(); }
  // What is known of the request that is being read: empty before its head is whole.
  [[nodiscard]] auto head() const -> Request const& { return request_; }
  // When kComplete: whether another request may follow on the connection.
  [[nodiscard]] auto keep_alive() const -> bool { return keep_alive_; }
  // When kComplete: the request, without remote and id. The parser is ready for the next.
  auto take() -> Request;

  // When kStreamHead: the request without body, remote and id. Its body follows, of any size, in
  // pieces that are as large as what is fed.
  auto take_head() -> Request;
  auto take_piece() -> std::string { return body_.take(); }
  // When kComplete, instead of take().
  void end_stream();

 private:
  void end_head();
  void allow_body();
  void charge_body();
  auto read_start_line() -> std::expected<void, RequestError>;
  auto read_target(std::string_view target) -> std::expected<void, RequestError>;
  auto read_expectation() -> std::expected<void, RequestError>;
  void fail(RequestError error);

  HeadReader head_;
  BodyReader body_;
  LargeBodies const* large_;
  std::function<bool(Request const& head)> const* claims_stream_ = nullptr;
  std::size_t body_bytes_max_;
  Request request_;
  RequestError error_{};
  State state_ = State::kIdle;
  bool awaits_continue_ = false;
  bool keep_alive_ = false;
  bool is_stream_ = false;
};

// One response after another. Interim responses (1xx) are skipped, 101 is refused.
class ResponseParser {
 public:
  enum class State : std::uint8_t { kIdle, kHead, kBody, kComplete, kFailed };

  ResponseParser(HeadLimits head, std::size_t body_bytes_max)
      : head_(Section::kHead, head), body_({body_bytes_max, head}) {}

  // Which request the next response answers: one to HEAD has no body. Before its first byte.
  void expect_answer_to(std::string_view method) { method_is_head_ = method == "HEAD"; }
  // Takes bytes until one response is complete; returns how many it took.
  auto feed(std::string_view bytes) -> std::size_t;
  // The connection has ended: completes a response that only this could end, else fails.
  void finish();

  [[nodiscard]] auto state() const -> State { return state_; }
  [[nodiscard]] auto error() const -> RequestError { return error_; }  // 413, 431: too large
  [[nodiscard]] auto body_bytes_read() const -> std::size_t { return body_.bytes_read(); }
  // When kComplete.
  [[nodiscard]] auto status() const -> int { return status_; }
  [[nodiscard]] auto keep_alive() const -> bool { return keep_alive_; }
  auto take_headers() -> Headers { return std::move(headers_); }
  auto take_body() -> std::string;  // and is ready for the next response

 private:
  void end_head();
  void after_body();
  void fail(RequestError error);

  HeadReader head_;
  BodyReader body_;
  Headers headers_;
  RequestError error_{};
  int status_ = 0;
  int interim_seen_ = 0;
  State state_ = State::kIdle;
  bool method_is_head_ = false;
  bool keep_alive_ = false;
};

}  // namespace treadle::net
