// P1's proxy: an execution of four Pass and Choice states, in memory, with all ten
// history events kept.

#include <chrono>
#include <simdjson.h>

#include <boost/json.hpp>

#include "apps/treadle/bench.h"
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

// A document of about 1 KB, as a device would send it.
auto make_event() -> std::string {
  std::string out =
      R"({"type":"metric","device":{"id":"d-4711","model":"TX-9","firmware":"2.4.1","location":{"lat":52.52,"lon":13.405}},"readings":[)";
  for (int i = 0; i < 10; ++i) {
    if (i != 0) out += ',';
    out += R"({"name":"temperature-)" + std::to_string(i) + R"(","value":)" +
           std::to_string(20 + i) + R"(.5,"unit":"C","at":17000000)" + std::to_string(10 + i) + "}";
  }
  return out + R"(],"tags":["factory","line-3","hall-b"],"ok":true,"note":"periodic report"})";
}

class NoTokens : public interpreter::TokenMint {
 public:
  [[nodiscard]] auto token(record::HistoryId, std::uint32_t) const -> std::string override {
    return {};
  }
};

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

}  // namespace

auto bench_express(BenchSettings const& settings) -> std::vector<Figure> {
  auto const event = make_event();
  Proxy proxy(event);
  simdjson::dom::parser parser;
  simdjson::padded_string const padded(event);
  auto const document = boost::json::parse(event);
  std::vector<double> ours;
  std::vector<double> limits;
  auto const each = settings.seconds / 2;
  for (int i = 0; i < settings.rounds; ++i) {
    limits.push_back(cpu_ns(each, [&] {
      auto const root = parser.parse(padded);
      return boost::json::serialize(document).size() + (root.error() == simdjson::SUCCESS ? 1 : 0);
    }));
    ours.push_back(cpu_ns(each, [&] { return proxy.run(); }));
  }
  std::ranges::sort(ours);
  std::ranges::sort(limits);
  auto const median = ours[ours.size() / 2];
  return {beside({.figure = "P1p",
                  .what = "four-state Pass/Choice proxy, 10 events kept, CPU an execution",
                  .value = median,
                  .unit = "ns",
                  .limit_what = {},
                  .reach = {}},
                 limits[limits.size() / 2], "simdjson parse + Boost.JSON serialize", Bound::kAtMost,
                 3.0),
          alone({.figure = "P1p",
                 .what = "the same a core",
                 .value = 1e9 / median,
                 .unit = "/s",
                 .limit_what = {},
                 .reach = {}},
                Bound::kAtLeast, 200'000)};
}

}  // namespace treadle::app
