#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <string_view>
#include <vector>

#include "treadle/expr/intrinsic/argument.h"
#include "treadle/expr/intrinsic/functions.h"
#include "treadle/expr/java_text.h"

namespace treadle::expr::intrinsic {
namespace {

using json::Value;
using Values = std::vector<Value>;

auto mixed(std::size_t a, std::size_t b) -> std::size_t {
  return (a ^ (b + 0x9E3779B97F4A7C15 + (a << 6) + (a >> 2))) * 0xBF58476D1CE4E5B9;
}

// Equal for values that java_equal() holds equal; the order of members does not count.
auto hash_of(Value value) -> std::size_t {
  auto const kind = static_cast<std::size_t>(value.kind());
  switch (value.kind()) {
    case json::Kind::kNull: return kind;
    case json::Kind::kBool: return mixed(kind, value.as_bool() ? 1 : 0);
    case json::Kind::kNumber: return mixed(kind, std::hash<double>()(value.as_double()));
    case json::Kind::kString: return mixed(kind, std::hash<std::string_view>()(value.as_string()));
    case json::Kind::kArray: {
      auto sum = kind;
      for (auto element : value.elements()) sum = mixed(sum, hash_of(element));
      return sum;
    }
    case json::Kind::kObject: {
      auto sum = kind;
      for (auto const& member : value.members())
        sum += mixed(std::hash<std::string_view>()(member.key), hash_of(member.value));
      return sum;
    }
  }
  return kind;
}

}  // namespace

auto array(Invocation const& invocation) -> Answer {
  auto elements = Values();
  for (auto argument : invocation.arguments)
    elements.push_back(as_part(invocation.arena, argument));
  return json::make_array(invocation.arena, elements);
}

auto array_partition(Invocation const& invocation) -> Answer {
  auto const elements = TRY(array_argument(invocation, 0)).elements();
  auto const size = TRY(rounded_argument(invocation, 1));
  if (size <= 0) return std::unexpected("Argument 2 must be positive");
  auto chunks = Values();
  for (std::size_t at = 0; at < elements.size(); at += static_cast<std::size_t>(size)) {
    auto const count = std::min(static_cast<std::size_t>(size), elements.size() - at);
    chunks.push_back(json::make_array(invocation.arena, elements.subspan(at, count)));
  }
  return json::make_array(invocation.arena, chunks);
}

auto array_contains(Invocation const& invocation) -> Answer {
  auto const elements = TRY(array_argument(invocation, 0)).elements();
  auto const wanted = invocation.arguments[1];
  return Value::boolean(
      std::ranges::any_of(elements, [&](Value v) { return java_equal(v, wanted); }));
}

auto array_range(Invocation const& invocation) -> Answer {
  auto const first = TRY(rounded_argument(invocation, 0));
  auto const last = TRY(rounded_argument(invocation, 1));
  auto const step = TRY(rounded_argument(invocation, 2));
  if (step == 0) return std::unexpected("Argument 3 must not be 0");
  auto const count = (last - first) / step + 1;
  if ((step > 0 && last < first) || (step < 0 && last > first))
    return json::make_array(invocation.arena, {});
  if (count > kRangeElements) return std::unexpected("The range has more than 1000 elements");
  auto elements = Values();
  for (std::int64_t i = 0; i < count; ++i)
    elements.push_back(json::make_number(invocation.arena, first + i * step));
  return json::make_array(invocation.arena, elements);
}

auto array_get_item(Invocation const& invocation) -> Answer {
  auto const elements = TRY(array_argument(invocation, 0)).elements();
  auto const& number = invocation.arguments[1];
  auto const index = number.is_number() ? number.as_int64() : std::nullopt;
  if (!index) return std::unexpected("Argument 2 must be an integer");
  if (*index < 0 || static_cast<std::size_t>(*index) >= elements.size())
    return std::unexpected("The index " + std::to_string(*index) +
                           " is out of range for an array of " + std::to_string(elements.size()) +
                           " elements");
  return elements[static_cast<std::size_t>(*index)];
}

auto array_length(Invocation const& invocation) -> Answer {
  auto const size = TRY(array_argument(invocation, 0)).size();
  return json::make_number(invocation.arena, static_cast<std::int64_t>(size));
}

auto array_unique(Invocation const& invocation) -> Answer {
  auto unique = Values();
  auto seen = std::multimap<std::size_t, Value>();
  for (auto value : TRY(array_argument(invocation, 0)).elements()) {
    auto const hash = hash_of(value);
    auto [at, end] = seen.equal_range(hash);
    if (std::any_of(at, end, [&](auto const& entry) { return java_equal(entry.second, value); }))
      continue;
    seen.emplace(hash, value);
    unique.push_back(value);
  }
  return json::make_array(invocation.arena, unique);
}

}  // namespace treadle::expr::intrinsic
