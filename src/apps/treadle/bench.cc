// treadle bench: the figures of docs/performance.md, each beside its limit.

#include "apps/treadle/bench.h"

#include <algorithm>
#include <arpa/inet.h>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/utsname.h>
#include <thread>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "apps/treadle/command.h"
#include "apps/treadle/files.h"
#include "apps/treadle/version.h"

namespace treadle::app {

void print_figure(Figure const& f, Format format) {
  if (format == Format::kJson) {
    fmt::print(
        "{{\"figure\":\"{}\",\"what\":\"{}\",\"value\":{:.3f},\"unit\":\"{}\",\"limit\":{:.3f},"
        "\"ratio\":{:.3f},"
        "\"reach\":\"{}\",\"ok\":{}}}\n",
        f.figure, f.what, f.value, f.unit, f.limit, f.ratio, f.reach, f.ok);
  } else if (f.limit > 0) {
    fmt::print("{:<4} {:<58} {:>12.1f} {:<6} limit {:>12.1f} ({})  ratio {:.2f}  reach {} {}\n",
               f.figure, f.what, f.value, f.unit, f.limit, f.limit_what, f.ratio, f.reach,
               f.ok ? "ok" : "SHORT");
  } else {
    fmt::print("{:<4} {:<58} {:>12.1f} {:<6} reach {} {}\n", f.figure, f.what, f.value, f.unit,
               f.reach, f.ok ? "ok" : "SHORT");
  }
  std::fflush(stdout);
}

namespace {

auto holds(Bound bound, double value, double wanted) -> bool {
  return bound == Bound::kAtMost ? value <= wanted : value >= wanted;
}

auto reach_text(Bound bound, double wanted) -> std::string {
  return fmt::format("{} {}", bound == Bound::kAtMost ? "<=" : ">=", wanted);
}

}  // namespace

auto beside(Figure f, double limit, std::string limit_what, Bound bound, double wanted) -> Figure {
  f.limit = limit;
  f.limit_what = std::move(limit_what);
  f.ratio = f.value / limit;
  f.reach = reach_text(bound, wanted);
  f.ok = holds(bound, f.ratio, wanted);
  return f;
}

auto alone(Figure f, Bound bound, double wanted) -> Figure {
  f.reach = reach_text(bound, wanted);
  f.ok = holds(bound, f.value, wanted);
  return f;
}

void give_up(std::string_view why) {
  fmt::print(stderr, "treadle bench: {}\n", why);
  // Threads run that others' ends would surprise.
  std::_Exit(kFailed);
}

auto cpu_seconds() -> double {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  auto const seconds = [](timeval t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) * 1e-6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

auto resident_bytes() -> double {
  std::ifstream in("/proc/self/statm");
  double total = 0;
  double resident = 0;
  in >> total >> resident;
  return resident * static_cast<double>(sysconf(_SC_PAGESIZE));
}

auto free_port() -> std::uint16_t {
  int const fd = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  bool const bound = fd >= 0 &&
                     bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0 &&
                     getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0;
  if (fd >= 0) close(fd);
  return bound ? ntohs(address.sin_port) : std::uint16_t{0};
}

auto median_of(int rounds, std::function<double()> const& measure) -> double {
  std::vector<double> values;
  for (int i = 0; i < rounds; ++i) values.push_back(measure());
  return median(std::move(values));
}

auto median(std::vector<double> values) -> double {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

auto named(std::string figure, std::string what, double value, std::string unit) -> Figure {
  return {.figure = std::move(figure),
          .what = std::move(what),
          .value = value,
          .unit = std::move(unit),
          .limit_what = {},
          .reach = {}};
}

namespace {

struct Benchmark {
  std::string_view name;
  std::vector<Figure> (*run)(BenchSettings const&);
};

constexpr Benchmark kBenchmarks[] = {{"express", bench_express},  {"growth", bench_growth},
                                     {"http", bench_http},        {"stream", bench_stream},
                                     {"jsonata", bench_jsonata},  {"standard", bench_standard},
                                     {"memory", bench_memory},    {"approvals", bench_approvals},
                                     {"pipeline", bench_targets}, {"logging", bench_logging}};

auto benchmark_names() -> std::vector<std::string> {
  std::vector<std::string> names;
  for (auto const& benchmark : kBenchmarks) names.emplace_back(benchmark.name);
  return names;
}

void print_machine() {
  utsname name{};
  uname(&name);
  fmt::print(
      "# treadle {} ({}), {} {} {}, {} cores; medians of several runs; a figure is CPU or a ratio "
      "to "
      "a limit measured in this run\n",
      version(), commit(), name.sysname, name.release, name.machine,
      std::thread::hardware_concurrency());
}

}  // namespace

auto run_bench(std::span<std::string const> arguments) -> int {
  CLI::App app(
      "Measures and prints figures beside the limit that the machine gives in the same run.",
      "treadle bench");
  BenchSettings settings;
  std::string which;
  std::string format = "text";
  std::string machine;
  std::string directory = std::filesystem::temp_directory_path();
  app.add_option("BENCHMARK", which, fmt::format("{}", fmt::join(benchmark_names(), ", ")))
      ->required()
      ->check(CLI::IsMember(benchmark_names()));
  app.add_option("--seconds", settings.seconds, "of each measurement")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--rounds", settings.rounds, "of which the median is taken")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--dir", directory, "where data is written, and deleted again")
      ->capture_default_str();
  app.add_option(
      "--machine", machine,
      "express, pipeline, logging: a definition to run instead of the built-in pipeline, "
      "with the same functions `parse` and `enrich` and services");
  app.add_option("--events", settings.events, "pipeline: how many run through it")
      ->check(CLI::Range(30UL, 999'999'999UL))
      ->capture_default_str();
  app.add_option("--open", settings.open, "growth: executions that are open beside, at the most")
      ->check(CLI::Range(10UL, 100'000'000UL))
      ->capture_default_str();
  app.add_option("--format", format)->check(CLI::IsMember({"text", "json"}))->capture_default_str();
  if (auto const status = parse_arguments(app, {arguments.begin(), arguments.end()}))
    return *status;
  settings.format = format == "json" ? Format::kJson : Format::kText;
  if (!machine.empty()) {
    auto text = read_file(machine);
    if (!text) give_up("can't read " + machine);
    settings.machine = std::move(*text);
  }
  settings.directory = directory + "/treadle-bench-" + std::to_string(getpid());
  std::filesystem::create_directories(settings.directory);
  if (settings.format == Format::kText) print_machine();
  for (auto const& benchmark : kBenchmarks)
    if (benchmark.name == which) {
      for (auto const& figure : benchmark.run(settings)) print_figure(figure, settings.format);
    }
  std::filesystem::remove_all(settings.directory);
  return kOk;
}

}  // namespace treadle::app
