// An allocator for large tables that are read in no order: their memory is asked for in huge pages, so
// that the processor need not look up where each small page is.
#pragma once

#include <cstddef>
#include <new>
#include <sys/mman.h>

namespace treadle::runtime {

template <typename T>
struct HugePages {
  using value_type = T;
  HugePages() = default;
  template <typename Other>
  explicit HugePages(HugePages<Other> const& /*other*/) {}

  [[nodiscard]] auto allocate(std::size_t count) -> T* {
    auto const bytes = count * sizeof(T);
    if (bytes < kLarge) return static_cast<T*>(::operator new(bytes));
    auto* const memory = ::operator new(bytes, kPage);
    // A wish: small pages do as well.
    (void)::madvise(memory, bytes, MADV_HUGEPAGE);
    return static_cast<T*>(memory);
  }
  void deallocate(T* memory, std::size_t count) {
    if (count * sizeof(T) < kLarge) return ::operator delete(memory);
    ::operator delete(memory, kPage);
  }
  friend auto operator==(HugePages const&, HugePages const&) -> bool { return true; }

 private:
  static constexpr std::align_val_t kPage{std::size_t{2} << 20};
  static constexpr std::size_t kLarge = std::size_t{4} << 20;
};

}  // namespace treadle::runtime
