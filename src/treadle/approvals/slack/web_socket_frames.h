// The bytes of a WebSocket, client side: handshake and frames. No I/O.
// Source: RFC 6455, 4 (opening handshake), 5 (framing).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "treadle/base/result.h"

namespace treadle::approvals::slack {

// The request that opens a WebSocket. `key` is what make_socket_key() gave.
[[nodiscard]] auto socket_request(std::string_view authority, std::string_view target,
                                  std::string_view key) -> std::string;
// 16 random bytes in base64.
[[nodiscard]] auto make_socket_key(std::uint64_t high, std::uint64_t low) -> std::string;
// What Sec-WebSocket-Accept must be for that key.
[[nodiscard]] auto socket_accept(std::string_view key) -> std::string;

// Checks the head of the answer (with its empty line): 101, Upgrade, Connection, the right accept, no
// extension and no protocol. The error says what is wrong.
[[nodiscard]] auto check_socket_answer(std::string_view head, std::string_view key)
    -> Result<void, std::string>;

enum class Opcode : std::uint8_t {
  kContinuation = 0,
  kText = 1,
  kBinary = 2,
  kClose = 8,
  kPing = 9,
  kPong = 10,
};

// One whole frame, masked with `mask` as a client must. `payload` of a control frame is at most 125 bytes.
[[nodiscard]] auto socket_frame(Opcode opcode, std::string_view payload, std::uint32_t mask)
    -> std::string;

struct SocketMessage {
  Opcode opcode = Opcode::kText;  // kText, kBinary, kClose, kPing or kPong
  std::string payload;
};

// Frames as they arrive, put together to messages. After an error it takes no more.
class SocketReader {
 public:
  // Messages beyond `bytes_max` are an error.
  explicit SocketReader(std::size_t bytes_max) : bytes_max_(bytes_max) {}

  void feed(std::string_view bytes) { buffer_ += bytes; }
  // The next message; nullopt: more bytes are needed. Errors: masked frames, reserved bits and opcodes,
  // control frames in pieces or beyond 125 bytes, a continuation of nothing, too long a message, a text
  // that is not UTF-8.
  [[nodiscard]] auto next() -> Result<std::optional<SocketMessage>, std::string>;

 private:
  struct Frame {
    bool is_last = false;
    Opcode opcode = Opcode::kText;
    std::string payload;
  };
  [[nodiscard]] auto next_frame() -> Result<std::optional<Frame>, std::string>;
  [[nodiscard]] auto add_piece(Frame&& frame) -> Result<bool, std::string>;

  std::size_t const bytes_max_;
  std::string buffer_;
  std::optional<SocketMessage> begun_;
};

}  // namespace treadle::approvals::slack
