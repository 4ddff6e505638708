// P1: the four-state pipeline through the library, functions of this process for its handlers and targets,
// its 19 history events kept. P1p, its proxy: four Pass and Choice states by decide() alone, ten events.

#include <chrono>
#include <simdjson.h>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "apps/treadle/bench.h"
#include "apps/treadle/bench_pipeline.h"
#include "treadle/asl/parser.h"
#include "treadle/base/random.h"
#include "treadle/interpreter/decide.h"

namespace treadle::app {
namespace {

constexpr std::string_view kDefinition = R"({"StartAt":"Parse","States":{
  "Parse":{"Type":"Pass","Result":{"source":"sensor","valid":true},"ResultPath":"$.parsed","Next":"Route"},
  "Route":{"Type":"Choice","Choices":[{"Variable":"$.type","StringEquals":"event","Next":"Drop"},
    {"Variable":"$.type","StringEquals":"metric","Next":"Enrich"}],"Default":"Drop"},
  "Enrich":{"Type":"Pass","Result":"eu-central-1","ResultPath":"$.region","Next":"Store"},
  "Store":{"Type":"Pass","End":true},
  "Drop":{"Type":"Succeed"}}})";

class NoTokens : public interpreter::TokenMint {
 public:
  [[nodiscard]] auto token(record::HistoryId, std::uint32_t) const -> std::string override {
    return {};
  }
};

}  // namespace

auto proxy_definition() -> std::string_view { return kDefinition; }

namespace {

// Runs executions one after the other in one arena.
class Proxy {
 public:
  explicit Proxy(std::string_view event)
      : event_(event), definition_(asl::parse_definition(kDefinition).definition) {}

  // The size of the output, so that nothing is left out.
  auto run() -> std::size_t {
    arena_.reset();
    events_.clear();
    interpreter::ExecutionState state;
    record::PayloadTable payloads(arena_);
    interpreter::World world{.now = Timestamp{}, .random = random_, .tokens = tokens_};
    interpreter::decide(state, *definition_, command(), world, payloads, events_);
    if (state.status != interpreter::Status::kSucceeded || events_.size() != 10)
      give_up("the proxy did not run");
    return payloads.text(state.output).size();
  }

 private:
  [[nodiscard]] auto command() const -> record::StartExecution {
    return {.execution_arn = "arn:aws:states:us-east-1:123456789012:express:proxy:e:1",
            .name = "e",
            .state_machine_arn = "arn:aws:states:us-east-1:123456789012:stateMachine:proxy",
            .state_machine_name = "proxy",
            .revision = "r",
            .role_arn = "arn:aws:iam::123456789012:role/r",
            .trace_header = {},
            .input = event_};
  }

  std::string_view event_;
  asl::DefinitionPtr definition_;
  json::Arena arena_;
  SeededRandom random_{1};
  NoTokens tokens_;
  std::vector<record::JournalEvent> events_;
};

// CPU nanoseconds of one call.
auto cpu_ns(double seconds, std::function<std::size_t()> const& work) -> double {
  std::size_t calls = 0;
  std::size_t sink = 0;
  auto const begin = cpu_seconds();
  auto const end = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
  while (std::chrono::steady_clock::now() < end)
    for (int i = 0; i < 1'000; ++i, ++calls) sink += work();
  auto const spent = cpu_seconds() - begin;
  if (sink == 0) give_up("nothing was done");
  return spent * 1e9 / static_cast<double>(calls);
}

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
  Proxy proxy(event);
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
    proxies.push_back(cpu_ns(each, [&] { return proxy.run(); }));
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
