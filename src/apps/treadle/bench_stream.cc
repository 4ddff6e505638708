// P4: documents a second through `treadle server`, one a request (StartSyncExecution over HTTP/1.1) and
// in a stream (executions:stream), the same document and machine, and the server's CPU for each. Client
// and server share the machine; the server is this very program.

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <fstream>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include <fmt/format.h>

#include "apps/treadle/bench.h"
#include "apps/treadle/bench_pipeline.h"
#include "treadle/json/object_writer.h"

namespace treadle::app {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::string_view kArn = "arn:aws:states:us-east-1:123456789012:stateMachine:pipeline";

class Socket {
 public:
  explicit Socket(std::uint16_t port) : number_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int const on = 1;
    setsockopt(number_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    is_open_ = ::connect(number_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  }
  Socket(Socket const&) = delete;
  auto operator=(Socket const&) -> Socket& = delete;
  ~Socket() { ::close(number_); }

  [[nodiscard]] auto is_open() const -> bool { return is_open_; }
  void send(std::string_view bytes) const {
    while (!bytes.empty()) {
      auto const sent = ::send(number_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) give_up("the server closed the connection");
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
  }
  // Appends what is there; false at the end.
  auto receive(std::string& to) const -> bool {
    std::array<char, 65'536> buffer;
    auto const count = ::recv(number_, buffer.data(), buffer.size(), 0);
    if (count <= 0) return false;
    to.append(buffer.data(), static_cast<std::size_t>(count));
    return true;
  }

 private:
  int number_;
  bool is_open_ = false;
};

auto post(std::string_view operation, std::string_view body) -> std::string {
  return fmt::format(
      "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-amz-json-1.0\r\n"
      "X-Amz-Target: AWSStepFunctions.{}\r\nContent-Length: {}\r\n\r\n{}",
      operation, body.size(), body);
}

// Reads one answer with a Content-Length; gives its status line and body.
auto read_answer(Socket const& socket, std::string& buffer) -> std::string {
  for (;;) {
    auto const head = buffer.find("\r\n\r\n");
    if (head != std::string::npos) {
      auto const at = buffer.find("Content-Length: ");
      if (at > head) give_up("an answer without Content-Length: " + buffer.substr(0, head));
      auto const size = head + 4 + std::strtoul(buffer.c_str() + at + 16, nullptr, 10);
      while (buffer.size() < size)
        if (!socket.receive(buffer)) give_up("an answer broke off");
      auto answer = buffer.substr(0, size);
      buffer.erase(0, size);
      return answer;
    }
    if (!socket.receive(buffer)) give_up("no answer");
  }
}

// A server in a process of its own.
class Server {
 public:
  Server() {
    port_ = free_port();
    process_ = ::fork();
    if (process_ == 0) {
      auto const listen = fmt::format("127.0.0.1:{}", port_);
      int const nowhere = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
      ::dup2(nowhere, 1);
      ::dup2(nowhere, 2);
      ::execl("/proc/self/exe", "treadle", "server", "--store", "memory", "--listen",
              listen.c_str(), nullptr);
      std::_Exit(127);
    }
    for (int i = 0; i < 500 && !Socket(port_).is_open(); ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    Socket const socket(port_);
    if (!socket.is_open()) give_up("the server does not start");
    socket.send(post("CreateStateMachine", json::ObjectWriter()
                                               .text("name", "pipeline")
                                               .text("type", "EXPRESS")
                                               .text("roleArn", "arn:aws:iam::123456789012:role/r")
                                               .text("definition", proxy_definition())
                                               .take()));
    std::string buffer;
    if (!read_answer(socket, buffer).starts_with("HTTP/1.1 200")) give_up("no state machine");
  }
  Server(Server const&) = delete;
  auto operator=(Server const&) -> Server& = delete;
  ~Server() {
    ::kill(process_, SIGTERM);
    ::waitpid(process_, nullptr, 0);
  }
  [[nodiscard]] auto port() const -> std::uint16_t { return port_; }
  [[nodiscard]] auto cpu_seconds() const -> double {
    std::ifstream in(fmt::format("/proc/{}/stat", process_));
    std::string skipped;
    std::getline(in, skipped, ')');
    for (int i = 0; i < 11; ++i) in >> skipped;
    double user = 0;
    double system = 0;
    in >> user >> system;
    return (user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
  }

 private:
  pid_t process_ = 0;
  std::uint16_t port_ = 0;
};

struct Measured {
  double per_second = 0;
  double cpu_us = 0;
};

// Runs `work(done)` on a thread each until the time is over; it counts documents.
template <typename Work>
auto measure(Server const& server, int threads, double seconds, Work work) -> Measured {
  std::atomic<std::size_t> documents = 0;
  auto const begin = Clock::now();
  auto const end =
      begin + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
  auto const cpu = server.cpu_seconds();
  std::vector<std::thread> all;
  for (int i = 0; i < threads; ++i)
    all.emplace_back([&] { documents += work([&] { return Clock::now() >= end; }); });
  for (auto& thread : all) thread.join();
  auto const count = static_cast<double>(documents);
  std::chrono::duration<double> const took = Clock::now() - begin;
  return {count / took.count(), (server.cpu_seconds() - cpu) / count * 1e6};
}

auto single(Server const& server, double seconds) -> Measured {
  constexpr int kConnections = 64;
  constexpr int kThreads = 2;
  auto const request = post("StartSyncExecution", json::ObjectWriter()
                                                      .text("stateMachineArn", kArn)
                                                      .text("input", device_message("metric"))
                                                      .take());
  return measure(server, kThreads, seconds, [&](auto const& is_over) {
    std::vector<std::unique_ptr<Socket>> sockets;
    std::vector<std::string> buffers(kConnections / kThreads);
    for (auto& buffer : buffers) {
      sockets.push_back(std::make_unique<Socket>(server.port()));
      sockets.back()->send(request);
      buffer.clear();
    }
    std::size_t answers = 0;
    while (!is_over())
      for (std::size_t i = 0; i < sockets.size(); ++i) {
        if (!read_answer(*sockets[i], buffers[i]).starts_with("HTTP/1.1 200"))
          give_up("an execution was refused");
        ++answers;
        sockets[i]->send(request);
      }
    return answers;
  });
}

auto streamed(Server const& server, int streams, double seconds) -> Measured {
  constexpr int kDocumentsAtOnce = 64;
  std::string lines;
  for (int i = 0; i < kDocumentsAtOnce; ++i) lines += device_message("metric") + '\n';
  auto const chunk = fmt::format("{:x}\r\n{}\r\n", lines.size(), lines);
  return measure(server, streams, seconds, [&](auto const& is_over) {
    Socket const socket(server.port());
    socket.send(
        fmt::format("POST /v1/state-machines/{}/executions:stream HTTP/1.1\r\n"
                    "Host: localhost\r\nTransfer-Encoding: chunked\r\n\r\n",
                    "pipeline"));
    std::thread writer([&] {
      while (!is_over()) socket.send(chunk);
      socket.send("0\r\n\r\n");
    });
    std::size_t results = 0;
    std::string piece;
    std::string tail;
    while (!tail.ends_with("0\r\n\r\n")) {
      piece.clear();
      if (!socket.receive(piece)) give_up("a stream broke off: " + tail);
      for (auto at = piece.find("\"SUCCEEDED\""); at != std::string::npos;
           at = piece.find("\"SUCCEEDED\"", at + 1))
        ++results;
      tail = (tail + piece.substr(piece.size() - std::min<std::size_t>(piece.size(), 200)));
      tail.erase(0, tail.size() - std::min<std::size_t>(tail.size(), 200));
    }
    writer.join();
    return results;
  });
}

auto figure(std::string what, double value, std::string unit) -> Figure {
  return {.figure = "P4",
          .what = std::move(what),
          .value = value,
          .unit = std::move(unit),
          .limit_what = {},
          .reach = "-",
          .ok = true};
}

}  // namespace

auto bench_stream(BenchSettings const& settings) -> std::vector<Figure> {
  Server const server;
  single(server, 0.5);  // warm
  std::vector<Measured> singles;
  std::vector<Measured> streams;
  for (int i = 0; i < settings.rounds; ++i) {
    singles.push_back(single(server, settings.seconds));
    streams.push_back(streamed(server, 2, settings.seconds));
  }
  auto const median = [](std::vector<Measured> all, double Measured::* member) {
    std::ranges::sort(all, {}, member);
    return all[all.size() / 2].*member;
  };
  return {beside(figure("documents through two NDJSON streams",
                        median(streams, &Measured::per_second), "/s"),
                 median(singles, &Measured::per_second), "one a request, 64 connections",
                 Bound::kAtLeast, 4.0),
          figure("CPU of the server for one of a stream", median(streams, &Measured::cpu_us), "us"),
          figure("CPU of the server for one of its own request", median(singles, &Measured::cpu_us),
                 "us")};
}

}  // namespace treadle::app
