// A stack of plain values that starts in place and moves to the heap when it outgrows that; private
// to the module.
#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <new>
#include <type_traits>

namespace treadle::json {

template <typename T, std::size_t kInPlace>
class SmallStack {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  SmallStack() = default;
  SmallStack(SmallStack const&) = delete;
  auto operator=(SmallStack const&) -> SmallStack& = delete;

  [[nodiscard]] auto empty() const -> bool { return size_ == 0; }
  [[nodiscard]] auto size() const -> std::size_t { return size_; }
  [[nodiscard]] auto data() -> T* { return items_; }
  [[nodiscard]] auto back() -> T& { return items_[size_ - 1]; }
  void push(T const& item) { new (extend()) T(item); }
  // Made in place: a copy would have to wait until all fields have reached memory.
  template <typename... Fields>
  void emplace(Fields... fields) {
    new (extend()) T{fields...};
  }
  // Room for one more item, still to be made.
  [[nodiscard]] auto extend() -> T* {
    if (size_ == capacity_) [[unlikely]]
      grow();
    return items_ + size_++;
  }
  void pop() { --size_; }
  void shrink_to(std::size_t size) { size_ = size; }

 private:
  void grow() {
    auto wider = std::make_unique_for_overwrite<std::byte[]>(2 * capacity_ * sizeof(T));
    std::memcpy(wider.get(), static_cast<void const*>(items_), size_ * sizeof(T));
    heap_ = std::move(wider);
    items_ = reinterpret_cast<T*>(heap_.get());
    capacity_ *= 2;
  }

  alignas(T) std::byte in_place_[kInPlace * sizeof(T)];
  std::unique_ptr<std::byte[]> heap_;
  T* items_ = reinterpret_cast<T*>(in_place_);
  std::size_t size_ = 0;
  std::size_t capacity_ = kInPlace;
};

}  // namespace treadle::json
