// What logging costs: P1's pipeline where nothing is configured, and at each level, in turns.

#include <fmt/format.h>

#include "apps/treadle/bench.h"
#include "apps/treadle/bench_pipeline.h"
#include "apps/treadle/execution_logs.h"
#include "apps/treadle/node.h"
#include "treadle/library/access.h"

namespace treadle::app {
namespace {

using runtime::HistoryLevel;

// An engine of one thread that logs into files below a folder.
class Logging {
 public:
  explicit Logging(BenchSettings const& settings)
      : services_({}, loops_, clock_, random_),
        logs_(open_logs(settings)),
        engine_(open_pipeline(1, logs_.get(), settings.machine)) {}

  void set(HistoryLevel level, bool with_data) {
    auto const set = library::Access::log(
        engine_, "pipeline",
        {.level = level, .with_data = with_data, .group = "/aws/vendedlogs/states/pipeline"});
    if (!set) give_up(set.error());
  }
  [[nodiscard]] auto engine() -> treadle::Engine& { return engine_; }
  [[nodiscard]] auto logs() -> ExecutionLogs& { return *logs_; }

 private:
  auto open_logs(BenchSettings const& settings) -> std::unique_ptr<ExecutionLogs> {
    LogsOptions options;
    options.place = LogsPlace::kFiles;
    options.files.folder = settings.directory + "/logs";
    auto logs = ExecutionLogs::open(std::move(options), {.configuration = services_.configuration(),
                                                         .caller = services_.caller(),
                                                         .clock = clock_,
                                                         .random = random_});
    if (!logs) give_up(logs.error());
    return std::move(*logs);
  }

  SystemClock clock_;
  SharedRandom random_;
  net::EventLoops loops_{1};  // which nothing runs on
  TaskServices services_;
  std::unique_ptr<ExecutionLogs> logs_;
  treadle::Engine engine_;
};

struct Level {
  std::string_view name;
  HistoryLevel level;
  bool with_data = false;
  double reach = 0;  // times no logging; 0: none
  std::vector<double> costs{};
  std::vector<double> ratios{};
  std::uint64_t taken = 0;
  std::uint64_t dropped = 0;
};

// CPU nanoseconds of an execution, with what is written of it.
auto cost(treadle::Engine& engine, ExecutionLogs* logs, double seconds) -> double {
  static auto const messages = device_messages();
  auto const begin = cpu_seconds();
  std::uint64_t count = 0;
  // None where the machine had no time for it.
  while (count == 0) count = run_pipeline(engine, messages, seconds);
  if (logs != nullptr) logs->flush();
  return (cpu_seconds() - begin) * 1e9 / static_cast<double>(count);
}

void measure(Logging& logging, Level& level, double without, double seconds) {
  logging.set(level.level, level.with_data);
  auto const before = logging.logs().counts();
  auto const spent = cost(logging.engine(), &logging.logs(), seconds);
  auto const after = logging.logs().counts();
  level.costs.push_back(spent);
  level.ratios.push_back(spent / without);
  level.taken += after.taken - before.taken;
  level.dropped += after.dropped - before.dropped;
}

auto figure_of(Level const& level) -> Figure {
  auto what = fmt::format("P1's pipeline logging {}{}", level.name,
                          level.level == HistoryLevel::kAll ? ", to files" : "");
  if (level.dropped > 0)
    what +=
        fmt::format(", {:.0f} % of records dropped",
                    100.0 * static_cast<double>(level.dropped) / static_cast<double>(level.taken));
  auto const value = median(level.costs);
  auto const ratio = median(level.ratios);
  auto figure = beside(named("Logs", std::move(what), value, "ns"), value / ratio,
                       "nothing configured", Bound::kAtMost, level.reach);
  if (level.reach == 0) {
    figure.reach = "-";
    figure.ok = true;
  }
  return figure;
}

}  // namespace

auto bench_logging(BenchSettings const& settings) -> std::vector<Figure> {
  constexpr double kFree = 1.05;
  Logging logging(settings);
  auto without = open_pipeline(1, nullptr, settings.machine);
  Level levels[] = {{"OFF", HistoryLevel::kOff, false, kFree},
                    {"FATAL", HistoryLevel::kFatal, false, kFree},
                    {"ERROR", HistoryLevel::kError, false, kFree},
                    {"ERROR with data", HistoryLevel::kError, true, kFree},
                    {"ALL", HistoryLevel::kAll},
                    {"ALL with data", HistoryLevel::kAll, true}};
  std::vector<double> costs;
  auto const each = settings.seconds / 4;
  for (int i = 0; i < settings.rounds; ++i)
    for (auto& level : levels) {
      // Before and after, so that a machine that gets faster or slower meanwhile counts for neither.
      auto const before = cost(without, nullptr, each / 2);
      measure(logging, level, before, each);
      auto const after = cost(without, nullptr, each / 2);
      level.ratios.back() *= before / ((before + after) / 2);
      costs.push_back((before + after) / 2);
    }
  auto none = named("Logs", "P1's pipeline, nothing configured", median(costs), "ns");
  none.reach = "-";
  none.ok = true;
  std::vector<Figure> out{std::move(none)};
  for (auto const& level : levels) out.push_back(figure_of(level));
  return out;
}

}  // namespace treadle::app
