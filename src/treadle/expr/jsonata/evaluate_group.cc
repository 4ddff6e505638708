// Object constructors and group-by.
// Source: docs.jsonata.org, "Result Structures" and "Sorting, Grouping and Aggregation".
#include <algorithm>
#include <vector>

#include "treadle/expr/jsonata/evaluator.h"

namespace treadle::expr::jsonata {
namespace {

// Items put together as $append does, one after the other.
class Gathered {
 public:
  void add(json::Arena& arena, Item item) {
    if (!item.is_defined()) return;
    if (!item_.is_defined()) {
      item_ = item;
      return;
    }
    if (list_ == nullptr) {
      auto const first = item_;
      list_ = make_list(arena);
      item_ = Item::of(list_);
      push(arena, first);
    }
    push(arena, item);
  }
  [[nodiscard]] auto item() const -> Item { return item_; }

 private:
  void push(json::Arena& arena, Item item) {
    if (!item.is_array()) list_->push(arena, item);
    for (std::size_t i = 0; item.is_array() && i < item.size(); ++i) list_->push(arena, item.at(i));
  }

  Item item_;
  List* list_ = nullptr;
};

// The members of one key.
struct Entry {
  std::size_t pair = 0;
  Gathered contexts = {};
  std::vector<Tuple const*> tuples = {};
};

// One tuple of all: contexts and bindings appended each to each.
auto reduce(json::Arena& arena, std::vector<Tuple const*> const& tuples) -> Tuple {
  if (tuples.size() == 1) return *tuples[0];
  auto context = Gathered();
  auto names = std::vector<VariableId>();
  auto values = std::vector<Gathered>();
  for (auto const* tuple : tuples) {
    context.add(arena, tuple->context);
    for (std::uint32_t i = 0; i < tuple->size; ++i) {
      auto const variable = tuple->bindings[i].variable;
      auto const place = std::ranges::find(names, variable) - names.begin();
      if (static_cast<std::size_t>(place) == names.size()) {
        names.push_back(variable);
        values.emplace_back();
      }
      values[static_cast<std::size_t>(place)].add(arena, tuple->bindings[i].value);
    }
  }
  auto reduced = Tuple{.context = context.item(),
                       .bindings = arena.allocate_array<Binding>(names.size()),
                       .size = static_cast<std::uint32_t>(names.size())};
  for (std::size_t i = 0; i < names.size(); ++i) reduced.bindings[i] = {names[i], values[i].item()};
  return reduced;
}

// Leaves out the members that have become undefined.
void drop_undefined(Object& object) {
  for (std::uint32_t i = object.size; i-- > 0;)
    if (!object.members[i].value.is_defined()) object.remove(object.members[i].key);
}

}  // namespace

// The object first holds, for each key, the number of its pair or entry: JavaScript's order of keys
// is that in which the values are evaluated.
auto Evaluator::group(std::span<Pair const> pairs, Item input, Frame& frame) -> Eval<Item> {
  auto const size = input.is_array() ? input.size() : 1;
  auto* const object = make_object(arena_, pairs.size());
  auto entries = std::vector<Entry>();
  bool const is_plain = size <= 1 && !input.is_tuples();
  if (!is_plain) entries.reserve(std::min(size * pairs.size(), std::size_t{8}));
  for (std::size_t i = 0; i < std::max(size, std::size_t{1}); ++i) {
    auto const context = input.is_array() ? input.at(i) : input;
    auto const* tuple = input.is_tuples() && i < size ? input.tuples()->items[i] : nullptr;
    auto* const scope = tuple == nullptr ? &frame : make_frame(&frame, *tuple);
    for (std::size_t p = 0; p < pairs.size(); ++p) {
      auto const key = TRY(eval(*pairs[p].key, context, *scope));
      if (!key.is_defined()) continue;
      if (!key.is_string()) return fail("T1003", {.value = shown(key)});
      auto const* known = object->find(key.string());
      if (is_plain) {
        if (known != nullptr) return fail("D1009", {.value = shown(key)});
        object->set(arena_, key.string(), Item::of(static_cast<double>(p)));
        continue;
      }
      if (known == nullptr) {
        object->set(arena_, key.string(), Item::of(static_cast<double>(entries.size())));
        known = object->find(key.string());
        entries.push_back({.pair = p});
      }
      auto& entry = entries[static_cast<std::size_t>(known->value.number())];
      if (entry.pair != p) return fail("D1009", {.value = shown(key)});
      TRY(spend(context.is_array() ? context.size() : 1));
      if (tuple != nullptr)
        entry.tuples.push_back(tuple);
      else
        entry.contexts.add(arena_, context);
    }
  }
  bool has_undefined = false;
  for (auto& member : object->all()) {
    auto const number = static_cast<std::size_t>(member.value.number());
    if (is_plain) {
      auto const context = input.is_array() ? input.at(0) : input;
      member.value = TRY(eval(*pairs[number].value, context, frame));
    } else {
      auto const& entry = entries[number];
      auto const reduced = entry.tuples.empty() ? Tuple{.context = entry.contexts.item()}
                                                : reduce(arena_, entry.tuples);
      auto* const scope = entry.tuples.empty() ? &frame : make_frame(&frame, reduced);
      member.value = TRY(eval(*pairs[entry.pair].value, reduced.context, *scope));
    }
    has_undefined = has_undefined || !member.value.is_defined();
  }
  if (has_undefined) drop_undefined(*object);
  return Item::of(object);
}

}  // namespace treadle::expr::jsonata
