// A bump allocator: memory is given out in order and given back all at once.
// Not thread-safe; nothing that it gave out may be used after reset() or its end.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#if defined(__SANITIZE_ADDRESS__)
#define TREADLE_POISON_ARENAS
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define TREADLE_POISON_ARENAS
#endif
#endif

namespace treadle::json {

class Arena {
 public:
  Arena() = default;
  // Starts in `first`, memory of the caller that outlives the arena, before it asks the heap.
  explicit Arena(std::span<std::byte> first);
  Arena(Arena const&) = delete;
  auto operator=(Arena const&) -> Arena& = delete;
  Arena(Arena&&) noexcept;
  auto operator=(Arena&&) noexcept -> Arena&;
  ~Arena();

  // `bytes` of uninitialised memory; alignment is a power of two of at most 16. Never null.
  [[nodiscard]] auto allocate(std::size_t bytes, std::size_t alignment = 8) -> void*;
  template <typename T>
  [[nodiscard]] auto allocate_array(std::size_t n) -> T* {
    return static_cast<T*>(allocate(n * sizeof(T), alignof(T)));  // NOLINT: T may be a pointer
  }
  // A copy of `text` that lives as long as the arena.
  [[nodiscard]] auto copy(std::string_view text) -> std::string_view;
  // Forgets everything and keeps the largest block for reuse.
  void reset();
  // Bytes given out since the start or the last reset(), with what alignment cost.
  [[nodiscard]] auto bytes_used() const -> std::size_t;

 private:
  struct Block;
  void grow(std::size_t bytes);
  void start_in(Block* block);
  void release();

  char* at_ = nullptr;
  char* end_ = nullptr;
  Block* blocks_ = nullptr;  // of the heap, the newest first
  std::size_t used_before_ = 0;
  char* begin_ = nullptr;
};

namespace detail {
void unpoison(void const* begin, std::size_t bytes);  // under the address sanitizer, else nothing
}  // namespace detail

inline auto Arena::allocate(std::size_t bytes, std::size_t alignment) -> void* {
  auto const padding =
      static_cast<std::size_t>(-reinterpret_cast<std::uintptr_t>(at_)) & (alignment - 1);
  auto const left = static_cast<std::size_t>(end_ - at_);
  if (left < bytes || left - bytes < padding || at_ == nullptr) [[unlikely]] {
    grow(bytes);
    return allocate(bytes, alignment);
  }
  char* const given = at_ + padding;
  at_ = given + bytes;
#if defined(TREADLE_POISON_ARENAS)
  detail::unpoison(given, bytes);
#endif
  return given;
}

}  // namespace treadle::json
