// How one JSON document differs from another, for people.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "treadle/json/value.h"

namespace treadle::scenario {

// Something that was not as expected.
struct Difference {
  std::string path;      // "output.items[2].sku", "status"
  std::string expected;  // JSON, or words
  std::string got;
  friend auto operator==(Difference const&, Difference const&) -> bool = default;
};

// kIncludes: an object may have more members than were expected, at every depth. An array has as
// many elements as were expected in both.
enum class Match : std::uint8_t { kExact, kIncludes };

// Appends where `got` is not `expected`, each difference at the deepest place. Numbers are compared
// by value, objects without regard to order. `path` is that of the root.
void compare(json::Value expected, json::Value got, Match match, std::string const& path,
             std::vector<Difference>& out);

[[nodiscard]] auto includes(json::Value all, json::Value part) -> bool;

}  // namespace treadle::scenario
