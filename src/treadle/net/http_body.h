// The body of an HTTP/1.1 message, read as it arrives.
// Source: RFC 9112, sections 6 and 7.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "treadle/net/http_head.h"
#include "treadle/net/http_message.h"

namespace treadle::net {

struct BodyLimits {
  std::size_t bytes_max = 0;  // beyond: 413
  HeadLimits trailer;         // trailer fields are checked, then forgotten
};

// Chunks: sizes of at most 15 hexadecimal digits, extensions of at most 256 bytes (ignored), CR LF
// exactly. The outcome does not depend on how the bytes are split.
class BodyReader {
 public:
  enum class State : std::uint8_t { kReading, kDone, kFailed };

  explicit BodyReader(BodyLimits limits)
      : limits_(limits), trailer_(Section::kTrailer, limits.trailer) {}

  // For the messages to come.
  void set_bytes_max(std::size_t bytes_max) { limits_.bytes_max = bytes_max; }
  // Begins the body of a message; a body of kUnstated length ends when finish() is called.
  void start(Framing framing);
  // Takes bytes until the body is done; returns how many it took.
  auto feed(std::string_view bytes) -> std::size_t;
  // The connection has ended: done if only that could end the body, else failed.
  void finish();

  [[nodiscard]] auto state() const -> State { return state_; }
  [[nodiscard]] auto error() const -> RequestError { return error_; }  // when kFailed
  [[nodiscard]] auto bytes_read() const -> std::size_t { return body_.size(); }
  auto take() -> std::string { return std::move(body_); }

 private:
  enum class Part : std::uint8_t { kData, kChunkSize, kChunkData, kChunkEnd, kTrailer };

  auto feed_data(std::string_view bytes) -> std::size_t;
  auto feed_line(std::string_view bytes) -> std::size_t;
  auto feed_trailer(std::string_view bytes) -> std::size_t;
  void end_chunk_size_line();
  void fail(int status, std::string_view message);

  BodyLimits limits_;
  HeadReader trailer_;
  std::string body_;
  std::string line_;           // of a chunk's size or end, as far as it has arrived
  std::uint64_t missing_ = 0;  // bytes of the body, or of this chunk, still to come
  RequestError error_{};
  BodyKind kind_ = BodyKind::kSized;
  Part part_ = Part::kData;
  State state_ = State::kDone;
};

}  // namespace treadle::net
