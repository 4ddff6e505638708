// What the benchmarks of `treadle bench` share: figures beside the limit that was
// measured in the same run.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace treadle::app {

// One figure of docs/performance.md. `reach` is what `ratio` (or, without a limit,
// `value`) has to be.
struct Figure {
  std::string figure;  // "P5"
  std::string what;    // "one at a time: p50 of an execution"
  double value = 0;
  std::string unit;
  double limit = 0;  // 0: the figure stands alone
  std::string limit_what;
  double ratio = 0;   // value / limit
  std::string reach;  // "<= 3"
  bool ok = false;
};

enum class Format : std::uint8_t { kText, kJson };
void print_figure(Figure const& figure, Format format);

// Sets ratio and ok: `at_most` or at least `bound`.
enum class Bound : std::uint8_t { kAtMost, kAtLeast };
[[nodiscard]] auto beside(Figure figure, double limit, std::string limit_what, Bound bound,
                          double wanted) -> Figure;
[[nodiscard]] auto alone(Figure figure, Bound bound, double wanted) -> Figure;

// A figure without its bound.
[[nodiscard]] auto named(std::string figure, std::string what, double value, std::string unit)
    -> Figure;

// Ends the process: the benchmark can't say anything.
[[noreturn]] void give_up(std::string_view why);

// CPU seconds of this process so far, user and system.
[[nodiscard]] auto cpu_seconds() -> double;
// Resident bytes of this process.
[[nodiscard]] auto resident_bytes() -> double;
// A port of 127.0.0.1 that nobody listens on just now; 0 where there is none.
[[nodiscard]] auto free_port() -> std::uint16_t;
// The median of `rounds` calls.
[[nodiscard]] auto median_of(int rounds, std::function<double()> const& measure) -> double;
[[nodiscard]] auto median(std::vector<double> values) -> double;

struct BenchSettings {
  Format format = Format::kText;
  double seconds = 2.0;  // of each measurement
  int rounds = 5;
  std::string directory;             // for what must be on disk
  std::string machine;               // P1's definition in other words; empty: the built-in one
  std::size_t open = 1'000'000;      // P11: the most executions that are open beside
  std::uint64_t events = 1'000'000;  // of the pipeline into local services
};

auto bench_express(BenchSettings const& settings) -> std::vector<Figure>;
auto bench_growth(BenchSettings const& settings) -> std::vector<Figure>;
auto bench_standard(BenchSettings const& settings) -> std::vector<Figure>;
auto bench_memory(BenchSettings const& settings) -> std::vector<Figure>;
auto bench_approvals(BenchSettings const& settings) -> std::vector<Figure>;
auto bench_http(BenchSettings const& settings) -> std::vector<Figure>;
auto bench_stream(BenchSettings const& settings) -> std::vector<Figure>;
auto bench_jsonata(BenchSettings const& settings) -> std::vector<Figure>;
auto bench_targets(BenchSettings const& settings) -> std::vector<Figure>;
auto bench_logging(BenchSettings const& settings) -> std::vector<Figure>;

// P1's proxy of four states.
[[nodiscard]] auto proxy_definition() -> std::string_view;

}  // namespace treadle::app
