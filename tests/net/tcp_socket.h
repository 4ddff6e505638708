// A blocking TCP client for tests that want to say exactly which bytes go out, and when. Reads give
// up after ten seconds, so a test fails and does not hang.
#pragma once

#include <arpa/inet.h>
#include <cstdint>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

#include "treadle/net/http_parser.h"

namespace treadle::net {

struct Answer {
  int status = 0;  // 0: the connection ended first
  Headers headers;
  std::string body;
};

class TcpSocket {
 public:
  explicit TcpSocket(std::uint16_t port)
      : descriptor_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    auto address = sockaddr_in{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto const on = 1;
    ::setsockopt(descriptor_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    connected_ = ::connect(descriptor_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  }
  TcpSocket(TcpSocket&& other) noexcept
      : descriptor_(std::exchange(other.descriptor_, -1)),
        connected_(other.connected_),
        received_(std::move(other.received_)) {}
  ~TcpSocket() { close(); }

  [[nodiscard]] auto connected() const -> bool { return connected_; }
  void send(std::string_view bytes) {
    while (!bytes.empty()) {
      auto const sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return;  // the peer refuses more: what it said is still to be read
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
  }
  void end_output() { ::shutdown(descriptor_, SHUT_WR); }
  void close() {
    if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
  }
  // Ends the connection with RST instead of FIN.
  void reset() {
    auto const option = linger{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &option, sizeof option);
    close();
  }

  auto read_answer(std::string_view method = "POST") -> Answer {
    auto parser = ResponseParser({.bytes_max = 1 << 16, .fields_max = 100}, 64 << 20);
    parser.expect_answer_to(method);
    while (parser.state() != ResponseParser::State::kComplete) {
      if (received_.empty() && !receive()) parser.finish();
      received_.erase(0, parser.feed(received_));
      if (parser.state() == ResponseParser::State::kFailed) return {};
    }
    auto const status = parser.status();
    auto headers = parser.take_headers();
    return {status, std::move(headers), parser.take_body()};
  }
  // Exactly so many bytes, or fewer at the end.
  auto read_bytes(std::size_t count) -> std::string {
    while (received_.size() < count && receive()) continue;
    auto bytes = received_.substr(0, count);
    received_.erase(0, count);
    return bytes;
  }
  // What there is, at least a byte; nothing at the end.
  auto read_some() -> std::string {
    if (received_.empty()) receive();
    return std::exchange(received_, {});
  }
  // All up to and with `mark`, or what there is at the end.
  auto read_until(std::string_view mark) -> std::string {
    while (received_.find(mark) == std::string::npos && receive()) continue;
    auto const at = received_.find(mark);
    return read_bytes(at == std::string::npos ? received_.size() : at + mark.size());
  }
  // Whether the peer closes without saying anything more.
  auto ends() -> bool { return received_.empty() && !receive() && ended_; }

 private:
  auto receive() -> bool {
    auto waiting = pollfd{descriptor_, POLLIN, 0};
    if (::poll(&waiting, 1, 10'000) != 1) return false;
    char bytes[65536];
    auto const size = ::recv(descriptor_, bytes, sizeof bytes, 0);
    ended_ = size <= 0;
    if (size > 0) received_.append(bytes, static_cast<std::size_t>(size));
    return size > 0;
  }

  int descriptor_;
  bool connected_ = false;
  bool ended_ = false;
  std::string received_;
};

}  // namespace treadle::net
