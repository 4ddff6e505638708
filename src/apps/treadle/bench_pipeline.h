// The Express pipeline of P1 and P11: four states, with functions of this process for its handlers and
// for the services that it calls.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <treadle/engine.h>

#include "treadle/record/journal_event.h"
#include "treadle/runtime/history_sink.h"

namespace treadle::app {

// What a device sends, about 1 KB. `kind`: "metric", "event" or another.
[[nodiscard]] auto device_message(std::string_view kind) -> std::string;
// One of each kind.
[[nodiscard]] auto device_messages() -> std::array<std::string, 3>;

// Parse and Enrich are Lambda functions `parse` and `enrich`; then a Choice by `$.parsed.type`, and a
// direct call of Timestream, EventBridge or S3 whose request is what Enrich gave.
inline constexpr std::string_view kPipeline = R"({"StartAt":"Parse","States":{
  "Parse":{"Type":"Task","Resource":"arn:aws:lambda:us-east-1:123456789012:function:parse",
    "ResultPath":"$.parsed","Next":"Enrich"},
  "Enrich":{"Type":"Task","Resource":"arn:aws:lambda:us-east-1:123456789012:function:enrich","Next":"Route"},
  "Route":{"Type":"Choice","Choices":[
    {"Variable":"$.parsed.type","StringEquals":"metric","Next":"Keep"},
    {"Variable":"$.parsed.type","StringEquals":"event","Next":"Publish"}],"Default":"Archive"},
  "Keep":{"Type":"Task","Resource":"arn:aws:states:::aws-sdk:timestreamwrite:writeRecords","End":true},
  "Publish":{"Type":"Task","Resource":"arn:aws:states:::events:putEvents","End":true},
  "Archive":{"Type":"Task","Resource":"arn:aws:states:::s3:putObject","End":true}}})";

// Binds the handlers and the three services.
void bind_pipeline(treadle::Engine& engine);

// An engine of so many threads with the pipeline bound, its machine defined as "pipeline" and warm.
// `definition`: the pipeline in other words, with the same functions and services; empty: kPipeline.
[[nodiscard]] auto open_pipeline(std::size_t threads, runtime::HistorySink* sink,
                                 std::string const& definition) -> treadle::Engine;

// Runs executions on all threads for so long, each of the messages in turn; gives their number. Ends the
// process where one of them does not succeed.
auto run_pipeline(treadle::Engine& engine, std::span<std::string const> messages, double seconds)
    -> std::uint64_t;

// Keeps all journal events of each execution until its end, as a ring of recent histories would before it
// encodes them, and counts the history events that they show. What an event views (names, payloads)
// stays in the execution's memory, which it shares. For executions that do not wait: a thread runs one
// at a time.
class KeptHistories final : public runtime::HistorySink {
 public:
  [[nodiscard]] auto reads(runtime::LogSettings const& settings) const -> bool override;
  void add(runtime::HistoryBatch const& batch) override;

  // Over all threads; right once they rest.
  [[nodiscard]] auto executions() const -> std::uint64_t;
  [[nodiscard]] auto history_events() const -> std::uint64_t;

 private:
  // Each thread counts in a cache line of its own.
  struct alignas(64) Counts {
    std::atomic<std::uint64_t> executions = 0;
    std::atomic<std::uint64_t> history_events = 0;
  };
  std::array<Counts, 64> counts_;
};

}  // namespace treadle::app
