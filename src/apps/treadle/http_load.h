// Load for benchmarks of the HTTP server: one thread on epoll that sends the same request again and
// again over some connections, and costs as little as it can.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "treadle/net/http_message.h"

namespace treadle::app {

enum class Protocol : std::uint8_t { kHttp1, kHttp2 };

// POST / over and over.
struct LoadOptions {
  std::uint16_t port = 0;  // on 127.0.0.1
  Protocol protocol = Protocol::kHttp1;
  std::size_t connections = 64;
  std::size_t in_flight = 1;  // of each connection: streams, or pipelined requests
  net::Headers headers{};     // with Host, without Content-Length
  std::string body{};
  double seconds = 2;
  std::string_view expected{};  // must stand in an answer's body
};

struct LoadResult {
  double per_second = 0;
  double p50_us = 0;
  double p99_us = 0;
  double p999_us = 0;
  double cpu_us = 0;         // an answer, of the whole process but for the client
  double client_cpu_us = 0;  // an answer
};

// Blocks until it is done; ends the process where an answer is not a 200.
[[nodiscard]] auto run_load(LoadOptions const& options) -> LoadResult;

}  // namespace treadle::app
