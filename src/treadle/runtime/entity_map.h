// Owned values by the id of an entity, in one flat table: finding one among a million touches one place
// in memory, where lists behind buckets touch several that nobody has looked at for long.
//
// Linear probing; what is taken out is closed up, so that the table does not age. It doubles when three
// quarters are full, and halves when an eighth is. At most 2^32 values. One thread.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "treadle/base/assert.h"
#include "treadle/base/strong_id.h"
#include "treadle/runtime/huge_pages.h"

namespace treadle::runtime {

template <typename T>
class EntityMap {
 public:
  [[nodiscard]] auto size() const -> std::size_t { return size_; }
  [[nodiscard]] auto empty() const -> bool { return size_ == 0; }

  // `value` is not null. What had the id before goes.
  void put(EntityId id, std::unique_ptr<T> value) {
    TREADLE_ASSERT(value != nullptr);
    if (4 * (size_ + 1) > 3 * slots_.size()) resize(std::max(kFewest, 2 * slots_.size()));
    auto& slot = slots_[find(id)];
    if (!slot.value) ++size_;
    slot = {id, std::move(value)};
  }

  // Null where there is none.
  [[nodiscard]] auto take(EntityId id) -> std::unique_ptr<T> {
    if (size_ == 0) return nullptr;
    auto const at = find(id);
    auto value = std::move(slots_[at].value);
    if (!value) return nullptr;
    --size_;
    close_up(at);
    if (slots_.size() > kFewest && 8 * size_ < slots_.size()) resize(slots_.size() / 2);
    return value;
  }

  // In no order; nothing is put or taken meanwhile.
  template <typename Visit>
  void each(Visit const& visit) const {
    for (auto const& slot : slots_)
      if (slot.value) visit(slot.id, *slot.value);
  }

 private:
  static constexpr std::size_t kFewest = 64;
  struct Slot {
    EntityId id;
    std::unique_ptr<T> value;  // null: the slot is free
  };

  // Ids are drawn; the product spreads those that are not.
  [[nodiscard]] auto home(EntityId const& id) const -> std::size_t {
    auto const mixed = (id.high ^ id.low) * 0x9E37'79B9'7F4A'7C15U;
    return static_cast<std::size_t>(mixed >> 32U) & (slots_.size() - 1);
  }
  // The slot that has the id, or the free one where it belongs.
  [[nodiscard]] auto find(EntityId const& id) const -> std::size_t {
    auto at = home(id);
    while (slots_[at].value && slots_[at].id != id) at = (at + 1) & (slots_.size() - 1);
    return at;
  }
  // Moves up what stood behind a slot that became free, as long as that brings it nearer to its home.
  void close_up(std::size_t hole) {
    auto const mask = slots_.size() - 1;
    for (auto at = (hole + 1) & mask; slots_[at].value; at = (at + 1) & mask) {
      auto const away = (at - home(slots_[at].id)) & mask;
      if (away < ((at - hole) & mask)) continue;
      slots_[hole] = std::move(slots_[at]);
      hole = at;
    }
  }
  void resize(std::size_t slots) {
    auto old = std::exchange(slots_, Slots(slots));
    for (auto& slot : old)
      if (slot.value) {
        auto const at = find(slot.id);
        slots_[at] = std::move(slot);
      }
  }

  using Slots = std::vector<Slot, HugePages<Slot>>;
  Slots slots_;  // a power of two of them, or none
  std::size_t size_ = 0;
};

}  // namespace treadle::runtime
