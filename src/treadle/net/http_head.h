// The head of an HTTP/1.1 message, read as it arrives: start line, fields, empty line. Strict: a
// message that two readers could take differently is refused. Source: RFC 9112, sections 2, 5
// and 11.2.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string_view>

#include "treadle/net/http_message.h"

namespace treadle::net {

struct HeadLimits {
  std::size_t bytes_max = 64 * 1024;  // with all line ends; beyond: 431
  std::size_t fields_max = 100;       // beyond: 431
};

// What precedes the fields: a start line, or (a trailer section) nothing.
enum class Section : std::uint8_t { kHead, kTrailer };

// Refused: line ends other than CR LF, NUL and other control characters, folded lines, white space
// around a field name, names that are no token. Empty lines before a start line are skipped. The
// outcome does not depend on how the bytes are split.
class HeadReader {
 public:
  enum class State : std::uint8_t { kEmpty, kReading, kDone, kFailed };

  HeadReader(Section section, HeadLimits limits) : limits_(limits), section_(section) {}

  // Takes bytes until the head is done; returns how many it took.
  auto feed(std::string_view bytes) -> std::size_t;

  [[nodiscard]] auto state() const -> State { return state_; }
  [[nodiscard]] auto error() const -> RequestError { return error_; }  // when kFailed
  // When kDone. The start line has no control characters and is valid until take_headers().
  [[nodiscard]] auto start_line() const -> std::string_view {
    return headers_.text_at(start_line_);
  }
  [[nodiscard]] auto headers() const -> Headers const& { return headers_; }
  // Hands the fields out; the reader is ready for another head.
  auto take_headers() -> Headers;

 private:
  void end_line();
  void read_field(Headers::Span line);
  void fail(int status, std::string_view message);

  HeadLimits limits_;
  Headers headers_;  // its text grows line by line
  Headers::Span start_line_{};
  std::size_t line_start_ = 0;
  std::size_t bytes_seen_ = 0;
  RequestError error_{};
  Section section_;
  State state_ = State::kEmpty;
};

// How the end of a body is found.
enum class BodyKind : std::uint8_t { kUnstated, kSized, kChunked };
struct Framing {
  BodyKind kind = BodyKind::kUnstated;
  std::uint64_t size = 0;  // of kSized
};
// Reads Content-Length and Transfer-Encoding. Refused: both, either one repeated, any coding but
// one "chunked", a length that is not plain decimal digits, a coding in HTTP/1.0. Source: RFC 9112,
// section 6.3; where it leaves a choice, the safer one.
[[nodiscard]] auto read_framing(Headers const& headers, int minor_version)
    -> std::expected<Framing, RequestError>;

// The minor version of "HTTP/1.x", 0 or 1 (1.2 and later are handled as 1.1); 400 for other text,
// 505 for another major version.
[[nodiscard]] auto read_version(std::string_view text) -> std::expected<int, RequestError>;

// Whether a list field such as Connection has that token.
[[nodiscard]] auto has_token(Headers const& headers, std::string_view name, std::string_view token)
    -> bool;
// Whether the connection may carry another message after this one, by version and Connection.
[[nodiscard]] auto is_persistent(Headers const& headers, int minor_version) -> bool;

// Upper-case letters, '-' and '_'.
[[nodiscard]] auto is_method(std::string_view text) -> bool;
// Visible characters of a token; of a field value (also blanks, tabs and bytes beyond ASCII).
[[nodiscard]] auto is_token(std::string_view text) -> bool;
[[nodiscard]] auto is_field_value(std::string_view text) -> bool;

}  // namespace treadle::net
