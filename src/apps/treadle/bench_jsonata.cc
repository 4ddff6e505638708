// Four states in JSONata, in memory, by decide() alone: what expressions cost an execution.

#include <algorithm>
#include <simdjson.h>

#include <boost/json.hpp>

#include "apps/treadle/bench.h"
#include "apps/treadle/bench_pipeline.h"
#include "apps/treadle/bench_proxy.h"

namespace treadle::app {
namespace {

constexpr std::string_view kDefinition = R"({"QueryLanguage":"JSONata","StartAt":"Parse","States":{
  "Parse":{"Type":"Pass","Assign":{"known":"{% $exists($states.input.device) %}"},
    "Output":"{% $merge([$states.input, {'parsed': {'source': 'sensor', 'valid': true}}]) %}","Next":"Route"},
  "Route":{"Type":"Choice","Choices":[{"Condition":"{% $states.input.type = 'event' %}","Next":"Drop"},
    {"Condition":"{% $known and $states.input.type = 'metric' %}","Next":"Enrich"}],"Default":"Drop"},
  "Enrich":{"Type":"Pass",
    "Output":"{% $merge([$states.input, {'region': 'eu-central-1', 'tags': $count($states.input.tags)}]) %}","Next":"Store"},
  "Store":{"Type":"Pass","End":true},
  "Drop":{"Type":"Succeed"}}})";
constexpr std::size_t kEvents = 10;  // of its journal

}  // namespace

auto bench_jsonata(BenchSettings const& settings) -> std::vector<Figure> {
  auto const event = device_message("metric");
  ProxyRun proxy(kDefinition, event);
  simdjson::dom::parser parser;
  simdjson::padded_string const padded(event);
  auto const document = boost::json::parse(event);
  std::vector<double> ours;
  std::vector<double> limits;
  for (int i = 0; i < settings.rounds; ++i) {
    limits.push_back(cpu_ns(settings.seconds / 2, [&] {
      auto const root = parser.parse(padded);
      return boost::json::serialize(document).size() + (root.error() == simdjson::SUCCESS ? 1 : 0);
    }));
    ours.push_back(cpu_ns(settings.seconds / 2, [&] { return proxy.run(kEvents); }));
  }
  std::ranges::sort(ours);
  std::ranges::sort(limits);
  auto const median = ours[ours.size() / 2];
  auto const limit = limits[limits.size() / 2];
  Figure const cpu{.figure = "JSONata",
                   .what = "four states with five expressions, CPU an execution",
                   .value = median,
                   .unit = "ns",
                   .limit = limit,
                   .limit_what = "simdjson parse + Boost.JSON serialize",
                   .ratio = median / limit,
                   .reach = "-",
                   .ok = true};
  Figure const rate{.figure = "JSONata",
                    .what = "the same a core",
                    .value = 1e9 / median,
                    .unit = "/s",
                    .limit_what = {},
                    .reach = "-",
                    .ok = true};
  return {cpu, rate};
}

}  // namespace treadle::app
