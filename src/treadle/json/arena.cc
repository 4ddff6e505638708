#include "treadle/json/arena.h"

#include <algorithm>
#include <cstring>
#include <new>
#include <utility>

#if defined(TREADLE_POISON_ARENAS)
#include <sanitizer/asan_interface.h>
#endif

namespace treadle::json {

namespace {

constexpr std::size_t kFirstBlockBytes = 4'096;
constexpr std::size_t kDoublingBytesMax =
    1U << 20;  // blocks beyond this grow no further by themselves

// Tells the address sanitizer that nothing may be read here until it is given out again.
void poison([[maybe_unused]] void const* begin, [[maybe_unused]] std::size_t bytes) {
#if defined(TREADLE_POISON_ARENAS)
  __asan_poison_memory_region(begin, bytes);
#endif
}

}  // namespace

void detail::unpoison([[maybe_unused]] void const* begin, [[maybe_unused]] std::size_t bytes) {
#if defined(TREADLE_POISON_ARENAS)
  __asan_unpoison_memory_region(begin, bytes);
#endif
}

// A block's memory follows its header.
struct alignas(16) Arena::Block {
  Block* next;
  std::size_t bytes;

  [[nodiscard]] auto memory() -> char* { return reinterpret_cast<char*>(this + 1); }
};

Arena::Arena(std::span<std::byte> first)
    : at_(reinterpret_cast<char*>(first.data())), end_(at_ + first.size()), begin_(at_) {
  poison(begin_, first.size());
}

Arena::Arena(Arena&& other) noexcept
    : at_(std::exchange(other.at_, nullptr)),
      end_(std::exchange(other.end_, nullptr)),
      blocks_(std::exchange(other.blocks_, nullptr)),
      used_before_(std::exchange(other.used_before_, 0)),
      begin_(std::exchange(other.begin_, nullptr)) {}

auto Arena::operator=(Arena&& other) noexcept -> Arena& {
  if (this != &other) {
    release();
    at_ = std::exchange(other.at_, nullptr);
    end_ = std::exchange(other.end_, nullptr);
    blocks_ = std::exchange(other.blocks_, nullptr);
    used_before_ = std::exchange(other.used_before_, 0);
    begin_ = std::exchange(other.begin_, nullptr);
  }
  return *this;
}

Arena::~Arena() { release(); }

void Arena::release() {
  detail::unpoison(begin_, static_cast<std::size_t>(end_ - begin_));  // may be the caller's memory
  while (blocks_ != nullptr) {
    Block* const next = blocks_->next;
    detail::unpoison(blocks_->memory(), blocks_->bytes);
    ::operator delete(blocks_);
    blocks_ = next;
  }
}

void Arena::start_in(Block* block) {
  begin_ = block->memory();
  at_ = begin_;
  end_ = begin_ + block->bytes;
  poison(begin_, block->bytes);
}

// Makes room for at least `bytes` at any alignment.
void Arena::grow(std::size_t bytes) {
  auto const last = static_cast<std::size_t>(end_ - begin_);
  auto const doubled = std::clamp(2 * last, kFirstBlockBytes, kDoublingBytesMax);
  auto const size = std::max(doubled, bytes + 16);
  used_before_ += static_cast<std::size_t>(at_ - begin_);
  if (blocks_ == nullptr)
    detail::unpoison(at_, static_cast<std::size_t>(end_ - at_));  // the caller's
  auto* const block = static_cast<Block*>(::operator new(sizeof(Block) + size));
  block->next = blocks_;
  block->bytes = size;
  blocks_ = block;
  start_in(block);
}

auto Arena::copy(std::string_view text) -> std::string_view {
  if (text.empty()) return {};
  auto* const begin = static_cast<char*>(allocate(text.size(), 1));
  std::memcpy(begin, text.data(), text.size());
  return {begin, text.size()};
}

void Arena::reset() {
  used_before_ = 0;
  if (blocks_ == nullptr) {
    at_ = begin_;
    poison(begin_, static_cast<std::size_t>(end_ - begin_));
    return;
  }
  Block* largest = blocks_;
  for (Block* b = blocks_; b != nullptr; b = b->next) {
    if (b->bytes > largest->bytes) largest = b;
  }
  for (Block* b = blocks_; b != nullptr;) {
    Block* const next = b->next;
    if (b != largest) {
      detail::unpoison(b->memory(), b->bytes);
      ::operator delete(b);
    }
    b = next;
  }
  largest->next = nullptr;
  blocks_ = largest;
  start_in(largest);
}

auto Arena::bytes_used() const -> std::size_t {
  return used_before_ + static_cast<std::size_t>(at_ - begin_);
}

}  // namespace treadle::json
