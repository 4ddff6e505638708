#include "treadle/net/response_budget.h"

namespace treadle::net {

auto ResponseBudget::take(ClientConnection& connection, std::size_t bytes) -> bool {
  if (bytes <= kFreeBytes) return true;
  auto& held = held_[&connection];
  total_ += bytes - held;
  held = bytes;
  if (total_ <= bytes_max_) return true;
  if (leader_ == nullptr) leader_ = &connection;
  if (leader_ == &connection) return true;
  paused_.push_back(&connection);
  return false;
}

auto ResponseBudget::give_back(ClientConnection& connection) -> std::vector<ClientConnection*> {
  std::vector<ClientConnection*> ready;
  auto const gone = held_.extract(&connection);
  if (gone.empty()) return ready;
  total_ -= gone.mapped();
  std::erase(paused_, &connection);
  if (leader_ == &connection) leader_ = nullptr;
  auto const has_room = [&] { return total_ + (ready.size() + 1) * kFreeBytes <= bytes_max_; };
  while (!paused_.empty() && (has_room() || (leader_ == nullptr && ready.empty()))) {
    auto* const next = paused_.front();
    paused_.pop_front();
    if (!has_room()) leader_ = next;
    ready.push_back(next);
  }
  return ready;
}

}  // namespace treadle::net
