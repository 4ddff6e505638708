// Deadlines of many connections at the cost of a list operation each: a timer wheel with coarse
// ticks.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <functional>

#include "treadle/net/event_loop.h"

namespace treadle::net {

// Reads no clock: whoever owns it says what time it is. Not thread-safe.
class DeadlineWheel {
 public:
  // What has a deadline derives from this. It must be cleared before it is destroyed.
  class Node {
   public:
    Node() = default;
    Node(Node const&) = delete;
    auto operator=(Node const&) -> Node& = delete;

   private:
    friend class DeadlineWheel;
    Node* previous_ = nullptr;  // null: in no list
    Node* next_ = nullptr;
    SteadyTime due_{};
  };

  // Deadlines are noticed at most two ticks late.
  DeadlineWheel(SteadyDuration tick, SteadyTime now);

  // Gives `node` a deadline instead of any it had.
  void set(Node& node, SteadyTime due);
  void clear(Node& node);
  [[nodiscard]] auto empty() const -> bool { return size_ == 0; }
  [[nodiscard]] auto tick() const -> SteadyDuration { return tick_; }

  // Calls `expired` for each node whose deadline is not after `now`, having cleared it; it may set
  // and clear any node. Call it about every tick; a longer pause costs nothing but lateness.
  void advance(SteadyTime now, std::function<void(Node&)> const& expired);

 private:
  static auto constexpr kSlots = std::size_t{512};

  auto ticks_at(SteadyTime time) const -> std::size_t;
  void link(Node& node, std::size_t ticks);
  static void take_all(Node& from, Node& to);

  SteadyDuration tick_;
  SteadyTime start_;
  std::size_t now_ticks_ = 0;  // all slots before this one have been looked at
  std::size_t size_ = 0;
  std::array<Node, kSlots> slots_;  // heads of circular lists
};

}  // namespace treadle::net
