// What the tests of HttpClient share: a server played by hand, and a client on a loop of its own.
#pragma once

#include <arpa/inet.h>
#include <cstdint>
#include <functional>
#include <future>
#include <memory>
#include <poll.h>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "treadle/net/http_client.h"

namespace treadle::net {

using namespace std::chrono_literals;

// A listening socket on 127.0.0.1 whose connections the test plays by hand.
class RawServer {
 public:
  RawServer() {
    auto address = sockaddr_in{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto size = socklen_t{sizeof address};
    EXPECT_EQ(::bind(listener_, reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(::listen(listener_, 64), 0);
    EXPECT_EQ(::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size), 0);
    port_ = ntohs(address.sin_port);
  }
  ~RawServer() {
    for (auto const peer : peers_) ::close(peer);
    ::close(listener_);
  }

  [[nodiscard]] auto url(std::string_view scheme = "http") const -> std::string {
    return std::string(scheme) + "://127.0.0.1:" + std::to_string(port_) + "/x";
  }
  auto accept() -> int {
    auto const peer = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    auto const patience = timeval{.tv_sec = 10, .tv_usec = 0};
    ::setsockopt(peer, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    peers_.push_back(peer);
    return peer;
  }
  // The head of a request without body.
  static auto read_head(int peer) -> std::string {
    auto head = std::string();
    for (char c = 0; !head.ends_with("\r\n\r\n") && ::recv(peer, &c, 1, 0) == 1;) head += c;
    return head;
  }
  static void say(int peer, std::string_view text) {
    ::send(peer, text.data(), text.size(), MSG_NOSIGNAL);
  }
  void end(int peer) {
    std::erase(peers_, peer);
    ::close(peer);
  }
  // Whether a connection waits to be accepted.
  [[nodiscard]] auto has_caller() const -> bool {
    auto waiting = pollfd{listener_, POLLIN, 0};
    return ::poll(&waiting, 1, 0) == 1;
  }

 private:
  int listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  std::uint16_t port_ = 0;
  std::vector<int> peers_;
};

inline auto const kOk = std::string("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");

// Sends from outside of the loop and waits for answers.
class HttpClientTest : public testing::Test {
 protected:
  void SetUp() override { loops_.start(); }
  void TearDown() override {
    client_.reset();  // not before the loop has stopped using it
    loops_.stop();
  }

  using Answer = std::future<ClientResult>;

  auto on_loop(auto work) {
    auto task = std::packaged_task<decltype(work())()>(std::move(work));
    auto result = task.get_future();
    loops_.at(0).post([&task] { task(); });
    return result.get();
  }
  void use(HttpClientOptions options) {
    client_ = {new HttpClient(loops_.at(0), std::move(options)), [this](HttpClient* client) {
                 on_loop([client] {
                   delete client;
                   return 0;
                 });
               }};
  }
  auto send(ClientRequest request) -> Answer {
    if (!client_) use({});
    auto promise = std::promise<ClientResult>();
    auto answer = promise.get_future();
    handle_ = on_loop([&] {
      return client_->send(std::move(request),
                           [p = std::move(promise)](ClientResult result) mutable {
                             p.set_value(std::move(result));
                           });
    });
    return answer;
  }
  auto get(std::string url) -> Answer {
    auto request = ClientRequest{};
    request.method = "GET";
    request.url = std::move(url);
    return send(std::move(request));
  }
  static auto text(Answer& answer) -> std::string {
    if (answer.wait_for(10s) != std::future_status::ready) return "no answer";
    auto const result = answer.get();
    if (result) return std::to_string(result->status) + " " + result->body;
    char const* const kinds[] = {"connect", "timeout", "reset", "too_large", "tls", "protocol"};
    return std::string(kinds[static_cast<std::size_t>(result.error().kind)]) +
           (result.error().not_sent ? " not sent" : "");
  }

  EventLoops loops_{1};
  std::unique_ptr<HttpClient, std::function<void(HttpClient*)>> client_;
  CallHandle handle_;
};

}  // namespace treadle::net
