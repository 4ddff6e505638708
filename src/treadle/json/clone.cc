#include <algorithm>
#include <functional>

#include "treadle/json/build.h"
#include "treadle/json/small_stack.h"
#include "treadle/json/value.h"

namespace treadle::json {

namespace {

// Copies a tree node by node: first the node with its handles as they are, then what they point to.
class Cloner {
 public:
  // Texts that lie in `source` are found at the same place of `copy`, which is in the arena.
  Cloner(Arena& arena, std::string_view source, std::string_view copy)
      : arena_(arena), source_(source), copy_(copy) {}

  auto clone(Value root) -> Value {
    own(root);
    while (!open_.empty()) {
      auto const items = open_.back();
      open_.pop();
      for (std::size_t i = 0; i < items.count; ++i) {
        if (items.members != nullptr) own(items.members[i]);
        if (items.elements != nullptr) own(items.elements[i]);
      }
    }
    return root;
  }

 private:
  // Of a node whose items still point to the old tree.
  struct Items {
    Value* elements;
    Member* members;
    std::size_t count;
  };

  void own(Member& member) {
    member.key = own(member.key);
    own(member.value);
  }

  void own(Value& value) {
    switch (value.kind()) {
      case Kind::kNull:
      case Kind::kBool: return;
      case Kind::kNumber: value = Builder::moved_to(value, own(value.number_text()).data()); return;
      case Kind::kString: value = Builder::moved_to(value, own(value.as_string()).data()); return;
      case Kind::kArray: {
        auto* const elements = own_node<Value>(value, value.elements());
        open_.push({elements, nullptr, value.size()});
        return;
      }
      case Kind::kObject: {
        auto* const members = own_node<Member>(value, value.members());
        open_.push({nullptr, members, value.size()});
        return;
      }
    }
  }

  template <typename T>
  auto own_node(Value& value, std::span<T const> from) -> T* {
    auto const [node, items] = allocate_node<T>(arena_, from.size());
    *node = Builder::node(value);
    std::ranges::copy(from, items);
    value = Builder::moved_to(value, node);
    return items;
  }

  auto own(std::string_view text) -> std::string_view {
    std::less_equal<> const before;
    bool const in_source = before(source_.data(), text.data()) &&
                           before(text.data() + text.size(), source_.data() + source_.size());
    if (!in_source || source_.empty()) return arena_.copy(text);
    return copy_.substr(static_cast<std::size_t>(text.data() - source_.data()), text.size());
  }

  Arena& arena_;
  std::string_view source_;
  std::string_view copy_;
  SmallStack<Items, 32> open_;
};

}  // namespace

auto clone(Arena& arena, Value value) -> Value {
  auto const source = value.source();
  auto const copy = arena.copy(source);
  auto const cloned = Cloner(arena, source, copy).clone(Builder::without_source(value));
  return source.empty() ? cloned : Builder::with_source(arena, cloned, copy);
}

}  // namespace treadle::json
