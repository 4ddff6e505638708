#include "apps/treadle/bench_pipeline.h"

#include <chrono>

#include "apps/treadle/bench.h"
#include "treadle/library/access.h"

namespace treadle::app {
namespace {

using treadle::Task;
using treadle::TaskResult;

// What the services answer with is as AWS has it.
auto write_records(Task& task) -> TaskResult {
  auto const records = task.input()["Records"];
  if (records.size() == 0 || task.input()["TableName"].is_null())
    return std::unexpected(treadle::TaskError{"TimestreamWrite.ValidationException", "no records"});
  auto const count = records.size();
  return task.object(
      {{"RecordsIngested",
        task.object({{"Total", count}, {"MemoryStore", count}, {"MagneticStore", 0}})}});
}

auto put_events(Task& task) -> TaskResult {
  if (task.input()["Entries"].size() == 0)
    return std::unexpected(treadle::TaskError{"EventBridge.ValidationException", "no entries"});
  return task.object({{"Entries", task.array({task.object({{"EventId", "11710aed-b79e-4468"}})})},
                      {"FailedEntryCount", 0}});
}

auto put_object(Task& task) -> TaskResult {
  if (task.input()["Body"].is_null())
    return std::unexpected(treadle::TaskError{"S3.S3Exception", "no body"});
  return task.object({{"ETag", R"("0f343b0931126a20f133d67c2b018a3b")"}});
}

auto parse(Task& task) -> TaskResult {
  auto const input = task.input();
  return task.object({{"type", input["type"]}, {"device", input["device"]["id"]}, {"valid", true}});
}

// The request of the service that the message goes to, beside what Parse found.
auto enrich(Task& task) -> TaskResult {
  auto const input = task.input();
  auto const parsed = input["parsed"];
  auto const type = parsed["type"].string().value_or("");
  if (type == "metric") {
    auto const reading = input["readings"][0];
    auto const site = task.object({{"Name", "device"}, {"Value", parsed["device"]}});
    auto const record = task.object({{"MeasureName", reading["name"]},
                                     {"MeasureValue", reading["value"].text()},
                                     {"MeasureValueType", "DOUBLE"},
                                     {"Time", reading["at"].text()},
                                     {"Dimensions", task.array({site})}});
    return task.object({{"parsed", parsed},
                        {"DatabaseName", "iot"},
                        {"TableName", "metrics"},
                        {"Records", task.array({record})}});
  }
  if (type == "event") {
    auto const entry = task.object(
        {{"Source", "iot"},
         {"DetailType", "seen"},
         {"Detail", task.object({{"device", input["device"]}, {"tags", input["tags"]}})}});
    return task.object({{"parsed", parsed}, {"Entries", task.array({entry})}});
  }
  return task.object(
      {{"parsed", parsed}, {"Bucket", "iot-raw"}, {"Key", parsed["device"]}, {"Body", input}});
}

}  // namespace

auto device_message(std::string_view kind) -> std::string {
  auto out = R"({"type":")" + std::string(kind) +
             R"(","device":{"id":"d-4711","model":"TX-9","firmware":"2.4.1",)"
             R"("location":{"lat":52.52,"lon":13.405}},"readings":[)";
  for (int i = 0; i < 10; ++i) {
    if (i != 0) out += ',';
    out += R"({"name":"temperature-)" + std::to_string(i) + R"(","value":)" +
           std::to_string(20 + i) + R"(.5,"unit":"C","at":17000000)" + std::to_string(10 + i) + "}";
  }
  return out + R"(],"tags":["factory","line-3","hall-b"],"ok":true,"note":"periodic report"})";
}

auto device_messages() -> std::array<std::string, 3> {
  return {device_message("metric"), device_message("event"), device_message("dump")};
}

void bind_pipeline(treadle::Engine& engine) {
  bool const bound = engine.bind("parse", parse) && engine.bind("enrich", enrich) &&
                     engine.bind("aws-sdk:timestreamwrite:writeRecords", write_records) &&
                     engine.bind("events:putEvents", put_events) &&
                     engine.bind("s3:putObject", put_object);
  if (!bound) give_up("the pipeline's functions can't be bound");
}

auto open_pipeline(std::size_t threads, runtime::HistorySink* sink, std::string const& definition)
    -> treadle::Engine {
  auto engine = library::Access::open({.threads = threads}, sink);
  if (!engine) give_up(engine.error());
  bind_pipeline(*engine);
  auto const defined =
      engine->define("pipeline", definition.empty() ? kPipeline : std::string_view(definition));
  if (!defined) give_up(defined.error());
  run_pipeline(*engine, device_messages(), 0.05);
  return std::move(*engine);
}

auto run_pipeline(treadle::Engine& engine, std::span<std::string const> messages, double seconds)
    -> std::uint64_t {
  auto const end = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
  std::size_t given = 0;
  auto const totals =
      engine.stream("pipeline", {.next = [&]() -> std::optional<std::string> {
                                   if (given % 256 == 0 && std::chrono::steady_clock::now() > end)
                                     return std::nullopt;
                                   return messages[given++ % messages.size()];
                                 },
                                 .ended =
                                     [](std::uint64_t, treadle::End const& ended) {
                                       if (!ended.succeeded())
                                         give_up(ended.error + ": " + ended.cause);
                                     }});
  if (!totals) give_up(totals.error());
  return totals->succeeded;
}

auto KeptHistories::reads(runtime::LogSettings const& /*settings*/) const -> bool { return true; }

void KeptHistories::add(runtime::HistoryBatch const& batch) {
  thread_local std::vector<record::JournalEvent> kept;
  kept.insert(kept.end(), batch.events.begin(), batch.events.end());
  if (!batch.state.is_over()) return;
  static std::atomic<std::size_t> threads = 0;
  thread_local auto const slot = threads++ % counts_.size();
  auto& counts = counts_[slot];
  counts.history_events.fetch_add(batch.state.last_history_id, std::memory_order_relaxed);
  counts.executions.fetch_add(1, std::memory_order_relaxed);
  kept.clear();
}

auto KeptHistories::executions() const -> std::uint64_t {
  std::uint64_t sum = 0;
  for (auto const& counts : counts_) sum += counts.executions;
  return sum;
}

auto KeptHistories::history_events() const -> std::uint64_t {
  std::uint64_t sum = 0;
  for (auto const& counts : counts_) sum += counts.history_events;
  return sum;
}

}  // namespace treadle::app
