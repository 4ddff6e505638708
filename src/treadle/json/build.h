// How values are put together; private to the module.
#pragma once

#include <cstdint>
#include <limits>
#include <string_view>

#include "treadle/json/arena.h"
#include "treadle/json/value.h"

namespace treadle::json {

// The greatest printed size: "too many to count".
inline constexpr std::uint64_t kSizeMax = std::numeric_limits<std::uint64_t>::max();

[[nodiscard]] inline auto add_sizes(std::uint64_t a, std::uint64_t b) -> std::uint64_t {
  return a > kSizeMax - b ? kSizeMax : a + b;
}

// Whether a string (a value or every key of an object) prints as the very bytes it has.
enum class Text : std::uint8_t { kNeedsEscapes, kVerbatim };

class Builder {
 public:
  // `text` must outlive the value.
  [[nodiscard]] static auto string(std::string_view text, Text print) -> Value {
    TREADLE_ASSERT(text.size() <= std::numeric_limits<std::uint32_t>::max());
    return {Kind::kString, flags(print), static_cast<std::uint32_t>(text.size()), text.data()};
  }
  // `node` is followed by `size` Values.
  [[nodiscard]] static auto array(detail::Node const* node, std::uint32_t size) -> Value {
    return {Kind::kArray, 0, size, node};
  }
  // `node` is followed by `size` Members.
  [[nodiscard]] static auto object(detail::Node const* node, std::uint32_t size, Text keys)
      -> Value {
    return {Kind::kObject, flags(keys), size, node};
  }
  [[nodiscard]] static auto with_source(Arena& arena, Value value, std::string_view text) -> Value;

  // Of a string: how it prints. Of an object: how its keys print.
  [[nodiscard]] static auto text(Value value) -> Text {
    return (value.flags() & Value::kVerbatim) != 0 ? Text::kVerbatim : Text::kNeedsEscapes;
  }
  [[nodiscard]] static auto without_source(Value value) -> Value {
    if ((value.flags() & Value::kSourced) == 0) [[likely]]
      return value;
    return static_cast<detail::Sourced const*>(value.data_)->value;
  }
  // Of an array or object.
  [[nodiscard]] static auto node(Value value) -> detail::Node const& {
    return *static_cast<detail::Node const*>(value.data());
  }
  // What a number's or string's bytes, or a node, are found at: a handle to the same at another
  // place.
  [[nodiscard]] static auto moved_to(Value value, void const* data) -> Value {
    return {value.kind(), value.flags(), value.count(), data};
  }
  // Printed as a part, without regard to source().
  [[nodiscard]] static auto compact_size(Value value) -> std::uint64_t;

 private:
  [[nodiscard]] static auto flags(Text print) -> std::uint8_t {
    return print == Text::kVerbatim ? Value::kVerbatim : 0;
  }
};

// A Node with room for `n` items of type T behind it.
template <typename T>
struct NodeSpace {
  detail::Node* node;
  T* items;
};

template <typename T>
[[nodiscard]] auto allocate_node(Arena& arena, std::size_t n) -> NodeSpace<T> {
  static_assert(sizeof(detail::Node) % alignof(T) == 0);
  auto* const node =
      static_cast<detail::Node*>(arena.allocate(sizeof(detail::Node) + n * sizeof(T), alignof(T)));
  return {node, reinterpret_cast<T*>(node + 1)};
}

}  // namespace treadle::json
