#include "treadle/approvals/slack/web_socket_frames.h"

#include <array>

#include <fmt/format.h>
#include <openssl/sha.h>

#include "treadle/base/assert.h"
#include "treadle/base/base64.h"
#include "treadle/base/utf8.h"
#include "treadle/net/http_message.h"

namespace treadle::approvals::slack {
namespace {

constexpr std::size_t kControlBytesMax = 125;

auto is_control(Opcode opcode) -> bool { return static_cast<std::uint8_t>(opcode) >= 8; }

auto is_known(std::uint8_t opcode) -> bool { return opcode <= 2 || (opcode >= 8 && opcode <= 10); }

void append_big_endian(std::string& out, std::uint64_t value, int bytes) {
  for (int shift = (bytes - 1) * 8; shift >= 0; shift -= 8)
    out += static_cast<char>(static_cast<std::uint8_t>(value >> static_cast<unsigned>(shift)));
}

auto big_endian(std::string_view bytes) -> std::uint64_t {
  std::uint64_t value = 0;
  for (auto const byte : bytes) value = value << 8U | static_cast<std::uint8_t>(byte);
  return value;
}

// The fields of a head; the error is in its first line or its form.
auto read_head(std::string_view head) -> Result<net::Headers, std::string> {
  auto const first = head.substr(0, head.find("\r\n"));
  if (!first.starts_with("HTTP/1.1 101"))
    return std::unexpected(fmt::format("the server answered '{}'", first.substr(0, 60)));
  head.remove_prefix(std::min(head.size(), first.size() + 2));
  net::Headers fields;
  while (!head.empty() && !head.starts_with("\r\n")) {
    auto const line = head.substr(0, head.find("\r\n"));
    head.remove_prefix(std::min(head.size(), line.size() + 2));
    auto const colon = line.find(':');
    if (colon == std::string_view::npos || colon == 0)
      return std::unexpected("a field without a name");
    auto value = line.substr(colon + 1);
    while (value.starts_with(' ') || value.starts_with('\t')) value.remove_prefix(1);
    while (value.ends_with(' ') || value.ends_with('\t')) value.remove_suffix(1);
    fields.add(line.substr(0, colon), value);
  }
  return fields;
}

// Whether a list of tokens names `token`.
auto names(std::string_view list, std::string_view token) -> bool {
  while (!list.empty()) {
    auto one = list.substr(0, list.find(','));
    list.remove_prefix(std::min(list.size(), one.size() + 1));
    while (one.starts_with(' ')) one.remove_prefix(1);
    while (one.ends_with(' ')) one.remove_suffix(1);
    if (net::equals_ignoring_case(one, token)) return true;
  }
  return false;
}

}  // namespace

auto socket_request(std::string_view authority, std::string_view target, std::string_view key)
    -> std::string {
  return fmt::format(
      "GET {} HTTP/1.1\r\nHost: {}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Key: {}\r\nSec-WebSocket-Version: 13\r\n\r\n",
      target, authority, key);
}

auto make_socket_key(std::uint64_t high, std::uint64_t low) -> std::string {
  std::string bytes;
  append_big_endian(bytes, high, 8);
  append_big_endian(bytes, low, 8);
  return base64_encode(bytes);
}

auto socket_accept(std::string_view key) -> std::string {
  auto const text = std::string(key) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  std::array<unsigned char, SHA_DIGEST_LENGTH> digest{};
  SHA1(reinterpret_cast<unsigned char const*>(text.data()), text.size(), digest.data());
  return base64_encode({reinterpret_cast<char const*>(digest.data()), digest.size()});
}

auto check_socket_answer(std::string_view head, std::string_view key) -> Result<void, std::string> {
  auto const fields = TRY(read_head(head));
  if (!names(fields.find("upgrade").value_or(""), "websocket"))
    return std::unexpected("the answer upgrades to something else");
  if (!names(fields.find("connection").value_or(""), "upgrade"))
    return std::unexpected("the answer has no 'Connection: Upgrade'");
  if (fields.find("sec-websocket-accept") != socket_accept(key))
    return std::unexpected("Sec-WebSocket-Accept is not for this key");
  if (fields.find("sec-websocket-extensions") || fields.find("sec-websocket-protocol"))
    return std::unexpected("the server chose what was not offered");
  return {};
}

auto socket_frame(Opcode opcode, std::string_view payload, std::uint32_t mask) -> std::string {
  TREADLE_ASSERT(!is_control(opcode) || payload.size() <= kControlBytesMax);
  std::string out;
  out += static_cast<char>(0x80U | static_cast<unsigned>(opcode));
  if (payload.size() <= 125) {
    out += static_cast<char>(0x80U | payload.size());
  } else if (payload.size() <= 0xFFFF) {
    out += static_cast<char>(0x80U | 126U);
    append_big_endian(out, payload.size(), 2);
  } else {
    out += static_cast<char>(0x80U | 127U);
    append_big_endian(out, payload.size(), 8);
  }
  std::string key;
  append_big_endian(key, mask, 4);
  out += key;
  for (std::size_t i = 0; i < payload.size(); ++i)
    out += static_cast<char>(payload[i] ^ key[i % 4]);
  return out;
}

auto SocketReader::next_frame() -> Result<std::optional<Frame>, std::string> {
  if (buffer_.size() < 2) return std::nullopt;
  auto const first = static_cast<std::uint8_t>(buffer_[0]);
  auto const second = static_cast<std::uint8_t>(buffer_[1]);
  if ((first & 0x70U) != 0) return std::unexpected("reserved bits are set");
  if ((second & 0x80U) != 0) return std::unexpected("a server's frame is masked");
  auto const opcode = static_cast<std::uint8_t>(first & 0x0FU);
  if (!is_known(opcode)) return std::unexpected("an unknown kind of frame");
  Frame frame{
      .is_last = (first & 0x80U) != 0, .opcode = static_cast<Opcode>(opcode), .payload = {}};
  std::uint64_t size = second;
  std::size_t begin = 2;
  if (second >= 126) {
    auto const bytes = second == 126 ? std::size_t{2} : std::size_t{8};
    if (buffer_.size() < 2 + bytes) return std::nullopt;
    size = big_endian(std::string_view(buffer_).substr(2, bytes));
    begin += bytes;
  }
  if (is_control(frame.opcode) && (size > kControlBytesMax || !frame.is_last))
    return std::unexpected("a control frame is too long or in pieces");
  if (size > bytes_max_) return std::unexpected("a message is too long");
  if (buffer_.size() - begin < size) return std::nullopt;
  frame.payload = buffer_.substr(begin, size);
  buffer_.erase(0, begin + size);
  return frame;
}

// Whether the message that was begun is whole now.
auto SocketReader::add_piece(Frame&& frame) -> Result<bool, std::string> {
  if (frame.opcode == Opcode::kContinuation) {
    if (!begun_) return std::unexpected("a frame continues nothing");
    if (begun_->payload.size() + frame.payload.size() > bytes_max_)
      return std::unexpected("a message is too long");
    begun_->payload += frame.payload;
  } else {
    if (begun_) return std::unexpected("a message begins within another");
    begun_ = SocketMessage{frame.opcode, std::move(frame.payload)};
  }
  if (!frame.is_last) return false;
  if (begun_->opcode == Opcode::kText && !utf8::is_valid(begun_->payload))
    return std::unexpected("a text is not UTF-8");
  return true;
}

auto SocketReader::next() -> Result<std::optional<SocketMessage>, std::string> {
  while (true) {
    auto frame = TRY(next_frame());
    if (!frame) return std::nullopt;
    if (is_control(frame->opcode)) return SocketMessage{frame->opcode, std::move(frame->payload)};
    if (!TRY(add_piece(std::move(*frame)))) continue;
    auto whole = std::move(*begun_);
    begun_.reset();
    return whole;
  }
}

}  // namespace treadle::approvals::slack
