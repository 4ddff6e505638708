#include "apps/treadle/bench_messages.h"

#include <charconv>

#include <fmt/format.h>

#include "apps/treadle/bench.h"

namespace treadle::app {
namespace {

using treadle::Task;
using treadle::TaskResult;

constexpr std::uint64_t kDevices = 5'000;
constexpr std::int64_t kFirstTime = 1'700'000'000'000;  // milliseconds
constexpr std::int64_t kNanoseconds = 1'000'000;        // of a millisecond
constexpr std::string_view kKinds[] = {"metric", "event", "dump"};

auto kind_name(std::uint64_t number) -> std::string_view {
  return kKinds[static_cast<std::size_t>(kind_of(number))];
}
auto device_id(std::uint64_t number) -> std::string {
  return fmt::format("d-{:04}", number * 2'654'435'761U % kDevices);
}
auto reading(std::uint64_t number) -> std::string {
  return fmt::format("{}.{}", number % 97, number % 10);
}
auto device(std::uint64_t number) -> std::string {
  return fmt::format(
      R"({{"id":"{}","model":"TX-9","firmware":"2.4.{}","location":{{"lat":52.52,"lon":13.405}}}})",
      device_id(number), number % 7);
}
auto tags(std::uint64_t number) -> std::string {
  return fmt::format(R"(["factory","line-{}","hall-b"])", number % 13);
}

auto parse(Task& task) -> TaskResult {
  auto const input = task.input();
  return task.object({{"type", input["type"]}, {"device", input["device"]["id"]}, {"valid", true}});
}

auto enrich(Task& task) -> TaskResult {
  auto const input = task.input();
  auto const parsed = input["parsed"];
  auto const type = parsed["type"].string().value_or("");
  if (type == "metric") {
    auto const first = input["readings"][0];
    auto const of = task.object({{"Name", "device"}, {"Value", parsed["device"]}});
    auto const record = task.object({{"MeasureName", first["name"]},
                                     {"MeasureValue", first["value"].text()},
                                     {"MeasureValueType", "DOUBLE"},
                                     {"Time", first["at"].text()},
                                     {"Dimensions", task.array({of})}});
    return task.object({{"parsed", parsed},
                        {"DatabaseName", kDatabase},
                        {"TableName", kTable},
                        {"Records", task.array({record})}});
  }
  if (type == "event") {
    auto const detail =
        task.object({{"seq", input["seq"]}, {"device", input["device"]}, {"tags", input["tags"]}});
    auto const entry =
        task.object({{"Source", kSource}, {"DetailType", "seen"}, {"Detail", detail}});
    return task.object({{"parsed", parsed}, {"Entries", task.array({entry})}});
  }
  return task.object(
      {{"parsed", parsed}, {"Bucket", kBucket}, {"Key", input["key"]}, {"Body", input}});
}

}  // namespace

auto count_of(MessageKind kind, std::uint64_t total) -> std::uint64_t {
  return (total + kMessageKinds - 1 - static_cast<std::uint64_t>(kind)) / kMessageKinds;
}

auto numbered_message(std::uint64_t number) -> std::string {
  auto out = fmt::format(R"({{"type":"{}","seq":{},"key":"{}","device":{},"readings":[)",
                         kind_name(number), number, expected_key(number), device(number));
  auto const at = kFirstTime + static_cast<std::int64_t>(number);
  for (int i = 0; i < 10; ++i)
    out += fmt::format(R"({}{{"name":"temperature-{}","value":{},"unit":"C","at":{}}})",
                       i == 0 ? "" : ",", i, reading(number + static_cast<std::uint64_t>(i)), at);
  return out + fmt::format(R"(],"tags":{},"ok":true,"note":"periodic report"}})", tags(number));
}

void bind_handlers(treadle::Engine& engine) {
  if (!engine.bind("parse", parse) || !engine.bind("enrich", enrich))
    give_up("the pipeline's functions can't be bound");
}

auto expected_record(std::uint64_t number) -> ExpectedRecord {
  return {.name = "temperature-0",
          .time = (kFirstTime + static_cast<std::int64_t>(number)) * kNanoseconds,
          .value = reading(number),
          .dimensions = fmt::format(R"({{"device":"{}"}})", device_id(number))};
}

auto number_of_time(std::int64_t nanoseconds) -> std::uint64_t {
  return static_cast<std::uint64_t>(nanoseconds / kNanoseconds - kFirstTime);
}

auto expected_detail(std::uint64_t number) -> std::string {
  return fmt::format(R"({{"seq":{},"device":{},"tags":{}}})", number, device(number), tags(number));
}

auto expected_key(std::uint64_t number) -> std::string {
  return fmt::format("{}/{:09}.json", device_id(number), number);
}

auto number_of_key(std::string_view key) -> std::uint64_t {
  auto const digits = key.substr(key.find('/') + 1);
  std::uint64_t number = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return number;
}

// The message, and what Parse found.
auto expected_object(std::uint64_t number) -> std::string {
  auto out = numbered_message(number);
  out.pop_back();
  return out + fmt::format(R"(,"parsed":{{"type":"{}","device":"{}","valid":true}}}})",
                           kind_name(number), device_id(number));
}

}  // namespace treadle::app
