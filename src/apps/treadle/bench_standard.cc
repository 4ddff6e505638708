// P5: durable four-step executions on RocksDB, beside a bare group-committed log of
// the same bytes. P10: start.

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <filesystem>
#include <mutex>

#include <fmt/format.h>

#include "apps/treadle/bench.h"
#include "treadle/asl/parser.h"
#include "treadle/base/random.h"
#include "treadle/base/system_clock.h"
#include "treadle/runtime/engine.h"
#include "treadle/store/fdatasync_probe.h"
#include "treadle/store/rocksdb_store.h"

namespace treadle::app {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr std::string_view kDefinition = R"({"StartAt":"A","States":{
  "A":{"Type":"Task","Resource":"arn:aws:lambda:us-east-1:123456789012:function:a","ResultPath":"$.a","Next":"B"},
  "B":{"Type":"Task","Resource":"arn:aws:lambda:us-east-1:123456789012:function:b","ResultPath":"$.b","Next":"C"},
  "C":{"Type":"Task","Resource":"arn:aws:lambda:us-east-1:123456789012:function:c","ResultPath":"$.c","Next":"D"},
  "D":{"Type":"Task","Resource":"arn:aws:lambda:us-east-1:123456789012:function:d","ResultPath":"$.d","End":true}}})";
constexpr int kCommitsAnExecution = 5;

// Answers every call at once, in process.
class InstantConnector : public integrations::Connector {
 public:
  void invoke(integrations::TaskCall, integrations::CallDone done) override {
    done(integrations::CallSucceeded{R"({"ok":true,"reference":"6b1f0f2e"})"});
  }
};

// Counts what is written.
class CountingStore : public store::Store {
 public:
  explicit CountingStore(store::Store& inner) : inner_(inner) {}
  void submit(store::Batch&& batch, store::CommitCallback done) override {
    bytes += batch.bytes();
    ++commits;
    inner_.submit(std::move(batch), std::move(done));
  }
  auto pressure() const -> double override { return inner_.pressure(); }
  auto get(store::Table table, std::string_view key) const
      -> store::StoreResult<std::optional<std::string>> override {
    return inner_.get(table, key);
  }
  auto multi_get(std::span<store::RowName const> names) const
      -> store::StoreResult<std::vector<std::optional<std::string>>> override {
    return inner_.multi_get(names);
  }
  auto scan(store::Table table, store::ScanOptions const& options) const
      -> store::StoreResult<std::vector<store::Row>> override {
    return inner_.scan(table, options);
  }
  auto approximate_bytes() const -> std::uint64_t override { return inner_.approximate_bytes(); }
  auto space() const -> store::SpaceReport override { return inner_.space(); }
  auto identity() const -> EntityId override { return inner_.identity(); }
  auto secret() const -> store::Secret const& override { return inner_.secret(); }
  auto failure() const -> std::optional<store::StoreError> override { return inner_.failure(); }
  auto flush_and_close() -> store::StoreResult<void> override { return inner_.flush_and_close(); }

  std::atomic<std::uint64_t> bytes = 0;
  std::atomic<std::uint64_t> commits = 0;

 private:
  store::Store& inner_;
};

struct Outcome {
  double executions_per_second = 0;
  double p50_us = 0;
  double cpu_us = 0;  // an execution
  double bytes_a_commit = 0;
};

// Keeps `in_flight` executions going for a while.
class Load {
 public:
  Load(runtime::Engine& engine, asl::DefinitionPtr definition)
      : engine_(engine), definition_(std::move(definition)) {}

  auto run(std::size_t in_flight, double seconds) -> Outcome {
    latencies_.clear();
    stopping_ = false;
    open_ = in_flight;
    auto const cpu = cpu_seconds();
    auto const begin = SteadyClock::now();
    for (std::size_t i = 0; i < in_flight; ++i) start();
    std::unique_lock lock(mutex_);
    ended_.wait_for(lock, std::chrono::duration<double>(seconds), [] { return false; });
    stopping_ = true;
    ended_.wait(lock, [this] { return open_ == 0; });
    auto const spent = std::chrono::duration<double>(SteadyClock::now() - begin).count();
    auto const count = static_cast<double>(latencies_.size());
    std::ranges::sort(latencies_);
    return {count / spent, latencies_[latencies_.size() / 2], (cpu_seconds() - cpu) * 1e6 / count,
            0};
  }

 private:
  void start() {
    auto const name = std::to_string(++names_);
    auto const begin = SteadyClock::now();
    auto arn = "arn:aws:states:us-east-1:123456789012:execution:bench:" + name;
    runtime::StartRequest request{
        .machine = {.id = {1, 1},
                    .arn = "arn:aws:states:us-east-1:123456789012:stateMachine:bench",
                    .name = "bench",
                    .revision = "bench",
                    .role_arn = "arn:aws:iam::123456789012:role/bench",
                    .definition = definition_},
        .execution_arn = arn,
        .name = name,
        .named_by_caller = false,
        .input = R"({"order":"o-1","amount":12.5,"items":[{"sku":"a","n":1},{"sku":"b","n":2}]})",
        .trace_header = {}};
    engine_.start_execution(
        std::move(request), [this, arn, begin](runtime::Answer<runtime::Started> started) {
          if (!started) give_up(started.error().message);
          engine_.wait_for_end(arn, std::chrono::minutes(10),
                               [this, begin](runtime::Answer<bool>) { over(begin); });
        });
  }
  void over(SteadyClock::time_point begin) {
    bool again = false;
    {
      std::lock_guard const lock(mutex_);
      latencies_.push_back(
          std::chrono::duration<double, std::micro>(SteadyClock::now() - begin).count());
      again = !stopping_;
      if (!again) --open_;
    }
    if (again) return start();
    ended_.notify_all();
  }

  runtime::Engine& engine_;
  asl::DefinitionPtr definition_;
  std::atomic<std::uint64_t> names_ = 0;
  std::mutex mutex_;
  std::condition_variable ended_;
  std::vector<double> latencies_;
  bool stopping_ = false;
  std::size_t open_ = 0;
};

// Commits a second of a bare log, closed loop.
auto log_rate(std::filesystem::path const& directory, std::size_t in_flight, std::size_t bytes,
              double seconds) -> double {
  auto log = store::BareLog::create(directory / "bare.log");
  if (!log) give_up(log.error().message);
  std::string const record(bytes, 'x');
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<int> done;
  std::size_t count = 0;
  auto const append = [&] {
    (*log)->append(record, [&](bool) {
      std::lock_guard const lock(mutex);
      done.push_back(1);
      changed.notify_one();
    });
  };
  auto const begin = SteadyClock::now();
  for (std::size_t i = 0; i < in_flight; ++i) append();
  std::unique_lock lock(mutex);
  for (auto open = in_flight; open > 0;) {
    changed.wait(lock, [&] { return !done.empty(); });
    auto const batch = done.size();
    done.clear();
    count += batch;
    bool const more = SteadyClock::now() - begin < std::chrono::duration<double>(seconds);
    if (!more) {
      open -= batch;
      continue;
    }
    lock.unlock();
    for (std::size_t i = 0; i < batch; ++i) append();
    lock.lock();
  }
  return static_cast<double>(count) /
         std::chrono::duration<double>(SteadyClock::now() - begin).count();
}

auto figure(std::string name, std::string what, double value, std::string unit) -> Figure {
  return {.figure = std::move(name),
          .what = std::move(what),
          .value = value,
          .unit = std::move(unit),
          .limit_what = {},
          .reach = {}};
}

}  // namespace

auto bench_standard(BenchSettings const& settings) -> std::vector<Figure> {
  std::filesystem::path const directory(settings.directory);
  SystemClock clock;
  SystemRandom random;
  auto opened = store::open_rocksdb_store({.directory = directory / "data"});
  if (!opened) give_up(opened.error().message);
  CountingStore counting(**opened);
  net::EventLoops loops(0);
  InstantConnector connector;
  runtime::Engine engine(counting, loops, connector, clock, random, {},
                         [](std::string const& why) { give_up(why); });
  auto const definition = asl::parse_definition(kDefinition).definition;
  store::Batch batch;
  engine.definitions().add(batch, "bench", asl::MachineType::kStandard, definition);
  counting.submit(std::move(batch), [](store::CommitOutcome) {});
  engine.recover();
  loops.start();
  Load load(engine, definition);
  load.run(16, 0.5);  // warm

  std::vector<double> single, sync, busy, bare, cpu;
  double bytes = 0;
  for (int i = 0; i < settings.rounds; ++i) {
    auto const probe = store::probe_fdatasync(directory, 900, 400);
    if (probe) sync.push_back(static_cast<double>(probe->p50.count()) / 1e3);
    single.push_back(load.run(1, settings.seconds / 2).p50_us);
    auto const before_bytes = counting.bytes.load();
    auto const before = counting.commits.load();
    auto const outcome = load.run(128, settings.seconds);
    bytes = static_cast<double>(counting.bytes - before_bytes) /
            static_cast<double>(counting.commits - before);
    busy.push_back(outcome.executions_per_second * kCommitsAnExecution);
    cpu.push_back(outcome.cpu_us);
    bare.push_back(log_rate(directory, 128, static_cast<std::size_t>(bytes), settings.seconds / 2));
  }
  loops.stop();
  for (auto* values : {&single, &sync, &busy, &bare, &cpu}) std::ranges::sort(*values);
  auto const median = [](std::vector<double> const& v) { return v[v.size() / 2]; };
  return {
      beside(
          figure("P5",
                 fmt::format("one at a time, {} commits: p50 of an execution", kCommitsAnExecution),
                 median(single), "us"),
          kCommitsAnExecution * median(sync), "commits x p50 of fdatasync", Bound::kAtMost, 1.3),
      beside(figure("P5", fmt::format("128 in flight: commits a second ({:.0f} B each)", bytes),
                    median(busy), "/s"),
             median(bare), "bare group-committed log", Bound::kAtLeast, 0.5),
      alone(figure("P5", "128 in flight: executions a second", median(busy) / kCommitsAnExecution,
                   "/s"),
            Bound::kAtLeast, 1),
      alone(figure("P5", "128 in flight: CPU a commit", median(cpu) / kCommitsAnExecution, "us"),
            Bound::kAtMost, 40)};
}

}  // namespace treadle::app
