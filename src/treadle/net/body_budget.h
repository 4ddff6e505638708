// Memory for the bodies that are larger than most, counted over all connections.
#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <utility>

namespace treadle::net {

struct Request;

// Any thread.
class BodyBudget {
 public:
  explicit BodyBudget(std::size_t bytes_max) : left_(bytes_max) {}
  // False, and nothing taken, where less is left.
  [[nodiscard]] auto take(std::size_t bytes) -> bool {
    auto left = left_.load();
    while (left >= bytes) {
      if (left_.compare_exchange_weak(left, left - bytes)) return true;
    }
    return false;
  }
  void give_back(std::size_t bytes) { left_ += bytes; }
  [[nodiscard]] auto left() const -> std::size_t { return left_; }

 private:
  std::atomic<std::size_t> left_;
};

// What one body has taken; given back with it.
class BodyShare {
 public:
  explicit BodyShare(std::shared_ptr<BodyBudget> budget) : budget_(std::move(budget)) {}
  BodyShare(BodyShare const&) = delete;
  auto operator=(BodyShare const&) -> BodyShare& = delete;
  ~BodyShare() { budget_->give_back(taken_); }

  // Has room for `bytes` and perhaps some more; false: the budget is used up.
  [[nodiscard]] auto grow_to(std::size_t bytes) -> bool {
    if (bytes <= taken_) return true;
    auto const more = (bytes - taken_ + kStep - 1) / kStep * kStep;
    if (!budget_->take(more)) return false;
    taken_ += more;
    return true;
  }

 private:
  static constexpr std::size_t kStep = std::size_t{1} << 20;
  std::shared_ptr<BodyBudget> budget_;
  std::size_t taken_ = 0;
};

// Requests whose bodies may be larger than those of others.
struct LargeBodies {
  // How large the body of the request with this head may be; asked once per request. Any loop.
  std::function<std::size_t(Request const& head)> bytes_max{};
  // What such bodies take their memory from as they arrive, and keep as long as Request::share
  // lives; beyond: 503.
  std::shared_ptr<BodyBudget> budget{};
};

}  // namespace treadle::net
