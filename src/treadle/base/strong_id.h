// StrongId<Tag, Rep>: an integer that cannot be confused with another kind of id.
#pragma once

#include <compare>
#include <cstdint>

namespace treadle {

template <typename Tag, typename Rep = std::uint32_t>
class StrongId {
 public:
  using rep = Rep;
  constexpr StrongId() = default;
  constexpr explicit StrongId(Rep value) : value_(value) {}
  [[nodiscard]] constexpr auto value() const -> Rep { return value_; }
  friend constexpr auto operator<=>(StrongId, StrongId) = default;

 private:
  Rep value_ = 0;
};

// 128-bit identity of an entity (execution, map run, activity queue). Drawn once, never reused.
struct EntityId {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  friend constexpr auto operator<=>(EntityId const&, EntityId const&) = default;
};

}  // namespace treadle
