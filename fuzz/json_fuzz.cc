// Any bytes: what parses prints as it says, parses again to an equal value and prints the same.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "treadle/base/assert.h"
#include "treadle/base/utf8.h"
#include "treadle/json/arena.h"
#include "treadle/json/parse.h"
#include "treadle/json/print.h"

namespace json = treadle::json;

namespace {

auto must_parse(json::Arena& arena, std::string_view text, json::ParseOptions options)
    -> json::Value {
  auto const value = json::parse(arena, text, options);
  TREADLE_ASSERT(value);
  return *value;
}

void check_value(json::Arena& arena, json::Value value) {
  auto const text = json::print(value);
  TREADLE_ASSERT(text.size() == value.printed_size());
  TREADLE_ASSERT(treadle::utf8::is_valid(text));
  // What was printed has every member once.
  auto const again = must_parse(arena, text, {.duplicates = json::Duplicates::kRefuse});
  TREADLE_ASSERT(json::equal(again, value) && json::equal(value, again));
  TREADLE_ASSERT(json::print(again) == text && again.depth() == value.depth());
  auto const pretty = json::print_pretty(value);
  TREADLE_ASSERT(json::print(must_parse(arena, pretty, {})) == text);
}

void check_clone(std::string_view text, json::Value value) {
  json::Arena other;
  auto const copy = json::clone(other, value);
  TREADLE_ASSERT(json::equal(copy, value) && json::print(copy) == text);
  TREADLE_ASSERT(copy.without_source(other).printed_size() ==
                 value.without_source(other).printed_size());
}

}  // namespace

extern "C" auto LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) -> int {
  std::string_view const text(reinterpret_cast<char const*>(data), size);
  json::Arena arena;
  auto const value = json::parse(arena, text);
  if (!value) {
    TREADLE_ASSERT(value.error().offset <= size && !value.error().to_string().empty());
    TREADLE_ASSERT(!json::parse(arena, text, {.duplicates = json::Duplicates::kRefuse}));
    return 0;
  }
  check_value(arena, *value);
  auto const sourced = must_parse(arena, text, {.keep_source = true});
  TREADLE_ASSERT(json::print(sourced) == text && json::equal(sourced, *value));
  check_clone(text, sourced);
  return 0;
}
