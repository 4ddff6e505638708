// What of a definition executions went through.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "treadle/asl/model.h"

namespace treadle::scenario {

enum class Part : std::uint8_t { kState, kTransition, kCatcher, kRetrier, kChoiceRule };
inline constexpr Part kParts[] = {Part::kState, Part::kTransition, Part::kCatcher, Part::kRetrier,
                                  Part::kChoiceRule};
// "states", "choice rules".
[[nodiscard]] auto name_of(Part part) -> std::string_view;

// A part of a definition that an execution may go through.
struct Point {
  Part part = Part::kState;
  std::uint32_t state = 0;  // index
  std::uint32_t detail =
      0;  // the state that a transition leads to; the index of a catcher, retrier
          // or rule, Default as the number of rules
  friend auto operator<=>(Point const&, Point const&) = default;
};
using Points = std::set<Point>;

// A transition is counted once however many rules and catchers make it.
class Coverage {
 public:
  // Nothing is covered yet.
  explicit Coverage(asl::DefinitionPtr definition);

  void add(Points const& points);

  struct Count {
    std::size_t covered = 0;
    std::size_t total = 0;
  };
  [[nodiscard]] auto count(Part part) const -> Count;
  // Of all parts together, rounded down; 100 where there is nothing to cover.
  [[nodiscard]] auto percent() const -> std::uint32_t;
  // "transition Pay -> Refund", "catcher 0 of Pay (PaymentDeclined)": by part, as in the definition.
  [[nodiscard]] auto missing() const -> std::vector<std::string>;

 private:
  [[nodiscard]] auto describe(Point const& point) const -> std::string;

  asl::DefinitionPtr definition_;
  std::map<Point, bool> points_;  // whether it was gone through
};

}  // namespace treadle::scenario
