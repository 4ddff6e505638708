// P1: the four-state pipeline through the library, functions of this process for its handlers and targets,
// its 19 history events kept. P1p, its proxy: four Pass and Choice states by decide() alone, ten events.

#include <chrono>
#include <simdjson.h>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "apps/treadle/bench.h"
#include "apps/treadle/bench_pipeline.h"
#include "apps/treadle/bench_proxy.h"

namespace treadle::app {
namespace {

constexpr std::string_view kDefinition = R"({"StartAt":"Parse","States":{
  "Parse":{"Type":"Pass","Result":{"source":"sensor","valid":true},"ResultPath":"$.parsed","Next":"Route"},
  "Route":{"Type":"Choice","Choices":[{"Variable":"$.type","StringEquals":"event","Next":"Drop"},
    {"Variable":"$.type","StringEquals":"metric","Next":"Enrich"}],"Default":"Drop"},
  "Enrich":{"Type":"Pass","Result":"eu-central-1","ResultPath":"$.region","Next":"Store"},
  "Store":{"Type":"Pass","End":true},
  "Drop":{"Type":"Succeed"}}})";

}  // namespace

auto proxy_definition() -> std::string_view { return kDefinition; }

namespace {

// The pipeline through the library, on one thread of the engine.
class PipelineBench {
 public:
  explicit PipelineBench(BenchSettings const& settings)
      : engine_(open_pipeline(1, &histories_, settings.machine)), messages_(device_messages()) {}

  // CPU nanoseconds of an execution, of the whole process.
  auto run(double seconds) -> double {
    auto const before = histories_.executions();
    auto const begin = cpu_seconds();
    run_pipeline(engine_, messages_, seconds);
    auto const spent = cpu_seconds() - begin;
    return spent * 1e9 / static_cast<double>(histories_.executions() - before);
  }

  [[nodiscard]] auto describe() const -> std::string {
    return fmt::format("four-state listing with functions and targets, {:.1f} events kept",
                       static_cast<double>(histories_.history_events()) /
                           static_cast<double>(histories_.executions()));
  }

 private:
  KeptHistories histories_;
  treadle::Engine engine_;
  std::array<std::string, 3> messages_;
};

}  // namespace

auto bench_express(BenchSettings const& settings) -> std::vector<Figure> {
  auto const event = device_message("metric");
  ProxyRun proxy(kDefinition, event);
  PipelineBench pipeline(settings);
  simdjson::dom::parser parser;
  simdjson::padded_string const padded(event);
  auto const document = boost::json::parse(event);
  std::vector<double> limits, proxies, pipelines;
  auto const each = settings.seconds / 3;
  for (int i = 0; i < settings.rounds; ++i) {
    limits.push_back(cpu_ns(each, [&] {
      auto const root = parser.parse(padded);
      return boost::json::serialize(document).size() + (root.error() == simdjson::SUCCESS ? 1 : 0);
    }));
    proxies.push_back(cpu_ns(each, [&] { return proxy.run(10); }));
    pipelines.push_back(pipeline.run(each));
  }
  auto const limit = median(limits);
  constexpr auto kLimit = "simdjson parse + Boost.JSON serialize";
  auto const whole = pipeline.describe();
  return {beside(named("P1", whole + ", CPU an execution", median(pipelines), "ns"), limit, kLimit,
                 Bound::kAtMost, 4.0),
          alone(named("P1", "the same a core", 1e9 / median(pipelines), "/s"), Bound::kAtLeast,
                200'000),
          beside(named("P1p", "four-state Pass/Choice proxy, 10 events kept, CPU an execution",
                       median(proxies), "ns"),
                 limit, kLimit, Bound::kAtMost, 3.0),
          alone(named("P1p", "the same a core", 1e9 / median(proxies), "/s"), Bound::kAtLeast,
                200'000)};
}

}  // namespace treadle::app
