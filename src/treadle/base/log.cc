#include "treadle/base/log.h"

#include <array>
#include <atomic>
#include <cmath>
#include <cstdio>

#include <fmt/format.h>

#include "treadle/base/system_clock.h"
#include "treadle/base/utf8.h"

namespace treadle {

namespace {

constexpr std::array<std::string_view, 5> kLevelNames = {"debug", "info", "warning", "error",
                                                         "off"};
constexpr std::string_view kTruncated = R"(,"truncated":true)";
constexpr std::string_view kLineEnd = "}\n";
// What the fields may fill; the rest is for the end.
constexpr std::size_t kBytesForFields = kLogLineBytesMax - kTruncated.size() - kLineEnd.size();

std::atomic<LogLevel> g_level{LogLevel::kInfo};

// One line in the making. Text that would not fit is cut, a field that does not fit is left out.
class Line {
 public:
  void add_text(std::string_view name, std::string_view text) {
    if (!begin_field(name, 2)) return;
    line_ += '"';
    while (!text.empty()) {
      auto const one = utf8::decode_one(text).value_or(utf8::CodePoint{0xFFFD, 1});
      if (line_.size() + kEscapeBytes + 1 > kBytesForFields) {
        truncated_ = true;
        break;
      }
      add_character(one.value);
      text.remove_prefix(one.bytes);
    }
    line_ += '"';
  }

  // `value` is JSON.
  void add_json(std::string_view name, std::string_view value) {
    if (begin_field(name, value.size())) line_ += value;
  }

  auto finish() -> std::string {
    if (truncated_) line_ += kTruncated;
    line_ += kLineEnd;
    return std::move(line_);
  }

 private:
  static constexpr std::size_t kEscapeBytes = 6;  // of the longest: \u0000

  auto begin_field(std::string_view name, std::size_t value_bytes) -> bool {
    if (line_.size() + name.size() + value_bytes + 4 > kBytesForFields) {
      truncated_ = true;
      return false;
    }
    line_ += line_.empty() ? "{\"" : ",\"";
    line_ += name;
    line_ += "\":";
    return true;
  }

  void add_character(char32_t c) {
    if (c == '"' || c == '\\') {
      line_ += '\\';
      line_ += static_cast<char>(c);
    } else if (c < 0x20 || (c >= 0x7F && c < 0xA0)) {  // C0, DEL and C1: a terminal might obey them
      line_ += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    } else {
      utf8::append(line_, c);
    }
  }

  std::string line_;
  bool truncated_ = false;
};

auto json_of(double number) -> std::string {
  return std::isfinite(number) ? fmt::format("{}", number) : "null";
}

void add_field(Line& line, LogField const& field) {
  if (auto const* text = std::get_if<std::string_view>(&field.value)) {
    line.add_text(field.name, *text);
  } else if (auto const* number = std::get_if<double>(&field.value)) {
    line.add_json(field.name, json_of(*number));
  } else if (auto const* is_so = std::get_if<bool>(&field.value)) {
    line.add_json(field.name, *is_so ? "true" : "false");
  } else if (auto const* natural = std::get_if<std::uint64_t>(&field.value)) {
    line.add_json(field.name, fmt::format("{}", *natural));
  } else {
    line.add_json(field.name, fmt::format("{}", std::get<std::int64_t>(field.value)));
  }
}

}  // namespace

void log(LogLevel level, std::string_view message, std::initializer_list<LogField> fields) {
  if (level < log_level() || level == LogLevel::kOff) return;
  auto const line = format_log_line(SystemClock().now(), level, message, fields);
  std::fwrite(line.data(), 1, line.size(), stderr);  // one call holds the stream's lock throughout
}

void set_log_level(LogLevel level) { g_level.store(level, std::memory_order_relaxed); }

auto log_level() -> LogLevel { return g_level.load(std::memory_order_relaxed); }

auto parse_log_level(std::string_view text) -> std::optional<LogLevel> {
  for (std::size_t i = 0; i < kLevelNames.size(); ++i) {
    if (kLevelNames[i] == text) return static_cast<LogLevel>(i);
  }
  return std::nullopt;
}

auto format_log_line(Timestamp time, LogLevel level, std::string_view message,
                     std::initializer_list<LogField> fields) -> std::string {
  Line line;
  line.add_text("time", to_iso8601(time));
  line.add_text("level", kLevelNames[static_cast<std::size_t>(level)]);
  line.add_text("message", message);
  for (auto const& field : fields) add_field(line, field);
  return line.finish();
}

}  // namespace treadle
