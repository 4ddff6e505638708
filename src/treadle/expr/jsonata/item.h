// What an expression computes with; private to the module.
//
// An Item is a handle of 24 bytes, copied freely; what it points to lives in the evaluation's arena
// or in the input. Parts of the input stay json::Values; what the expression makes are numbers,
// strings, lists, ranges, objects and functions of its own, which become JSON when they leave.
// Flags of arrays (sequence and so on, docs.jsonata.org, "Sequences") belong to the handle.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

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
template <typename T>
using Eval = Result<T, Failed>;

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
  };
  enum Flag : std::uint8_t {
    kSequence = 1,       // of one, it is that one; of none, undefined
    kKeepSingleton = 2,  // of one, it stays an array
    kConstructed = 4,    // by an array constructor in a path: not flattened
    kOuter = 8,          // wraps an input that is an array
  };

  constexpr Item() : number_(0) {}
  constexpr Item(json::Value value) : kind_(Kind::kJson), json_(value) {}  // NOLINT: a value is one
  [[nodiscard]] static constexpr auto of(double number) -> Item {
    auto item = Item();
    item.kind_ = Kind::kNumber;
    item.number_ = number;
    return item;
  }
  [[nodiscard]] static constexpr auto of(bool b) -> Item { return json::Value::boolean(b); }
  // `text` outlives the item.
  [[nodiscard]] static constexpr auto of(std::string_view text) -> Item {
    return {Kind::kString, text.data(), static_cast<std::uint32_t>(text.size())};
  }
  [[nodiscard]] static constexpr auto range(double first, std::uint32_t size) -> Item {
    auto item = of(first);
    item.kind_ = Kind::kRange;
    item.size_ = size;
    return item;
  }
  [[nodiscard]] static constexpr auto of(List* list, std::uint8_t flags = 0) -> Item {
    auto item = Item(Kind::kList, list, 0);
    item.flags_ = flags;
    return item;
  }
  [[nodiscard]] static constexpr auto of(Object* object) -> Item {
    return {Kind::kObject, object, 0};
  }
  [[nodiscard]] static constexpr auto of(Function const* function) -> Item {
    return {Kind::kFunction, function, 0};
  }
  [[nodiscard]] static constexpr auto of(TupleStream* tuples) -> Item {
    return {Kind::kTuples, tuples, 0};
  }
  [[nodiscard]] static constexpr auto tail_call() -> Item {
    return {Kind::kTailCall, static_cast<void const*>(nullptr), 0};
  }

  [[nodiscard]] constexpr auto kind() const -> Kind { return kind_; }
  [[nodiscard]] constexpr auto is_defined() const -> bool { return kind_ != Kind::kUndefined; }
  [[nodiscard]] constexpr auto is_null() const -> bool { return is_json() && json_.is_null(); }
  [[nodiscard]] constexpr auto is_bool() const -> bool { return is_json() && json_.is_bool(); }
  [[nodiscard]] constexpr auto is_number() const -> bool {
    return kind_ == Kind::kNumber || (is_json() && json_.is_number());
  }
  [[nodiscard]] constexpr auto is_string() const -> bool {
    return kind_ == Kind::kString || (is_json() && json_.is_string());
  }
  [[nodiscard]] constexpr auto is_array() const -> bool {
    return kind_ == Kind::kList || kind_ == Kind::kRange || kind_ == Kind::kTuples ||
           (is_json() && json_.is_array());
  }
  [[nodiscard]] constexpr auto is_object() const -> bool {
    return kind_ == Kind::kObject || (is_json() && json_.is_object());
  }
  [[nodiscard]] constexpr auto is_function() const -> bool { return kind_ == Kind::kFunction; }
  [[nodiscard]] constexpr auto is_json() const -> bool { return kind_ == Kind::kJson; }
  [[nodiscard]] constexpr auto is_tuples() const -> bool { return kind_ == Kind::kTuples; }

  // Each of these is only for what it names.
  [[nodiscard]] auto json() const -> json::Value { return json_; }
  [[nodiscard]] auto boolean() const -> bool { return json_.as_bool(); }
  [[nodiscard]] auto number() const -> double {
    return kind_ == Kind::kJson ? json_.as_double() : number_;
  }
  [[nodiscard]] auto string() const -> std::string_view {
    return kind_ == Kind::kJson ? json_.as_string()
                                : std::string_view(static_cast<char const*>(pointer_), size_);
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

  [[nodiscard]] constexpr auto has(Flag flag) const -> bool { return (flags_ & flag) != 0; }
  [[nodiscard]] constexpr auto flags() const -> std::uint8_t { return flags_; }
  [[nodiscard]] constexpr auto with(std::uint8_t flags) const -> Item {
    auto item = *this;
    item.flags_ |= flags;
    return item;
  }
  [[nodiscard]] constexpr auto without_flags() const -> Item {
    auto item = *this;
    item.flags_ = 0;
    return item;
  }
  // Whether both are one and the same thing, as JavaScript's === sees it.
  [[nodiscard]] auto is_same_as(Item other) const -> bool;

 private:
  constexpr Item(Kind kind, void const* pointer, std::uint32_t size)
      : kind_(kind), size_(size), pointer_(pointer) {}
  constexpr Item(Kind kind, void* pointer, std::uint32_t size)
      : kind_(kind), size_(size), mutable_pointer_(pointer) {}

  Kind kind_ = Kind::kUndefined;
  std::uint8_t flags_ = 0;
  std::uint32_t size_ = 0;
  union {
    double number_;
    void const* pointer_;
    void* mutable_pointer_;
    json::Value json_;
  };
};

static_assert(sizeof(Item) == 24);

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
  void index(std::uint32_t place);
};

[[nodiscard]] auto make_list(json::Arena& arena, std::size_t capacity = 0) -> List*;
[[nodiscard]] auto make_object(json::Arena& arena, std::size_t capacity = 0) -> Object*;

// The array index that `key` is the text of ("0", "12"), as JavaScript orders such keys first.
[[nodiscard]] auto index_of_key(std::string_view key) -> std::optional<std::uint32_t>;

// The members of a JSON object in that order; `members` itself where that is so already.
[[nodiscard]] auto in_order(json::Arena& arena, std::span<json::Member const> members)
    -> std::span<json::Member const>;

// Truth as $boolean has it; undefined is false.
[[nodiscard]] auto is_true(Item item) -> bool;

[[nodiscard]] auto type_of(Item item) -> Type;

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
