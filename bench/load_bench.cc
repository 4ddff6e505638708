// How long it takes to wake a long execution: with its snapshot, beside a fold of its whole journal.
//
// usage: load_bench [EVENTS]
//
// One function a turn, about 7 history events and one journal row each, in a store in memory and in
// RocksDB on /dev/shm; figures are medians.
#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <future>
#include <string>
#include <unistd.h>
#include <vector>

#include <fmt/format.h>

#include "treadle/asl/parser.h"
#include "treadle/base/random.h"
#include "treadle/base/system_clock.h"
#include "treadle/net/event_loop.h"
#include "treadle/runtime/engine.h"
#include "treadle/runtime/live_execution.h"
#include "treadle/store/memory_store.h"
#include "treadle/store/rocksdb_store.h"

namespace treadle {
namespace {

constexpr std::string_view kDefinition =
    R"({"StartAt":"T","States":{"T":{"Type":"Task",)"
    R"("Resource":"arn:aws:lambda:us-east-1:123456789012:function:f","ResultPath":"$.go",)"
    R"("Next":"C"},"C":{"Type":"Choice","Choices":[)"
    R"({"Variable":"$.go","BooleanEquals":true,"Next":"T"}],"Default":"E"},)"
    R"("E":{"Type":"Succeed"}}})";
constexpr std::string_view kArn = "arn:aws:states:us-east-1:123456789012:execution:m:e";

// Answers so many calls at once and leaves the next one open.
class Answers final : public integrations::Connector {
 public:
  explicit Answers(std::uint64_t calls) : left_(calls) {}
  void invoke(integrations::TaskCall, integrations::CallDone done) override {
    if (left_ == 0) return all_.set_value();
    --left_;
    done(integrations::CallSucceeded{"true"});
  }
  void wait() { all_.get_future().wait(); }

 private:
  std::uint64_t left_;
  std::promise<void> all_;
};

void commit(store::Store& store, store::Batch batch) {
  std::promise<void> done;
  store.submit(std::move(batch), [&](store::CommitOutcome) { done.set_value(); });
  done.get_future().wait();
}

auto median_load(store::Store const& store, runtime::DefinitionCache& definitions,
                 runtime::Place place) -> double {
  std::vector<double> times;
  for (int i = 0; i < 51; ++i) {
    json::Arena arena;
    auto const begin = std::chrono::steady_clock::now();
    auto const live = runtime::LiveExecution::load(store, definitions, place, arena);
    std::chrono::duration<double, std::micro> const took = std::chrono::steady_clock::now() - begin;
    if (!live || !*live) std::exit(1);
    times.push_back(took.count());
  }
  std::ranges::nth_element(times, times.begin() + 25);
  return times[25];
}

void measure(std::string_view name, store::Store& store, std::uint64_t events) {
  SystemClock const clock;
  SystemRandom random;
  net::EventLoops loops(1);
  Answers answers(events / 7);
  runtime::EngineOptions options;
  options.history_events_max = static_cast<std::uint32_t>(events + 1'000);
  runtime::Engine engine(store, loops, answers, clock, random, options,
                         [](std::string const&) { std::exit(74); });
  loops.start();
  runtime::MachineRef machine{.id = {1, 1},
                              .arn = "arn:aws:states:us-east-1:123456789012:stateMachine:m",
                              .name = "m",
                              .revision = runtime::revision_of(kDefinition, {}),
                              .role_arn = "arn:r",
                              .definition = asl::parse_definition(kDefinition).definition};
  store::Batch revision;
  engine.definitions().add(revision, machine.revision, {}, machine.definition);
  commit(store, std::move(revision));
  engine.start_execution({.machine = machine,
                          .execution_arn = std::string(kArn),
                          .name = "e",
                          .input = R"({"first":"payload"})",
                          .trace_header = {}},
                         [](auto const&) {});
  answers.wait();
  loops.stop();
  auto const place = *runtime::read_place(**store.get(store::Table::kName, kArn));
  auto const with = median_load(store, engine.definitions(), place);
  store::Batch erase;
  erase.erase(store::Table::kSnapshot, runtime::place_key(place));
  commit(store, std::move(erase));
  auto const without = median_load(store, engine.definitions(), place);
  fmt::print("{:<8} {} events: snapshot {:.0f} us, whole journal {:.0f} us, ratio {:.1f}\n", name,
             events, with, without, without / with);
}

}  // namespace
}  // namespace treadle

auto main(int argc, char** argv) -> int {
  auto const events = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 20'000;
  auto const memory = treadle::store::make_memory_store();
  treadle::measure("memory", *memory, events);
  auto const directory =
      std::filesystem::path("/dev/shm") / fmt::format("load_bench-{}", ::getpid());
  {
    auto const opened = treadle::store::open_rocksdb_store({.directory = directory});
    if (!opened) return 1;
    treadle::measure("rocksdb", **opened, events);
  }
  std::filesystem::remove_all(directory);
  return 0;
}
