// What the embedded store takes: memory of an empty one, memory and disk for each execution that
// waits.
//
// usage: footprint_bench [--executions N] DIRECTORY
//
// An execution that waits for a callback leaves ten small rows behind, about 1,350 B in all before
// compression: three journal records, two payloads, head, timer, name, and two list entries.
#include <charconv>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <future>
#include <random>
#include <span>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "treadle/store/rocksdb_store.h"

namespace treadle::store {
namespace {

constexpr std::size_t kRowsPerExecution = 10;

auto resident_bytes() -> std::size_t {
  std::size_t total = 0;
  std::size_t resident = 0;
  std::ifstream("/proc/self/statm") >> total >> resident;
  return resident * 4096;
}

auto disk_bytes(std::filesystem::path const& directory) -> std::uint64_t {
  std::uint64_t bytes = 0;
  for (auto const& entry : std::filesystem::recursive_directory_iterator(directory)) {
    if (entry.is_regular_file() && entry.path().filename() != "ballast") bytes += entry.file_size();
  }
  return bytes;
}

auto random_bytes(std::mt19937_64& random, std::size_t bytes) -> std::string {
  std::string text;
  while (text.size() < bytes) {
    auto const word = random();
    text.append(reinterpret_cast<char const*>(&word), sizeof word);
  }
  text.resize(bytes);
  return text;
}

// The rows of one execution; ids, order numbers and times differ, words are alike.
auto waiting_execution(std::mt19937_64& random, std::uint64_t number) -> Batch {
  auto const id = random_bytes(random, 17);  // partition and execution id
  auto const order = fmt::format("{:08}-{:016x}", number, random());
  auto const name =
      fmt::format("arn:aws:states:us-east-1:123456789012:execution:orders:order-{}", order);
  auto const input = fmt::format(
      R"({{"orderId":"{}","customer":"c-{}","amount":{},"currency":"EUR","items":[{{"sku":"{}","quantity":1}}]}})",
      order, random() % 100'000, random() % 10'000, random() % 5'000);
  auto const journal = [&](std::string_view text) {
    return fmt::format("{}{}{}", random_bytes(random, 12), text, random_bytes(random, 12));
  };
  Batch batch;
  batch.put(Table::kJournal, id + "\1", journal("ExecutionStarted" + name + "order-" + order));
  batch.put(Table::kJournal, id + "\3",
            journal("StateEntered"
                    "ChargeCard"
                    "Parameters"));
  batch.put(Table::kJournal, id + "\6",
            journal("TaskScheduled"
                    "lambda"
                    "invoke.waitForTaskToken"
                    "eu"));
  batch.put(Table::kPayload, id + "\1", input);
  batch.put(
      Table::kPayload, id + "\2",
      fmt::format(R"({{"FunctionName":"approve","Payload":{{"token":"","input":{}}}}})", input));
  batch.put(Table::kHead, id, journal("RUNNING"));
  batch.put(Table::kTimer, random_bytes(random, 8) + id, "timeout");
  batch.put(Table::kName, name, id + random_bytes(random, 16));
  batch.put(Table::kList, "orders ALL " + random_bytes(random, 8) + id, order);
  batch.put(Table::kList, "orders RUNNING " + random_bytes(random, 8) + id, order);
  return batch;
}

auto run(std::filesystem::path const& directory, std::uint64_t executions) -> int {
  std::filesystem::remove_all(directory);
  auto const before = resident_bytes();
  auto const store = open_rocksdb_store({.directory = directory});
  if (!store) {
    fmt::print(stderr, "{}\n", store.error().message);
    return 1;
  }
  auto const mib = [](auto bytes) { return static_cast<double>(bytes) / 1048576.0; };
  auto const empty = resident_bytes();
  fmt::print("resident: process {:.1f} MiB, with an empty store {:.1f} MiB; disk {:.2f} MiB\n",
             mib(before), mib(empty), mib(disk_bytes(directory)));
  std::mt19937_64 random(11);
  std::uint64_t raw_bytes = 0;
  for (std::uint64_t i = 0; i < executions; ++i) {
    auto batch = waiting_execution(random, i);
    raw_bytes += batch.bytes() - kRowsPerExecution * 9;
    (*store)->submit(std::move(batch), [](CommitOutcome) {});
  }
  std::promise<void> all;
  (*store)->submit({}, [&all](CommitOutcome) { all.set_value(); });
  all.get_future().wait();
  auto const each = [&](auto bytes) {
    return static_cast<double>(bytes) / static_cast<double>(executions);
  };
  fmt::print(
      "{} executions, {:.0f} B each: resident +{:.0f} B each ({:.1f} MiB in all); disk {:.0f} B "
      "each\n",
      executions, each(raw_bytes), each(resident_bytes() - empty), mib(resident_bytes()),
      each(disk_bytes(directory)));
  if (auto const closed = (*store)->flush_and_close(); !closed) return 1;
  fmt::print("closed: disk {:.0f} B each\n", each(disk_bytes(directory)));
  std::filesystem::remove_all(directory);
  return 0;
}

}  // namespace
}  // namespace treadle::store

auto main(int argc, char** argv) -> int {
  std::span<char* const> const arguments(argv, static_cast<std::size_t>(argc));
  std::uint64_t executions = 100'000;
  bool const counted = argc == 4 && std::string_view(arguments[1]) == "--executions";
  if (counted) {
    std::string_view const text = arguments[2];
    std::from_chars(text.data(), text.data() + text.size(), executions);
  }
  if ((argc != 2 && !counted) || executions == 0) {
    fmt::print(stderr, "usage: footprint_bench [--executions N] DIRECTORY\n");
    return 2;
  }
  return treadle::store::run(arguments[static_cast<std::size_t>(argc) - 1], executions);
}
