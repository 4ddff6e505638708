#include "treadle/interpreter/items_read.h"

#include <algorithm>
#include <charconv>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "treadle/base/assert.h"
#include "treadle/base/error_names.h"
#include "treadle/json/parse.h"

namespace treadle::interpreter {
namespace {

using json::Value;

auto reader_failed(std::string cause) -> std::unexpected<Error> {
  return fail(errors::kItemReaderFailed, std::move(cause));
}

auto parse_part(std::string_view text, json::Arena& arena) -> Result<Value> {
  auto const parsed = json::parse_copy(arena, text);
  if (parsed) return *parsed;
  return reader_failed(
      fmt::format("The data of the ItemReader is not JSON: {}", parsed.error().to_string()));
}

auto read_lines(std::string_view data, json::Arena& arena) -> Result<Value> {
  std::vector<Value> lines;
  while (!data.empty()) {
    auto const line = data.substr(0, data.find('\n'));
    data.remove_prefix(std::min(data.size(), line.size() + 1));
    if (line.find_first_not_of(" \t\r") != std::string_view::npos)
      lines.push_back(TRY(parse_part(line, arena)));
  }
  return json::make_array(arena, lines);
}

// One step of a pointer, "~1" and "~0" read as "/" and "~".
auto unescaped(std::string_view token) -> std::string {
  std::string out;
  for (std::size_t i = 0; i < token.size(); ++i) {
    bool const escape = token[i] == '~' && i + 1 < token.size();
    out += !escape ? token[i] : token[++i] == '1' ? '/' : '~';
  }
  return out;
}

auto step_into(Value value, std::string_view token) -> Value const* {
  if (!value.is_array()) return value.find(unescaped(token));
  std::size_t index = 0;
  auto const [end, error] = std::from_chars(token.data(), token.data() + token.size(), index);
  bool const whole = error == std::errc() && end == token.data() + token.size();
  return whole && index < value.size() ? &value.elements()[index] : nullptr;
}

}  // namespace

auto can_read(asl::ReaderInput input) -> bool {
  using enum asl::ReaderInput;
  return input == kJson || input == kJsonLines || input == kObjects;
}

auto read_data(asl::ReaderInput input, std::string_view data, json::Arena& arena) -> Result<Value> {
  TREADLE_ASSERT(can_read(input));
  return input == asl::ReaderInput::kJsonLines ? read_lines(data, arena) : parse_part(data, arena);
}

auto items_at(std::string_view pointer, Value data) -> Result<Value> {
  auto rest = pointer;
  while (!rest.empty()) {
    if (rest.front() == '/') rest.remove_prefix(1);
    auto const token = rest.substr(0, rest.find('/'));
    rest.remove_prefix(token.size());
    auto const* const next = step_into(data, token);
    if (next == nullptr)
      return reader_failed(
          fmt::format("The ItemsPointer '{}' leads to nothing in the data.", pointer));
    data = *next;
  }
  if (data.is_array()) return data;
  return reader_failed("The data of the ItemReader must be an array.");
}

}  // namespace treadle::interpreter
