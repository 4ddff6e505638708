#include <algorithm>
#include <array>
#include <limits>

#include "treadle/expr/intrinsic/function_names.h"
#include "treadle/expr/intrinsic/functions.h"

namespace treadle::expr::intrinsic {
namespace {

constexpr auto kAny = std::numeric_limits<std::size_t>::max();

constexpr auto kFunctions = std::to_array<FunctionEntry>({
    {"Format", 1, kAny, format, "ta"},
    {"StringToJson", 1, 1, string_to_json, "t"},
    {"JsonToString", 1, 1, json_to_string, "a"},
    {"JsonMerge", 3, 3, json_merge, "oob"},
    {"Array", 0, kAny, array, "a"},
    {"ArrayPartition", 2, 2, array_partition, "ln"},
    {"ArrayContains", 2, 2, array_contains, "la"},
    {"ArrayRange", 3, 3, array_range, "n"},
    {"ArrayGetItem", 2, 2, array_get_item, "ln"},
    {"ArrayLength", 1, 1, array_length, "l"},
    {"ArrayUnique", 1, 1, array_unique, "l"},
    {"Base64Encode", 1, 1, base64_encode, "t"},
    {"Base64Decode", 1, 1, base64_decode, "t"},
    {"Hash", 2, 2, hash, "t"},
    {"MathRandom", 2, 3, math_random, "n"},
    {"MathAdd", 2, 2, math_add, "n"},
    {"StringSplit", 2, 2, string_split, "t"},
    {"UUID", 0, 0, uuid, "a"},
});

}  // namespace

auto find_function(std::string_view name) -> FunctionEntry const* {
  auto const* found = std::ranges::find(kFunctions, name, &FunctionEntry::name);
  return found == kFunctions.end() ? nullptr : found;
}

auto function_names() -> std::vector<std::string_view> {
  std::vector<std::string_view> names;
  for (auto const& function : kFunctions) names.push_back(function.name);
  return names;
}

}  // namespace treadle::expr::intrinsic
