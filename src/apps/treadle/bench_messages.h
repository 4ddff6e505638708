// The numbered messages of `treadle bench pipeline`, the functions that handle them, and what must come
// of each: made of its number alone, without the engine.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <treadle/engine.h>

namespace treadle::app {

enum class MessageKind : std::uint8_t { kMetric, kEvent, kDump };
inline constexpr std::uint64_t kMessageKinds = 3;

[[nodiscard]] inline auto kind_of(std::uint64_t number) -> MessageKind {
  return static_cast<MessageKind>(number % kMessageKinds);
}
// Of the messages 0 to `total` - 1 those of a kind.
[[nodiscard]] auto count_of(MessageKind kind, std::uint64_t total) -> std::uint64_t;

// About 1 KB of JSON; no two are alike. Numbers have at most nine digits.
[[nodiscard]] auto numbered_message(std::uint64_t number) -> std::string;

// Binds `parse` and `enrich`: Enrich gives the request of the service that the message goes to.
void bind_handlers(treadle::Engine& engine);

// Where the requests go.
inline constexpr std::string_view kDatabase = "iot";
inline constexpr std::string_view kTable = "metrics";
inline constexpr std::string_view kBucket = "iot-raw";
inline constexpr std::string_view kSource = "iot";

// A row of the table.
struct ExpectedRecord {
  std::string name;
  std::int64_t time = 0;  // nanoseconds
  std::string value;
  std::string dimensions;
};
[[nodiscard]] auto expected_record(std::uint64_t number) -> ExpectedRecord;
// Which message a record of that time is of.
[[nodiscard]] auto number_of_time(std::int64_t nanoseconds) -> std::uint64_t;

[[nodiscard]] auto expected_detail(std::uint64_t number) -> std::string;

[[nodiscard]] auto expected_key(std::uint64_t number) -> std::string;
// Which message an object of that key is of.
[[nodiscard]] auto number_of_key(std::string_view key) -> std::uint64_t;
[[nodiscard]] auto expected_object(std::uint64_t number) -> std::string;

}  // namespace treadle::app
