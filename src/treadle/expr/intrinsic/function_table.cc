#include <algorithm>
#include <array>
#include <limits>

#include "treadle/expr/intrinsic/functions.h"

namespace treadle::expr::intrinsic {
namespace {

constexpr auto kAny = std::numeric_limits<std::size_t>::max();

constexpr auto kFunctions = std::to_array<FunctionEntry>({
    {"Format", 1, kAny, format},
    {"StringToJson", 1, 1, string_to_json},
    {"JsonToString", 1, 1, json_to_string},
    {"JsonMerge", 3, 3, json_merge},
    {"Array", 0, kAny, array},
    {"ArrayPartition", 2, 2, array_partition},
    {"ArrayContains", 2, 2, array_contains},
    {"ArrayRange", 3, 3, array_range},
    {"ArrayGetItem", 2, 2, array_get_item},
    {"ArrayLength", 1, 1, array_length},
    {"ArrayUnique", 1, 1, array_unique},
    {"Base64Encode", 1, 1, base64_encode},
    {"Base64Decode", 1, 1, base64_decode},
    {"Hash", 2, 2, hash},
    {"MathRandom", 2, 3, math_random},
    {"MathAdd", 2, 2, math_add},
    {"StringSplit", 2, 2, string_split},
    {"UUID", 0, 0, uuid},
});

}  // namespace

auto find_function(std::string_view name) -> FunctionEntry const* {
  auto const* found = std::ranges::find(kFunctions, name, &FunctionEntry::name);
  return found == kFunctions.end() ? nullptr : found;
}

}  // namespace treadle::expr::intrinsic
