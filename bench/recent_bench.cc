// What keeping the recent Express executions costs: an execution of four states with three calls and
// 19 history events, with and without it, beside a parse (simdjson) and a serialization (Boost.JSON)
// of the same document in the same run. CPU of one thread; medians of seven rounds.
//
// usage: recent_bench [EXECUTIONS]
#include <algorithm>
#include <array>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <simdjson.h>
#include <string>
#include <vector>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "treadle/asl/parser.h"
#include "treadle/base/random.h"
#include "treadle/base/system_clock.h"
#include "treadle/runtime/express.h"
#include "treadle/runtime/recent_executions.h"
#include "treadle/store/memory_store.h"

namespace treadle {
namespace {

constexpr std::string_view kDefinition = R"({"StartAt":"Parse","States":{
  "Parse":{"Type":"Task","Resource":"arn:aws:lambda:us-east-1:123456789012:function:parse",
    "ResultPath":"$.parsed","Next":"Enrich"},
  "Enrich":{"Type":"Task","Resource":"arn:aws:lambda:us-east-1:123456789012:function:enrich",
    "Next":"Route"},
  "Route":{"Type":"Choice","Default":"Drop","Choices":[
    {"Variable":"$.parsed.type","StringEquals":"metric","Next":"Store"},
    {"Variable":"$.parsed.type","StringEquals":"event","Next":"Drop"}]},
  "Store":{"Type":"Task","Resource":"arn:aws:states:::aws-sdk:timestreamwrite:writeRecords",
    "End":true},
  "Drop":{"Type":"Succeed"}}})";

// About 1 KB, as a device would send it.
auto make_document() -> std::string {
  std::string out =
      R"({"type":"metric","device":{"id":"d-4711","model":"TX-9","firmware":"2.4.1","location":{"lat":52.52,"lon":13.405}},"readings":[)";
  for (int i = 0; i < 10; ++i)
    out += fmt::format(R"({}{{"name":"temperature-{}","value":{}.5,"unit":"C","at":17000000{}}})",
                       i == 0 ? "" : ",", i, 20 + i, 10 + i);
  return out + R"(],"tags":["factory","line-3","hall-b"],"ok":true,"note":"periodic report"})";
}

// Answers before invoke() returns.
class Handlers final : public integrations::Connector {
 public:
  void invoke(integrations::TaskCall call, integrations::CallDone done) override {
    if (call.resource->text.ends_with(":parse"))
      return done(integrations::CallSucceeded{R"({"type":"metric","valid":true})"});
    if (call.resource->text.ends_with(":enrich"))
      return done(integrations::CallSucceeded{std::move(call.parameters)});
    done(integrations::CallSucceeded{R"({"RecordsIngested":{"Total":1}})"});
  }
};

auto thread_cpu_ns() -> double {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

class Bench {
 public:
  explicit Bench(bool keeps) {
    if (keeps)
      recent_ = std::make_unique<runtime::RecentExecutions>(loops_, runtime::ShelfLimits{});
    parts_.emplace(runtime::ExpressParts{.clock = clock_,
                                         .connector = handlers_,
                                         .secret = store_->secret(),
                                         .options = {},
                                         .sink = recent_.get()});
    express_ = std::make_unique<runtime::Express>(loops_, *store_, definitions_, *parts_, random_,
                                                  runtime::IntakeLog::Opened(),
                                                  runtime::ExpressIntake::kMemory);
    machine_ = {
        .id = {1, 1},
        .arn = "arn:aws:states:us-east-1:123456789012:stateMachine:pipeline",
        .name = "pipeline",
        .revision = runtime::revision_of(kDefinition, asl::MachineType::kExpress),
        .role_arn = "arn:aws:iam::123456789012:role/pipeline",
        .definition =
            asl::parse_definition(kDefinition, {.type = asl::MachineType::kExpress}).definition};
  }

  // CPU nanoseconds of one execution.
  auto measure(std::size_t executions) -> double {
    double ns = 0;
    auto& loop = loops_.at(0);
    loop.post([&] {
      auto const begin = thread_cpu_ns();
      for (std::size_t i = 0; i < executions; ++i) run();
      ns = thread_cpu_ns() - begin;
      loop.stop();
    });
    loop.run();
    if (succeeded_ == 0) std::exit(1);
    return ns / static_cast<double>(executions);
  }

 private:
  void run() {
    auto const id = random_.next_entity_id();
    express_->start_sync(
        {.id = id,
         .machine = machine_,
         .execution_arn =
             "arn:aws:states:us-east-1:123456789012:express:pipeline:e:" + uuid_v4(id.high, id.low),
         .name = "e",
         .input = document_,
         .trace_header = {},
         .log = {}},
        [this](runtime::Answer<runtime::ExpressEnd> const& end) {
          if (!end || end->status != runtime::ExecutionStatus::kSucceeded) std::exit(1);
          ++succeeded_;
        });
  }

  std::string const document_ = make_document();
  SystemClock clock_;
  SeededRandom random_{1};
  Handlers handlers_;
  net::EventLoops loops_{1};
  std::unique_ptr<store::Store> store_ = store::make_memory_store({.random = &random_});
  runtime::DefinitionCache definitions_{*store_};
  std::unique_ptr<runtime::RecentExecutions> recent_;
  std::optional<runtime::ExpressParts> parts_;
  std::unique_ptr<runtime::Express> express_;
  runtime::MachineRef machine_;
  std::size_t succeeded_ = 0;
};

auto limit_ns(std::size_t times) -> double {
  auto const text = make_document();
  simdjson::dom::parser parser;
  simdjson::padded_string const padded(text);
  auto const document = boost::json::parse(text);
  std::size_t bytes = 0;
  auto const begin = thread_cpu_ns();
  for (std::size_t i = 0; i < times; ++i) {
    auto const root = parser.parse(padded);
    bytes += boost::json::serialize(document).size() + (root.error() == simdjson::SUCCESS ? 1 : 0);
  }
  auto const ns = thread_cpu_ns() - begin;
  if (bytes == 0) std::exit(1);
  return ns / static_cast<double>(times);
}

auto median(std::vector<double> values) -> double {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

void run(std::size_t executions) {
  constexpr int kRounds = 7;
  Bench without(false);
  Bench with(true);
  std::vector<double> limits;
  std::vector<double> plain;
  std::vector<double> kept;
  without.measure(executions / 10);
  with.measure(executions / 10);
  for (int i = 0; i < kRounds; ++i) {
    limits.push_back(limit_ns(executions));
    plain.push_back(without.measure(executions));
    kept.push_back(with.measure(executions));
  }
  auto const limit = median(limits);
  fmt::print("simdjson parse + Boost.JSON serialize   {:8.0f} ns\n", limit);
  fmt::print("execution, nothing kept                 {:8.0f} ns  {:.2f}x\n", median(plain),
             median(plain) / limit);
  fmt::print("execution, kept with its history        {:8.0f} ns  {:.2f}x\n", median(kept),
             median(kept) / limit);
  fmt::print("keeping it                              {:8.0f} ns  {:.2f}x\n",
             median(kept) - median(plain), (median(kept) - median(plain)) / limit);
}

}  // namespace
}  // namespace treadle

auto main(int argc, char** argv) -> int {
  treadle::run(argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 100'000);
  return 0;
}
