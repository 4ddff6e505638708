// JSON as functions see it: views of values, and a memory to make values in.
//
// A JsonView is two words, copied freely. It is good for as long as what it was got from: the Task
// that a function is given, or the JsonMemory that it was made in. Nothing here throws. A view may be
// read by any thread; a memory belongs to one thread at a time.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace treadle {

enum class JsonKind : std::uint8_t { kNull, kBool, kNumber, kString, kArray, kObject };

namespace library {
struct Access;  // for the library's own sources
}  // namespace library

class JsonView {
 public:
  constexpr JsonView() = default;  // null

  [[nodiscard]] auto kind() const -> JsonKind;
  [[nodiscard]] auto is_null() const -> bool { return kind() == JsonKind::kNull; }
  // Each of these is nullopt for a value of another kind.
  [[nodiscard]] auto boolean() const -> std::optional<bool>;
  [[nodiscard]] auto string() const -> std::optional<std::string_view>;  // UTF-8, unescaped
  [[nodiscard]] auto number() const -> std::optional<double>;
  // Exact integers only; 1.0 and 1e2 count.
  [[nodiscard]] auto integer() const -> std::optional<std::int64_t>;

  // Elements of an array or members of an object; 0 for any other kind.
  [[nodiscard]] auto size() const -> std::size_t;
  // Of an array its element, of an object its member's value; null where there is none.
  [[nodiscard]] auto at(std::size_t index) const -> JsonView;
  template <std::integral Index>
  [[nodiscard]] auto operator[](Index index) const -> JsonView {
    return at(static_cast<std::size_t>(index));
  }
  // The name of an object's member; empty where there is none.
  [[nodiscard]] auto key(std::size_t index) const -> std::string_view;
  // An object's member, null where there is none; find() tells that from a member that is null.
  [[nodiscard]] auto operator[](std::string_view key) const -> JsonView;
  [[nodiscard]] auto operator[](char const* key) const -> JsonView {
    return (*this)[std::string_view(key)];
  }
  [[nodiscard]] auto find(std::string_view key) const -> std::optional<JsonView>;

  // As JSON text: as it was written if this is a whole document, else without blanks.
  [[nodiscard]] auto text() const -> std::string;

 private:
  friend struct library::Access;
  std::uint64_t head_ = 0;
  void const* data_ = nullptr;
};

// A value on its way into an array or object: a view, or whatever C++ has for one. A double that is
// not finite becomes null.
class JsonItem {
 public:
  // All of them convert: that is what it is for. NOLINTBEGIN(google-explicit-constructor)
  JsonItem(JsonView view) : kind_(Kind::kView), view_(view) {}
  JsonItem(std::nullptr_t) : kind_(Kind::kView) {}
  template <typename T>
    requires std::same_as<T, bool>
  JsonItem(T value) : kind_(Kind::kBool), flag_(value) {}
  template <std::signed_integral T>
  JsonItem(T value) : kind_(Kind::kSigned), integer_(value) {}
  template <std::unsigned_integral T>
    requires(!std::same_as<T, bool>)
  JsonItem(T value) : kind_(Kind::kUnsigned), natural_(value) {}
  template <std::floating_point T>
  JsonItem(T value) : kind_(Kind::kDouble), real_(static_cast<double>(value)) {}
  JsonItem(std::string_view text) : kind_(Kind::kText), text_(text) {}
  JsonItem(std::string const& text) : JsonItem(std::string_view(text)) {}
  JsonItem(char const* text) : JsonItem(std::string_view(text)) {}
  // NOLINTEND(google-explicit-constructor)

 private:
  friend struct library::Access;
  enum class Kind : std::uint8_t { kView, kBool, kSigned, kUnsigned, kDouble, kText };
  Kind kind_;
  union {
    bool flag_;
    std::int64_t integer_;
    std::uint64_t natural_;
    double real_;
  };
  JsonView view_{};
  std::string_view text_{};
};

struct JsonField {
  std::string_view key;
  JsonItem value;
};

// Values are made in it and live as long as it does. They may refer to values of other memories,
// which must then live as long.
class JsonMemory {
 public:
  JsonMemory();
  JsonMemory(JsonMemory&& other) noexcept;
  auto operator=(JsonMemory&& other) noexcept -> JsonMemory&;
  ~JsonMemory();

  // Strict JSON (RFC 8259); the text is copied. The error says what is wrong, and where.
  [[nodiscard]] auto parse(std::string_view text) -> std::expected<JsonView, std::string>;
  // Keys and texts are copied; bytes that are not UTF-8 become U+FFFD. Of fields with one key the
  // last counts.
  [[nodiscard]] auto object(std::span<JsonField const> fields) -> JsonView;
  [[nodiscard]] auto object(std::initializer_list<JsonField> fields) -> JsonView {
    return object(std::span(fields.begin(), fields.size()));
  }
  [[nodiscard]] auto array(std::span<JsonItem const> items) -> JsonView;
  [[nodiscard]] auto array(std::initializer_list<JsonItem> items) -> JsonView {
    return array(std::span(items.begin(), items.size()));
  }
  [[nodiscard]] auto value(JsonItem item) -> JsonView;
  // `object` with one member set, in its place or at the end. An object of that one member where
  // `object` is none.
  [[nodiscard]] auto with(JsonView object, std::string_view key, JsonItem value) -> JsonView;

 private:
  friend struct library::Access;
  explicit JsonMemory(void* arena) : arena_(arena), is_own_(false) {}
  void* arena_;
  bool is_own_ = true;
};

}  // namespace treadle
