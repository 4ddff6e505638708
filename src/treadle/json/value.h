// An immutable JSON tree whose parts are shared.
//
// A Value is a 16-byte handle, copied freely; what it points to lives in an Arena (or in text that
// the caller keeps alive) and never changes. Sub-trees are shared: replacing one member copies the
// members of that one object only. Strings are UTF-8, except that an escaped lone surrogate is kept
// as its three-byte form (WTF-8) and printed as \udXXX again. Numbers keep the text they were
// written with, so 1.0 stays 1.0. Members keep their order; where a parser was told to accept
// duplicates the last wins.
//
// A whole document that was parsed remembers its source text (source()); printing it gives that
// text back to the character. Its parts do not: they print compactly.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "treadle/base/assert.h"

namespace treadle::json {

class Arena;
struct Member;

namespace detail {

// What the handle of an array or object points to. Its Values or Members stand right behind it.
struct Node {
  std::uint64_t printed_size;  // compactly; stays at the greatest number once it gets there
  std::uint32_t depth;
};

struct Sourced;  // a Value with the text that it prints as

}  // namespace detail

enum class Kind : std::uint8_t { kNull, kBool, kNumber, kString, kArray, kObject };

class Value {
 public:
  constexpr Value() = default;  // null
  [[nodiscard]] static constexpr auto boolean(bool b) -> Value {
    return {Kind::kBool, 0, b ? 1U : 0U, nullptr};
  }
  // `text` must outlive the value and be valid JSON number text.
  [[nodiscard]] static constexpr auto number_text(std::string_view text) -> Value {
    return {Kind::kNumber, 0, static_cast<std::uint32_t>(text.size()), text.data()};
  }
  // `text` (UTF-8, unescaped) must outlive the value.
  [[nodiscard]] static auto string_view_of(std::string_view text) -> Value;

  // The handle in two words, for those who keep it in a form of their own: the kind in bits 0 to 7 of
  // `head`, what only from_words() understands in bits 8 to 15, zero above them up to bit 31, and in
  // the upper half the size: of a string or number its bytes, of an array or object its items.
  struct Words {
    std::uint64_t head;
    void const* data;
  };
  [[nodiscard]] constexpr auto words() const -> Words { return {head_, data_}; }
  [[nodiscard]] static constexpr auto from_words(Words words) -> Value { return Value(words); }

  [[nodiscard]] constexpr auto kind() const -> Kind { return static_cast<Kind>(head_ & 0xFFU); }
  [[nodiscard]] constexpr auto is_null() const -> bool { return kind() == Kind::kNull; }
  [[nodiscard]] constexpr auto is_bool() const -> bool { return kind() == Kind::kBool; }
  [[nodiscard]] constexpr auto is_number() const -> bool { return kind() == Kind::kNumber; }
  [[nodiscard]] constexpr auto is_string() const -> bool { return kind() == Kind::kString; }
  [[nodiscard]] constexpr auto is_array() const -> bool { return kind() == Kind::kArray; }
  [[nodiscard]] constexpr auto is_object() const -> bool { return kind() == Kind::kObject; }

  // Each of these asserts the kind.
  [[nodiscard]] auto as_bool() const -> bool;
  [[nodiscard]] auto as_string() const -> std::string_view;    // unescaped
  [[nodiscard]] auto number_text() const -> std::string_view;  // as written
  [[nodiscard]] auto as_double() const -> double;              // nearest; +-inf out of range
  // Exact integers only; 1.0 and 1e2 count.
  [[nodiscard]] auto as_int64() const -> std::optional<std::int64_t>;
  [[nodiscard]] auto elements() const -> std::span<Value const>;  // of an array
  [[nodiscard]] auto members() const -> std::span<Member const>;  // of an object, in order

  // The number of elements or members; 0 for any other kind.
  [[nodiscard]] constexpr auto size() const -> std::size_t {
    return is_array() || is_object() ? count() : 0;
  }
  // Whether both are handles of one and the same node (or equal null or bool): O(1), implies
  // equal().
  [[nodiscard]] constexpr auto is_same_as(Value other) const -> bool {
    return kind() == other.kind() && count() == other.count() && data_ == other.data_;
  }
  // The member of that name, or nullptr; nullptr also when this is no object.
  [[nodiscard]] auto find(std::string_view key) const -> Value const*;

  // Bytes that print() will give, without printing: O(1) for arrays and objects. Sharing makes
  // values that no memory could print; the size then stands at the greatest number.
  [[nodiscard]] auto printed_size() const -> std::size_t;
  // Levels of nesting: 0 for a scalar, 1 for [] and {}, 2 for [[]]. O(1).
  [[nodiscard]] auto depth() const -> std::size_t;
  // The text of the whole document that this value is the root of, else empty.
  [[nodiscard]] auto source() const -> std::string_view;
  // The same value without source(): it prints compactly.
  [[nodiscard]] auto without_source(Arena& arena) const -> Value;
  // The same value, printed as `text` from now on. `text` must outlive the value and parse to it.
  // Put into an array or object it is a part, and prints compactly.
  [[nodiscard]] auto with_source(Arena& arena, std::string_view text) const -> Value;

 private:
  friend class Builder;
  // Flags.
  static constexpr std::uint8_t kVerbatim =
      1;  // a string, or an object's keys: print without escapes
  static constexpr std::uint8_t kSourced = 2;  // data_ points to a detail::Sourced

  constexpr Value(Kind kind, std::uint8_t flags, std::uint32_t size, void const* data)
      : head_(static_cast<std::uint64_t>(kind) | std::uint64_t{flags} << 8U |
              std::uint64_t{size} << 32U),
        data_(data) {}
  explicit constexpr Value(Words words) : head_(words.head), data_(words.data) {}

  [[nodiscard]] constexpr auto flags() const -> std::uint8_t {
    return static_cast<std::uint8_t>(head_ >> 8U);
  }
  // Bytes of a number or string; elements, members; 1 for true.
  [[nodiscard]] constexpr auto count() const -> std::uint32_t {
    return static_cast<std::uint32_t>(head_ >> 32U);
  }
  // What data_ points to without source().
  [[nodiscard]] auto data() const -> void const*;
  [[nodiscard]] auto items() const -> void const*;

  // One word, so that a handle that was just made can be copied without a detour through memory.
  std::uint64_t head_ = 0;
  void const* data_ = nullptr;
};

struct Member {
  std::string_view key;  // unescaped
  Value value;
};

// Deep equality as JSON documents: numbers by value (1 == 1.0), objects without regard to order.
[[nodiscard]] auto equal(Value a, Value b) -> bool;

// Makes values in an arena. All copy what they are given (the keys and texts too); sub-trees are
// shared, so whatever they point to must live as long as the arena does. An object's keys must
// differ.
[[nodiscard]] auto make_string(Arena& arena, std::string_view text) -> Value;
[[nodiscard]] auto make_number(Arena& arena, std::int64_t number) -> Value;
[[nodiscard]] auto make_number(Arena& arena, double number) -> Value;  // ECMAScript form; finite
[[nodiscard]] auto make_array(Arena& arena, std::span<Value const> elements) -> Value;
// Keys are copied unless they already live in the arena (pass KeyStorage::kOutlives for that).
enum class KeyStorage { kCopy, kOutlives };
[[nodiscard]] auto make_object(Arena& arena, std::span<Member const> members,
                               KeyStorage keys = KeyStorage::kCopy) -> Value;
// A copy of object `object` with `key` set: in place if it is there, at the end otherwise.
[[nodiscard]] auto with_member(Arena& arena, Value object, std::string_view key, Value value)
    -> Value;
// A copy of array `array` with element `index` (< size) replaced.
[[nodiscard]] auto with_element(Arena& arena, Value array, std::size_t index, Value value) -> Value;
// A deep copy into another arena: nothing of the result points outside it.
[[nodiscard]] auto clone(Arena& arena, Value value) -> Value;

struct detail::Sourced {
  Value value;  // without source
  std::string_view text;
};

inline auto Value::data() const -> void const* {
  if ((flags() & kSourced) == 0) [[likely]]
    return data_;
  return static_cast<detail::Sourced const*>(data_)->value.data_;
}

inline auto Value::items() const -> void const* {
  return static_cast<detail::Node const*>(data()) + 1;
}

inline auto Value::as_bool() const -> bool {
  TREADLE_ASSERT(is_bool());
  return count() != 0;
}

inline auto Value::as_string() const -> std::string_view {
  TREADLE_ASSERT(is_string());
  return {static_cast<char const*>(data()), count()};
}

inline auto Value::number_text() const -> std::string_view {
  TREADLE_ASSERT(is_number());
  return {static_cast<char const*>(data()), count()};
}

inline auto Value::elements() const -> std::span<Value const> {
  TREADLE_ASSERT(is_array());
  return {static_cast<Value const*>(items()), count()};
}

inline auto Value::members() const -> std::span<Member const> {
  TREADLE_ASSERT(is_object());
  return {static_cast<Member const*>(items()), count()};
}

// Most keys of an object differ in their length or in their first letter.
[[nodiscard]] inline auto is_same_key(std::string_view a, std::string_view b) -> bool {
  return a.size() == b.size() && (a.empty() || (a[0] == b[0] && a == b));
}

inline auto Value::find(std::string_view key) const -> Value const* {
  if (!is_object()) return nullptr;
  for (auto const& member : members())
    if (is_same_key(member.key, key)) return &member.value;
  return nullptr;
}

inline auto Value::source() const -> std::string_view {
  if ((flags() & kSourced) == 0) return {};
  return static_cast<detail::Sourced const*>(data_)->text;
}

}  // namespace treadle::json
