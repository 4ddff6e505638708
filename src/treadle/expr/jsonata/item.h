// What an expression computes with; private to the module.
//
// An Item is a handle of 16 bytes, copied freely and handed on in registers; what it points to lives in the evaluation's arena
// or in the input. Parts of the input stay json::Values; what the expression makes are numbers,
// strings, lists, ranges, objects and functions of its own, which become JSON when they leave.
// Flags of arrays (sequence and so on, docs.jsonata.org, "Sequences") belong to the handle.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <type_traits>

#include "treadle/base/result.h"
#include "treadle/expr/jsonata/ast.h"
#include "treadle/json/arena.h"
#include "treadle/json/value.h"

namespace treadle::expr::jsonata {

struct List;
struct Object;
struct Function;
struct TupleStream;
class Evaluator;

// An evaluation that failed: the Evaluator holds the Failure.
struct Failed {};

class Item {
 public:
  enum class Kind : std::uint8_t {
    kUndefined,
    kJson,    // json()
    kNumber,  // number()
    kString,  // string()
    kList,
    kRange,  // of integers: number(), number() + 1, ... size() of them
    kObject,
    kFunction,
    kTuples,    // a tuple stream on its way to the path around it
    kTailCall,  // a call on its way to whoever called the function that ends with it
    kFailed,    // inside EvalItem alone
  };
  enum Flag : std::uint8_t {
    kSequence = 1,       // of one, it is that one; of none, undefined
    kKeepSingleton = 2,  // of one, it stays an array
    kConstructed = 4,    // by an array constructor in a path: not flattened
    kOuter = 8,          // wraps an input that is an array
  };

  constexpr Item() = default;
  constexpr Item(json::Value value)  // NOLINT: a value is one
      : head_(head_of(value.words())), pointer_(value.words().data) {}
  [[nodiscard]] static constexpr auto of(double number) -> Item {
    return Item(head_of(Kind::kNumber, Shape::kNumber), number);
  }
  [[nodiscard]] static constexpr auto of(bool b) -> Item { return json::Value::boolean(b); }
  // `text` outlives the item.
  [[nodiscard]] static constexpr auto of(std::string_view text) -> Item {
    return {head_of(Kind::kString, Shape::kString, text.size()), text.data()};
  }
  [[nodiscard]] static constexpr auto range(double first, std::uint32_t size) -> Item {
    return Item(head_of(Kind::kRange, Shape::kArray, size), first);
  }
  [[nodiscard]] static constexpr auto of(List* list, std::uint8_t flags = 0) -> Item {
    return Item(head_of(Kind::kList, Shape::kArray), list).with(flags);
  }
  [[nodiscard]] static constexpr auto of(Object* object) -> Item {
    return {head_of(Kind::kObject, Shape::kObject), object};
  }
  [[nodiscard]] static constexpr auto of(Function const* function) -> Item {
    return {head_of(Kind::kFunction, Shape::kFunction), function};
  }
  [[nodiscard]] static constexpr auto of(TupleStream* tuples) -> Item {
    return {head_of(Kind::kTuples, Shape::kArray), tuples};
  }
  [[nodiscard]] static constexpr auto tail_call() -> Item {
    return {head_of(Kind::kTailCall, Shape::kNone), nullptr};
  }

  [[nodiscard]] constexpr auto kind() const -> Kind { return static_cast<Kind>(head_ & 0xFFU); }
  [[nodiscard]] constexpr auto is_defined() const -> bool { return kind() != Kind::kUndefined; }
  [[nodiscard]] constexpr auto is_null() const -> bool { return shape() == Shape::kNull; }
  [[nodiscard]] constexpr auto is_bool() const -> bool { return shape() == Shape::kBool; }
  [[nodiscard]] constexpr auto is_number() const -> bool { return shape() == Shape::kNumber; }
  [[nodiscard]] constexpr auto is_string() const -> bool { return shape() == Shape::kString; }
  [[nodiscard]] constexpr auto is_array() const -> bool { return shape() == Shape::kArray; }
  [[nodiscard]] constexpr auto is_object() const -> bool { return shape() == Shape::kObject; }
  [[nodiscard]] constexpr auto is_function() const -> bool { return kind() == Kind::kFunction; }
  [[nodiscard]] constexpr auto is_json() const -> bool { return kind() == Kind::kJson; }
  [[nodiscard]] constexpr auto is_tuples() const -> bool { return kind() == Kind::kTuples; }

  // Each of these is only for what it names.
  [[nodiscard]] auto json() const -> json::Value {
    return json::Value::from_words(
        {(head_ >> kShapeBit & 0xFFFFU) | (head_ & kSizeBits), pointer_});
  }
  [[nodiscard]] auto boolean() const -> bool { return json().as_bool(); }
  [[nodiscard]] auto number() const -> double { return is_json() ? json().as_double() : number_; }
  [[nodiscard]] auto string() const -> std::string_view {
    return {static_cast<char const*>(pointer_), count()};
  }
  [[nodiscard]] auto list() const -> List* { return static_cast<List*>(mutable_pointer_); }
  [[nodiscard]] auto object() const -> Object* { return static_cast<Object*>(mutable_pointer_); }
  [[nodiscard]] auto function() const -> Function const* {
    return static_cast<Function const*>(pointer_);
  }
  [[nodiscard]] auto tuples() const -> TupleStream* {
    return static_cast<TupleStream*>(mutable_pointer_);
  }

  // Of an array: its elements. `at` a place behind them is undefined.
  [[nodiscard]] auto size() const -> std::size_t;
  [[nodiscard]] auto at(std::size_t index) const -> Item;
  // Of an object: the member, or undefined; undefined also for anything else.
  [[nodiscard]] auto member(std::string_view key) const -> Item;

  [[nodiscard]] constexpr auto has(Flag flag) const -> bool { return (flags() & flag) != 0; }
  [[nodiscard]] constexpr auto flags() const -> std::uint8_t {
    return static_cast<std::uint8_t>(head_ >> kFlagBit);
  }
  [[nodiscard]] constexpr auto with(std::uint8_t flags) const -> Item {
    auto item = *this;
    item.head_ |= std::uint64_t{flags} << kFlagBit;
    return item;
  }
  [[nodiscard]] constexpr auto without_flags() const -> Item {
    auto item = *this;
    item.head_ &= ~(std::uint64_t{0xFF} << kFlagBit);
    return item;
  }
  // Whether both are one and the same thing, as JavaScript's === sees it.
  [[nodiscard]] auto is_same_as(Item other) const -> bool;

 private:
  friend class EvalItem;
  // What it is as JSON, whatever keeps it; as json::Kind has it.
  enum class Shape : std::uint8_t {
    kNull = static_cast<std::uint8_t>(json::Kind::kNull),
    kBool = static_cast<std::uint8_t>(json::Kind::kBool),
    kNumber = static_cast<std::uint8_t>(json::Kind::kNumber),
    kString = static_cast<std::uint8_t>(json::Kind::kString),
    kArray = static_cast<std::uint8_t>(json::Kind::kArray),
    kObject = static_cast<std::uint8_t>(json::Kind::kObject),
    kFunction,
    kNone,
  };
  // The head: kind, flags, shape, what a json::Value keeps beside its kind, size; 8 bits each, the
  // size 32. One word, so that an item that was just made can be copied without a detour through
  // memory.
  static constexpr unsigned kFlagBit = 8;
  static constexpr unsigned kShapeBit = 16;
  static constexpr std::uint64_t kSizeBits = ~std::uint64_t{0} << 32U;

  static constexpr auto head_of(Kind kind, Shape shape, std::size_t size = 0) -> std::uint64_t {
    return static_cast<std::uint64_t>(kind) | static_cast<std::uint64_t>(shape) << kShapeBit |
           std::uint64_t{size} << 32U;
  }
  static constexpr auto head_of(json::Value::Words words) -> std::uint64_t {
    return static_cast<std::uint64_t>(Kind::kJson) | (words.head & 0xFFFFU) << kShapeBit |
           (words.head & kSizeBits);
  }
  constexpr Item(std::uint64_t head, double number) : head_(head), number_(number) {}
  constexpr Item(std::uint64_t head, void const* pointer) : head_(head), pointer_(pointer) {}
  constexpr Item(std::uint64_t head, void* pointer) : head_(head), mutable_pointer_(pointer) {}
  constexpr Item(std::uint64_t head, std::nullptr_t) : head_(head), pointer_(nullptr) {}

  [[nodiscard]] constexpr auto shape() const -> Shape {
    return static_cast<Shape>(head_ >> kShapeBit & 0xFFU);
  }
  [[nodiscard]] constexpr auto count() const -> std::uint32_t {
    return static_cast<std::uint32_t>(head_ >> 32U);
  }
  [[nodiscard]] auto size_of_tuples() const -> std::size_t;
  [[nodiscard]] auto at_of_tuples(std::size_t index) const -> Item;

  std::uint64_t head_ = head_of(Kind::kUndefined, Shape::kNone);
  union {  // NOLINTBEGIN(readability-identifier-naming): they are as private as the union
    double number_ = 0;
    void const* pointer_;
    void* mutable_pointer_;
  };  // NOLINTEND(readability-identifier-naming)
};

static_assert(sizeof(Item) == 16);

// Result<Item, Failed> that fits into two registers.
class EvalItem {
 public:
  constexpr EvalItem(Item item) : item_(item) {}          // NOLINT: as Result has it
  constexpr EvalItem(std::unexpected<Failed> /*failed*/)  // NOLINT: likewise
      : item_(Item::head_of(Item::Kind::kFailed, Item::Shape::kNone), nullptr) {}
  [[nodiscard]] constexpr auto has_value() const -> bool {
    return item_.kind() != Item::Kind::kFailed;
  }
  [[nodiscard]] explicit constexpr operator bool() const { return has_value(); }
  [[nodiscard]] constexpr auto operator*() const -> Item { return item_; }
  [[nodiscard]] constexpr auto operator->() const -> Item const* { return &item_; }
  [[nodiscard]] static constexpr auto error() -> Failed { return {}; }

 private:
  Item item_;
};

template <typename T>
using Eval = std::conditional_t<std::is_same_v<T, Item>, EvalItem, Result<T, Failed>>;

// A growing array in an arena. Whoever makes it may push; once handed on it does not change, but
// for the copies that a transform works on.
struct List {
  Item* items = nullptr;
  std::uint32_t size = 0;
  std::uint32_t capacity = 0;
  json::Value const* json = nullptr;  // what it became

  void push(json::Arena& arena, Item item) {
    if (size == capacity) grow(arena, size + 1);
    items[size++] = item;
  }
  void grow(json::Arena& arena, std::size_t capacity_min);
  [[nodiscard]] auto all() const -> std::span<Item> { return {items, size}; }
};

struct ObjectMember {
  std::string_view key;
  Item value;
};

// Members in JavaScript's order: keys that are array indexes ascending, then the others as they
// came. Look-up costs a search up to some size, a hash beyond.
struct Object {
  ObjectMember* members = nullptr;
  std::uint32_t size = 0;
  std::uint32_t capacity = 0;
  std::uint32_t indexes = 0;       // members at the beginning whose keys are array indexes
  std::uint32_t* table = nullptr;  // hash table of places + 1; nullptr while small
  std::uint32_t table_size = 0;
  json::Value const* json = nullptr;  // what it became

  [[nodiscard]] auto find(std::string_view key) const -> ObjectMember*;
  void set(json::Arena& arena, std::string_view key, Item value);
  void remove(std::string_view key);
  [[nodiscard]] auto all() const -> std::span<ObjectMember> { return {members, size}; }

 private:
  void index_all(json::Arena& arena);
  void index(std::uint32_t place) const;
};

[[nodiscard]] auto make_list(json::Arena& arena, std::size_t capacity = 0) -> List*;
[[nodiscard]] auto make_object(json::Arena& arena, std::size_t capacity = 0) -> Object*;

// The array index that `key` is the text of ("0", "12"), as JavaScript orders such keys first.
[[nodiscard]] auto index_of_key(std::string_view key) -> std::optional<std::uint32_t>;

namespace detail {
// The same for a key that begins with a digit.
[[nodiscard]] auto index_of_digits(std::string_view key) -> std::optional<std::uint32_t>;
}  // namespace detail

// The members of a JSON object in that order; `members` itself where that is so already.
[[nodiscard]] auto in_order(json::Arena& arena, std::span<json::Member const> members)
    -> std::span<json::Member const>;

// Truth as $boolean has it; undefined is false.
[[nodiscard]] auto is_true(Item item) -> bool;

[[nodiscard]] auto type_of(Item item) -> Type;

inline auto Item::size() const -> std::size_t {
  if (!is_array()) return 0;
  switch (kind()) {
    case Kind::kList: return list()->size;
    case Kind::kTuples: return size_of_tuples();
    default: return count();
  }
}

inline auto Item::at(std::size_t index) const -> Item {
  if (index >= size()) return {};
  switch (kind()) {
    case Kind::kList: return list()->items[index];
    case Kind::kRange: return of(number_ + static_cast<double>(index));
    case Kind::kTuples: return at_of_tuples(index);
    default: return json().elements()[index];
  }
}

inline auto index_of_key(std::string_view key) -> std::optional<std::uint32_t> {
  bool const begins_with_digit = !key.empty() && key[0] >= '0' && key[0] <= '9';
  return begins_with_digit ? detail::index_of_digits(key) : std::nullopt;
}

inline auto make_list(json::Arena& arena, std::size_t capacity) -> List* {
  auto* const list = new (arena.allocate(sizeof(List), alignof(List))) List();
  if (capacity > 0) list->grow(arena, capacity);
  return list;
}

inline auto make_object(json::Arena& arena, std::size_t capacity) -> Object* {
  auto* const object = new (arena.allocate(sizeof(Object), alignof(Object))) Object();
  if (capacity > 0) {
    object->members = arena.allocate_array<ObjectMember>(capacity);
    object->capacity = static_cast<std::uint32_t>(capacity);
  }
  return object;
}

}  // namespace treadle::expr::jsonata

namespace treadle::detail {
// For TRY.
constexpr auto take(expr::jsonata::EvalItem&& r) -> expr::jsonata::Item { return *r; }
}  // namespace treadle::detail
