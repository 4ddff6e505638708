// P9 and P10: what an idle server and a waiting execution cost, and how soon a server answers.

#include <algorithm>
#include <arpa/inet.h>
#include <chrono>
#include <fstream>
#include <netinet/in.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include <fmt/format.h>

#include "apps/treadle/bench.h"

namespace treadle::app {
namespace {

using SteadyClock = std::chrono::steady_clock;

auto answers(std::uint16_t port) -> bool {
  int const fd = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  bool ok = fd >= 0 && connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  constexpr std::string_view kRequest =
      "GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
  char buffer[32];
  ok = ok && write(fd, kRequest.data(), kRequest.size()) > 0 &&
       read(fd, buffer, sizeof buffer) > 12 && std::string_view(buffer).starts_with("HTTP/1.1 200");
  if (fd >= 0) close(fd);
  return ok;
}

auto resident_of(pid_t pid) -> double {
  std::ifstream in(fmt::format("/proc/{}/statm", pid));
  double total = 0;
  double resident = 0;
  in >> total >> resident;
  return resident * static_cast<double>(sysconf(_SC_PAGESIZE));
}

struct Started {
  double ms = 0;
  double resident = 0;
};

// Starts this very program as a server on an empty store, and ends it again.
auto start_server(std::string const& data) -> Started {
  auto const listen = fmt::format("127.0.0.1:{}", free_port());
  std::string self(4096, '\0');
  self.resize(static_cast<std::size_t>(readlink("/proc/self/exe", self.data(), self.size())));
  std::string arguments[] = {self, "server", "--data", data, "--listen", listen};
  char* argv[] = {arguments[0].data(),
                  arguments[1].data(),
                  arguments[2].data(),
                  arguments[3].data(),
                  arguments[4].data(),
                  arguments[5].data(),
                  nullptr};
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", 1, 0);
  posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", 1, 0);
  pid_t pid = 0;
  auto const begin = SteadyClock::now();
  if (posix_spawn(&pid, self.c_str(), &actions, nullptr, argv, environ) != 0)
    give_up("can't start the server");
  auto const port = static_cast<std::uint16_t>(std::stoi(listen.substr(listen.rfind(':') + 1)));
  while (!answers(port) && SteadyClock::now() - begin < std::chrono::seconds(10))
    std::this_thread::yield();
  auto const ms = std::chrono::duration<double, std::milli>(SteadyClock::now() - begin).count();
  auto const resident = resident_of(pid);
  kill(pid, SIGTERM);
  waitpid(pid, nullptr, 0);
  posix_spawn_file_actions_destroy(&actions);
  return {ms, resident};
}

}  // namespace

auto bench_memory(BenchSettings const& settings) -> std::vector<Figure> {
  std::vector<double> ms;
  std::vector<double> resident;
  for (int i = 0; i < settings.rounds; ++i) {
    auto const started = start_server(fmt::format("{}/start-{}", settings.directory, i));
    ms.push_back(started.ms);
    resident.push_back(started.resident / 1e6);
  }
  std::ranges::sort(ms);
  std::ranges::sort(resident);
  auto const middle = ms.size() / 2;
  return {alone({.figure = "P9",
                 .what = "memory of an empty server",
                 .value = resident[middle],
                 .unit = "MB",
                 .limit_what = {},
                 .reach = {}},
                Bound::kAtMost, 30),
          alone({.figure = "P10",
                 .what = "from exec to the first answer, empty store",
                 .value = ms[middle],
                 .unit = "ms",
                 .limit_what = {},
                 .reach = {}},
                Bound::kAtMost, 50)};
}

}  // namespace treadle::app
