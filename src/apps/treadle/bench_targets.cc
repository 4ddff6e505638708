// The pipeline of P1 as a stream of numbered messages, with the services that treadle answers itself for
// its integrations: what an event costs, whether memory grows, and whether each output, and all that
// landed in the services, is what it must be.

#include <atomic>
#include <chrono>
#include <mutex>
#include <thread>
#include <vector>

#include <fmt/format.h>

#include "apps/treadle/bench.h"
#include "apps/treadle/bench_landed.h"
#include "apps/treadle/bench_local_targets.h"
#include "apps/treadle/bench_messages.h"
#include "apps/treadle/bench_pipeline.h"
#include "treadle/json/arena.h"
#include "treadle/json/parse.h"
#include "treadle/library/access.h"
#include "treadle/targets/database.h"
#include "treadle/targets/digests.h"
#include "treadle/targets/message.h"

namespace treadle::app {
namespace {

using Clock = std::chrono::steady_clock;

// Executions under way, over all threads: fewer than a service lets wait.
constexpr std::size_t kUnderWay = 900;

auto seconds_since(Clock::time_point begin) -> double {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

// Looks at the ends of executions as they come, on any thread.
class Outputs {
 public:
  explicit Outputs(std::uint64_t messages) : messages_(messages) {}

  void check(std::uint64_t number, treadle::End const& end) {
    if (!end.succeeded()) give_up(fmt::format("message {}: {}: {}", number, end.error, end.cause));
    thread_local json::Arena arena;
    arena.reset();
    auto const output = json::parse(arena, end.output);
    if (!output || !is_right(number, *output))
      give_up(fmt::format("message {}: wrong output: {}", number, end.output));
    auto const count = ++count_;
    if (count == messages_ / 10) at_tenth_ = resident_bytes();
    if (count == messages_ / 2) at_half_ = resident_bytes();
    if (count == messages_) at_end_ = resident_bytes();
  }

  [[nodiscard]] auto count() const -> std::uint64_t { return count_; }
  [[nodiscard]] auto event_ids() const -> std::uint64_t { return event_ids_; }
  [[nodiscard]] auto resident_at_tenth() const -> double { return at_tenth_; }
  [[nodiscard]] auto resident_at_half() const -> double { return at_half_; }
  [[nodiscard]] auto resident_at_end() const -> double { return at_end_; }

 private:
  auto is_right(std::uint64_t number, json::Value output) -> bool {
    switch (kind_of(number)) {
      case MessageKind::kMetric: {
        auto const* const ingested = output.find("RecordsIngested");
        return ingested != nullptr && targets::member_int(*ingested, "Total") == 1;
      }
      case MessageKind::kEvent: {
        auto const* const entries = output.find("Entries");
        if (entries == nullptr || !entries->is_array() || entries->size() != 1) return false;
        event_ids_ += event_mark(number, targets::member_text(entries->elements()[0], "EventId"));
        return targets::member_int(output, "FailedEntryCount") == 0;
      }
      case MessageKind::kDump:
        return targets::member_text(output, "ETag") ==
               '"' + targets::md5_hex(expected_object(number)) + '"';
    }
    return false;
  }

  std::uint64_t const messages_;
  std::atomic<std::uint64_t> count_ = 0;
  std::atomic<std::uint64_t> event_ids_ = 0;
  std::atomic<double> at_tenth_ = 0;
  std::atomic<double> at_half_ = 0;
  std::atomic<double> at_end_ = 0;
};

struct Spent {
  double clock = 0;  // seconds for one
  double cpu = 0;
};

// CPU seconds that making a message and looking at its output take of each event.
auto own_cost(std::uint64_t messages) -> double {
  auto const count = std::min<std::uint64_t>(messages, 30'000);
  auto const cpu = cpu_seconds();
  std::size_t bytes = 0;
  for (std::uint64_t i = 0; i < count; ++i) {
    bytes += numbered_message(i).size();
    if (kind_of(i) == MessageKind::kDump) bytes += targets::md5_hex(expected_object(i)).size();
  }
  if (bytes == 0) give_up("no messages");
  return (cpu_seconds() - cpu) / static_cast<double>(count);
}

auto run_all(treadle::Engine& engine, std::uint64_t messages, Outputs& outputs) -> Spent {
  std::uint64_t given = 0;
  auto const begin = Clock::now();
  auto const cpu = cpu_seconds();
  auto const threads = std::max(1U, std::thread::hardware_concurrency());
  auto const totals = engine.stream(
      "pipeline",
      {.next = [&]() -> std::optional<std::string> {
         if (given == messages) return std::nullopt;
         return numbered_message(given++);
       },
       .ended = [&](std::uint64_t number, treadle::End const& end) { outputs.check(number, end); },
       .waiting_max = kUnderWay / threads});
  if (!totals) give_up(totals.error());
  auto const count = static_cast<double>(messages);
  return {seconds_since(begin) / count, (cpu_seconds() - cpu) / count};
}

// Rows of one table, each with the bytes that a message leaves, in transactions of `group` as a service
// that has enough to do makes them.
void write_rows(std::filesystem::path const& file, std::uint64_t from, std::uint64_t count,
                std::string (*bytes)(std::uint64_t)) {
  constexpr std::uint64_t kGroup = 256;
  auto opened = targets::Database::open(
      file, "create table rows(id integer primary key, key text unique, bytes blob not null)");
  if (!opened) give_up(opened.error());
  auto& database = **opened;
  for (std::uint64_t i = 0; i < count;) {
    database.begin();
    for (std::uint64_t n = 0; n < kGroup && i < count; ++n, ++i) {
      auto const number = from + i * kMessageKinds;
      database.run("insert into rows(key,bytes) values(?,?)", expected_key(number), bytes(number));
    }
    if (!database.commit()) give_up("SQLite can't write " + file.string());
  }
}

// The limit: as many rows of the same bytes, into a database for each service, each on a thread.
auto bare_writes(std::filesystem::path const& folder, std::uint64_t messages) -> Spent {
  std::filesystem::create_directories(folder);
  auto const begin = Clock::now();
  auto const cpu = cpu_seconds();
  std::string (*const bytes[])(std::uint64_t) = {[](std::uint64_t n) {
                                                   auto const record = expected_record(n);
                                                   return record.name + record.value +
                                                          record.dimensions;
                                                 },
                                                 expected_detail, expected_object};
  std::vector<std::jthread> threads;
  for (std::uint64_t kind = 0; kind < kMessageKinds; ++kind)
    threads.emplace_back([&, kind] {
      write_rows(folder / fmt::format("{}.db", kind), kind,
                 count_of(static_cast<MessageKind>(kind), messages), bytes[kind]);
    });
  threads.clear();
  auto const count = static_cast<double>(messages);
  return {seconds_since(begin) / count, (cpu_seconds() - cpu) / count};
}

auto exactly(std::string what, std::uint64_t value, std::uint64_t wanted) -> Figure {
  auto figure = alone(named("Seed", std::move(what), static_cast<double>(value), ""),
                      Bound::kAtLeast, static_cast<double>(wanted));
  figure.ok = value == wanted;
  return figure;
}

auto told(std::string what, double value, std::string unit) -> Figure {
  auto figure = named("Seed", std::move(what), value, std::move(unit));
  figure.reach = "-";
  figure.ok = true;
  return figure;
}

}  // namespace

auto bench_targets(BenchSettings const& settings) -> std::vector<Figure> {
  auto const messages = settings.events;
  auto const folder = std::filesystem::path(settings.directory) / "services";
  std::shared_ptr<LocalTargets> services;
  auto engine = library::Access::open({}, nullptr, [&](net::EventLoops& loops) {
    targets::Setup setup;
    setup.buckets = {std::string(kBucket)};
    setup.tables = {{.database = std::string(kDatabase), .table = std::string(kTable)}};
    services = std::make_shared<LocalTargets>(loops, folder, std::move(setup), messages);
    return services;
  });
  if (!engine) give_up(engine.error());
  bind_handlers(*engine);
  auto const defined =
      engine->define("pipeline", settings.machine.empty() ? kPipeline : settings.machine);
  if (!defined) give_up(defined.error());
  Outputs outputs(messages);
  auto const spent = run_all(*engine, messages, outputs);
  auto const records = check_records(folder, messages);
  auto const events = check_events(folder, messages);
  auto const objects = check_objects(services->targets(), messages);
  if (events.ids != outputs.event_ids())
    give_up("the ids that executions gave are not those of the events");
  services.reset();
  engine = std::unexpected(std::string("over"));
  std::filesystem::remove_all(folder);
  auto const bare = bare_writes(std::filesystem::path(settings.directory) / "bare",
                                std::max(messages / 4, 300UL));
  auto const own = own_cost(messages);
  constexpr double kMega = 1e6;
  constexpr auto kBare = "the same bytes as bare SQLite rows, 256 a transaction";
  auto const reached = [](Figure figure) {
    figure.reach = "-";
    figure.ok = true;
    return figure;
  };
  return {
      reached(beside(
          named("Seed", "events through the pipeline into local services", 1 / spent.clock, "/s"),
          1 / bare.clock, kBare, Bound::kAtLeast, 0)),
      told("CPU of the benchmark itself, to make and check a message", own * kMega, "us"),
      reached(beside(named("Seed", "CPU an event, without that", (spent.cpu - own) * kMega, "us"),
                     bare.cpu * kMega, kBare, Bound::kAtMost, 0)),
      told("resident after 10 % of the events", outputs.resident_at_tenth() / kMega, "MB"),
      told("resident after 50 %", outputs.resident_at_half() / kMega, "MB"),
      told("resident after all", outputs.resident_at_end() / kMega, "MB"),
      alone(named("Seed", "growth from 10 % to all",
                  (outputs.resident_at_end() - outputs.resident_at_tenth()) / kMega, "MB"),
            Bound::kAtMost, 16),
      exactly("outputs that were right", outputs.count(), messages),
      exactly("records in Timestream, each as it must be", records,
              count_of(MessageKind::kMetric, messages)),
      exactly("events on the bus, each as it must be", events.count,
              count_of(MessageKind::kEvent, messages)),
      exactly("objects in S3, each as it must be", objects,
              count_of(MessageKind::kDump, messages))};
}

}  // namespace treadle::app
