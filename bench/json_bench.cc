// What parsing, changing and printing an event of about 1 KB costs us, and how that compares with
// simdjson's DOM (which can only read) and Boost.JSON on a monotonic resource. Prints CPU times,
// then ratios.
//
//   json_bench [--benchmark_repetitions=5 --benchmark_report_aggregates_only=true]
#include <cstddef>
#include <map>
#include <simdjson.h>
#include <string>
#include <string_view>

#include <benchmark/benchmark.h>
#include <boost/json.hpp>
#include <fmt/format.h>

#include "treadle/json/arena.h"
#include "treadle/json/parse.h"
#include "treadle/json/print.h"

namespace {

namespace json = treadle::json;

// An order as an event bus delivers it.
constexpr std::string_view kEvent =
    R"({"version":"0","id":"6a7e8feb-b491-4cf7-a9f1-bf3703467718","detail-type":"OrderPlaced",)"
    R"("source":"shop.orders","account":"123456789012","time":"2026-11-23T09:08:07Z","region":"eu-central-1",)"
    R"("resources":["arn:aws:states:eu-central-1:123456789012:stateMachine:Orders"],"detail":{"orderId":"o-000184467",)"
    R"("customer":{"id":48213,"name":"Zoë Müller","email":"zoe@example.com","premium":true,"since":"2019-04-01"},)"
    R"("items":[{"sku":"A-1001","title":"Kettle, 1.7 l","quantity":1,"price":39.95,"tags":["kitchen","steel"]},)"
    R"({"sku":"B-2002","title":"Tea \"Earl Grey\"","quantity":3,"price":4.5,"tags":[]},)"
    R"({"sku":"C-3003","title":"Mug","quantity":2,"price":7.25,"tags":["kitchen"]}],)"
    R"("payment":{"method":"card","authorised":true,"amount":67.95,"currency":"EUR","reference":null},)"
    R"("shipping":{"street":"Lange Straße 12","city":"Berlin","zip":"10115","country":"DE","express":false},)"
    R"("note":"Leave it with the neighbours, please.\nThank you.","attempt":0,"score":0.8731}})";

alignas(16) std::byte arena_memory[16'384];

void treadle_parse(benchmark::State& state) {
  json::Arena arena{arena_memory};
  for (auto _ : state) {
    arena.reset();
    auto const value = json::parse(arena, kEvent);
    benchmark::DoNotOptimize(value->size());
  }
}

void simdjson_parse(benchmark::State& state) {
  simdjson::dom::parser parser;
  simdjson::padded_string const event(kEvent);
  for (auto _ : state) {
    auto const value = parser.parse(event);
    benchmark::DoNotOptimize(value.error());
  }
}

void boost_parse(benchmark::State& state) {
  for (auto _ : state) {
    boost::json::monotonic_resource memory(arena_memory, sizeof(arena_memory));
    auto const value = boost::json::parse({kEvent.data(), kEvent.size()}, &memory);
    benchmark::DoNotOptimize(value.is_object());
  }
}

void treadle_change(benchmark::State& state) {
  json::Arena arena{arena_memory};
  std::string out;
  for (auto _ : state) {
    arena.reset();
    auto const value = json::parse(arena, kEvent);
    auto const detail = json::with_member(arena, *value->find("detail"), "attempt",
                                          json::make_number(arena, std::int64_t{1}));
    out.clear();
    json::append(out, json::with_member(arena, *value, "detail", detail));
    benchmark::DoNotOptimize(out.data());
  }
}

void boost_change(benchmark::State& state) {
  for (auto _ : state) {
    boost::json::monotonic_resource memory(arena_memory, sizeof(arena_memory));
    auto value = boost::json::parse({kEvent.data(), kEvent.size()}, &memory);
    value.as_object()["detail"].as_object()["attempt"] = 1;
    auto const out = boost::json::serialize(value);
    benchmark::DoNotOptimize(out.data());
  }
}

// Prints the tree item by item: the document was parsed without keep_source.
void treadle_print(benchmark::State& state) {
  json::Arena arena;
  auto const value = json::parse(arena, kEvent);
  std::string out;
  for (auto _ : state) {
    out.clear();
    json::append(out, *value);
    benchmark::DoNotOptimize(out.data());
  }
}

void boost_print(benchmark::State& state) {
  auto const value = boost::json::parse({kEvent.data(), kEvent.size()});
  for (auto _ : state) {
    auto const out = boost::json::serialize(value);
    benchmark::DoNotOptimize(out.data());
  }
}

BENCHMARK(simdjson_parse);
BENCHMARK(boost_parse);
BENCHMARK(treadle_parse);
BENCHMARK(boost_change);
BENCHMARK(treadle_change);
BENCHMARK(boost_print);
BENCHMARK(treadle_print);

// Remembers the CPU time of each benchmark: its median where it is repeated.
class RememberingReporter : public benchmark::ConsoleReporter {
 public:
  void ReportRuns(std::vector<Run> const& runs) override {
    ConsoleReporter::ReportRuns(runs);
    for (auto const& run : runs) {
      bool const counts = run.run_type == Run::RT_Iteration || run.aggregate_name == "median";
      if (counts) ns_[run.run_name.function_name] = run.GetAdjustedCPUTime();
    }
  }

  void print_ratio(std::string const& ours, std::string const& baseline) const {
    auto const a = ns_.find(ours);
    auto const b = ns_.find(baseline);
    if (a == ns_.end() || b == ns_.end()) return;
    fmt::print("{:15} {:6.0f} ns = {:.2f} x {} ({:.0f} ns)\n", ours, a->second,
               a->second / b->second, baseline, b->second);
  }

 private:
  std::map<std::string, double> ns_;
};

}  // namespace

auto main(int argc, char** argv) -> int {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  RememberingReporter reporter;
  benchmark::RunSpecifiedBenchmarks(&reporter);
  fmt::print("\nCPU per event of {} bytes\n", kEvent.size());
  reporter.print_ratio("treadle_parse", "simdjson_parse");
  reporter.print_ratio("treadle_parse", "boost_parse");
  reporter.print_ratio("treadle_change", "simdjson_parse");
  reporter.print_ratio("treadle_change", "boost_change");
  reporter.print_ratio("treadle_print", "boost_print");
}
