#include "treadle/integrations/aws_sdk/output.h"

#include <charconv>
#include <cmath>
#include <cstdint>
#include <system_error>

#include <fmt/format.h>

#include "treadle/base/base64.h"
#include "treadle/base/utf8.h"
#include "treadle/integrations/aws_sdk/timestamps.h"
#include "treadle/json/arena.h"
#include "treadle/json/print.h"

namespace treadle::integrations::aws_sdk {
namespace {

auto trimmed(std::string_view text) -> std::string_view {
  constexpr std::string_view kBlanks = " \t\r\n";
  auto const begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

template <typename T>
auto read_number(std::string_view text, T& number) -> bool {
  if (text.starts_with('+')) text.remove_prefix(1);
  auto const* const end = text.data() + text.size();
  auto const [at, error] = std::from_chars(text.data(), end, number);
  return error == std::errc() && at == end && !text.empty();
}

auto append_integer(std::string& out, std::string_view text) -> bool {
  std::int64_t number = 0;
  if (!read_number(text, number)) return false;
  out += fmt::format("{}", number);
  return true;
}

auto append_double(std::string& out, std::string_view text) -> bool {
  if (text == "NaN" || text == "Infinity" || text == "-Infinity") {
    json::append_string(out, text);
    return true;
  }
  double number = 0;
  if (!read_number(text, number) || !std::isfinite(number)) return false;
  json::Arena arena;
  json::append(out, json::make_number(arena, number));
  return true;
}

}  // namespace

void ObjectWriter::key(std::string_view name) {
  if (!is_first_) out_ += ',';
  is_first_ = false;
  json::append_string(out_, name);
  out_ += ':';
}

void append_bytes(std::string& out, std::string_view bytes) {
  if (utf8::is_valid(bytes))
    json::append_string(out, bytes);
  else
    json::append_string(out, base64_encode(bytes));
}

auto append_scalar(std::string& out, ShapeType type, std::string_view text) -> bool {
  switch (type) {
    case ShapeType::kBoolean: {
      text = trimmed(text);
      bool const is_true = text == "true" || text == "True" || text == "1";
      if (!is_true && text != "false" && text != "False" && text != "0") return false;
      out += is_true ? "true" : "false";
      return true;
    }
    case ShapeType::kInteger:
    case ShapeType::kLong: return append_integer(out, trimmed(text));
    case ShapeType::kFloat:
    case ShapeType::kDouble: return append_double(out, trimmed(text));
    case ShapeType::kTimestamp: {
      auto const time = read_answered_time(trimmed(text));
      if (time) json::append_string(out, write_time(*time, TimestampFormat::kIso8601));
      return time.has_value();
    }
    case ShapeType::kBlob: {
      auto const bytes = base64_decode(trimmed(text));
      append_bytes(out, bytes ? std::string_view(*bytes) : text);
      return true;
    }
    default:
      if (!utf8::is_valid(text)) return false;
      json::append_string(out, text);
      return true;
  }
}

}  // namespace treadle::integrations::aws_sdk
