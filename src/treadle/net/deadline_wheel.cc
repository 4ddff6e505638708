#include "treadle/net/deadline_wheel.h"

#include <algorithm>
#include <utility>

namespace treadle::net {

DeadlineWheel::DeadlineWheel(SteadyDuration tick, SteadyTime now) : tick_(tick), start_(now) {
  for (auto& head : slots_) head.previous_ = head.next_ = &head;
}

void DeadlineWheel::set(Node& node, SteadyTime due) {
  clear(node);
  node.due_ = due;
  // One slot later than the tick it falls in, so that it is due when its slot comes up.
  link(node, ticks_at(due) + 1);
}

// Beyond the horizon a node waits in the last slot and is put back from there.
void DeadlineWheel::link(Node& node, std::size_t ticks) {
  auto& head = slots_[std::clamp(ticks, now_ticks_, now_ticks_ + kSlots - 1) % kSlots];
  node.previous_ = head.previous_;
  node.next_ = &head;
  head.previous_->next_ = &node;
  head.previous_ = &node;
  ++size_;
}

void DeadlineWheel::clear(Node& node) {
  if (node.previous_ == nullptr) return;
  node.previous_->next_ = node.next_;
  node.next_->previous_ = node.previous_;
  node.previous_ = node.next_ = nullptr;
  --size_;
}

void DeadlineWheel::advance(SteadyTime now, std::function<void(Node&)> const& expired) {
  auto const target = ticks_at(now);
  if (target < now_ticks_) return;
  auto const first = std::exchange(now_ticks_, target + 1);
  auto const last = std::min(target, first + kSlots - 1);
  for (auto ticks = first; ticks <= last; ++ticks) {
    Node list;  // taken out first: what is put back may fall into this very slot
    take_all(slots_[ticks % kSlots], list);
    while (list.next_ != &list) {
      auto& node = *list.next_;
      clear(node);
      if (node.due_ <= now) {
        expired(node);
      } else {
        link(node, ticks_at(node.due_) + 1);
      }
    }
  }
}

void DeadlineWheel::take_all(Node& from, Node& to) {
  to.previous_ = to.next_ = &to;
  if (from.next_ == &from) return;
  to.next_ = std::exchange(from.next_, &from);
  to.previous_ = std::exchange(from.previous_, &from);
  to.next_->previous_ = &to;
  to.previous_->next_ = &to;
}

auto DeadlineWheel::ticks_at(SteadyTime time) const -> std::size_t {
  return time <= start_ ? 0 : static_cast<std::size_t>((time - start_) / tick_);
}

}  // namespace treadle::net
