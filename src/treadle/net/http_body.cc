#include "treadle/net/http_body.h"

#include <algorithm>
#include <limits>
#include <optional>

namespace treadle::net {
namespace {

auto constexpr kReservedBytesMax = std::size_t{16} * 1024;  // before a byte of the body was seen
auto constexpr kChunkDigitsMax = std::size_t{15};
auto constexpr kChunkLineBytesMax = kChunkDigitsMax + 256 + 2;

auto hex_digit(char c) -> std::optional<std::uint64_t> {
  if (c >= '0' && c <= '9') return static_cast<std::uint64_t>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<std::uint64_t>(c - 'a' + 10);
  if (c >= 'A' && c <= 'F') return static_cast<std::uint64_t>(c - 'A' + 10);
  return std::nullopt;
}

auto parse_hex(std::string_view digits) -> std::optional<std::uint64_t> {
  if (digits.empty() || digits.size() > kChunkDigitsMax) return std::nullopt;
  auto value = std::uint64_t{0};
  for (auto const c : digits) {
    auto const digit = hex_digit(c);
    if (!digit) return std::nullopt;
    value = value * 16 + *digit;
  }
  return value;
}

}  // namespace

void BodyReader::start(Framing framing) {
  kind_ = framing.kind;
  body_.clear();
  line_.clear();
  state_ = State::kReading;
  part_ = kind_ == BodyKind::kChunked ? Part::kChunkSize : Part::kData;
  missing_ = kind_ == BodyKind::kSized ? framing.size : std::numeric_limits<std::uint64_t>::max();
  if (kind_ != BodyKind::kSized) return;
  if (missing_ > limits_.bytes_max) return fail(413, "The body is too large");
  if (missing_ == 0) state_ = State::kDone;
  body_.reserve(std::min<std::size_t>(missing_, kReservedBytesMax));
}

auto BodyReader::feed(std::string_view bytes) -> std::size_t {
  auto used = std::size_t{0};
  while (used < bytes.size() && state_ == State::kReading) {
    auto const rest = bytes.substr(used);
    switch (part_) {
      case Part::kData:
      case Part::kChunkData: used += feed_data(rest); break;
      case Part::kChunkSize:
      case Part::kChunkEnd: used += feed_line(rest); break;
      case Part::kTrailer: used += feed_trailer(rest); break;
    }
  }
  return used;
}

auto BodyReader::feed_data(std::string_view bytes) -> std::size_t {
  auto const size = static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), missing_));
  if (size > limits_.bytes_max - body_.size()) {
    fail(413, "The body is too large");
    return size;
  }
  body_.append(bytes.substr(0, size));
  if (kind_ == BodyKind::kUnstated) return size;
  missing_ -= size;
  if (missing_ > 0) return size;
  if (part_ == Part::kData) state_ = State::kDone;
  part_ = Part::kChunkEnd;
  return size;
}

auto BodyReader::feed_line(std::string_view bytes) -> std::size_t {
  auto const newline = bytes.find('\n');
  auto const piece = newline == std::string_view::npos ? bytes : bytes.substr(0, newline + 1);
  if (piece.size() > kChunkLineBytesMax - line_.size()) {
    fail(400, "The line of a chunk is too long");
    return piece.size();
  }
  line_.append(piece);
  if (newline == std::string_view::npos) return piece.size();
  if (!line_.ends_with("\r\n")) {
    fail(400, "The line of a chunk does not end with CR LF");
  } else if (part_ == Part::kChunkSize) {
    end_chunk_size_line();
  } else if (line_.size() == 2) {
    part_ = Part::kChunkSize;
  } else {
    fail(400, "A chunk is longer than it says");
  }
  line_.clear();
  return piece.size();
}

void BodyReader::end_chunk_size_line() {
  auto const line = std::string_view(line_).substr(0, line_.size() - 2);
  auto const size = parse_hex(line.substr(0, line.find(';')));
  if (!size || !is_field_value(line)) return fail(400, "The size of a chunk is not a number");
  if (*size > limits_.bytes_max - body_.size()) return fail(413, "The body is too large");
  missing_ = *size;
  part_ = *size == 0 ? Part::kTrailer : Part::kChunkData;
}

auto BodyReader::feed_trailer(std::string_view bytes) -> std::size_t {
  auto const used = trailer_.feed(bytes);
  if (trailer_.state() == HeadReader::State::kFailed) {
    fail(trailer_.error().status, trailer_.error().message);
  } else if (trailer_.state() == HeadReader::State::kDone) {
    trailer_.take_headers();
    state_ = State::kDone;
  }
  return used;
}

void BodyReader::finish() {
  if (state_ != State::kReading) return;
  if (kind_ == BodyKind::kUnstated) {
    state_ = State::kDone;
  } else {
    fail(400, "The body is shorter than it says");
  }
}

void BodyReader::fail(int status, std::string_view message) {
  state_ = State::kFailed;
  error_ = {status, message};
}

}  // namespace treadle::net
