// The operator's log: one JSON object a line on standard error.
//
//   {"time":"2026-11-23T09:08:07.123Z","level":"info","message":"store opened","partitions":256}
//
// Never give it payloads, definitions, tokens or credentials: names, ARNs, counts and error texts
// only. For the runtime and above. Any thread; lines never mix.
#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "treadle/base/time.h"

namespace treadle {

enum class LogLevel : std::uint8_t { kDebug, kInfo, kWarning, kError, kOff };

// What a line says besides its message. `name` is printed as it is: lower_snake_case, in our code.
struct LogField {
  using Value = std::variant<std::string_view, std::int64_t, std::uint64_t, double, bool>;

  template <typename T>
  LogField(std::string_view field_name, T const& field_value)
      : name(field_name), value(to_value(field_value)) {}

  std::string_view name;
  Value value;

 private:
  template <typename T>
  static auto to_value(T const& v) -> Value {
    if constexpr (std::same_as<T, bool>)
      return v;
    else if constexpr (std::signed_integral<T>)
      return static_cast<std::int64_t>(v);
    else if constexpr (std::unsigned_integral<T>)
      return static_cast<std::uint64_t>(v);
    else if constexpr (std::floating_point<T>)
      return static_cast<double>(v);
    else
      return std::string_view(v);
  }
};

inline constexpr std::size_t kLogLineBytesMax = 8'192;  // with its line feed

// Writes a line if `level` is at least the one that was set.
void log(LogLevel level, std::string_view message, std::initializer_list<LogField> fields = {});

// Of the whole process; kInfo at first.
void set_log_level(LogLevel level);
[[nodiscard]] auto log_level() -> LogLevel;
// "debug", "info", "warning", "error" or "off".
[[nodiscard]] auto parse_log_level(std::string_view text) -> std::optional<LogLevel>;

// The line that log() writes, with its line feed. Control characters are escaped, what is not UTF-8
// is replaced by U+FFFD; texts are cut, and fields left out, so that it keeps to kLogLineBytesMax
// ("truncated":true says so).
[[nodiscard]] auto format_log_line(Timestamp time, LogLevel level, std::string_view message,
                                   std::initializer_list<LogField> fields) -> std::string;

}  // namespace treadle
