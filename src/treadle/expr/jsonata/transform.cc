// Source: docs.jsonata.org, "Other operators", transform.
#include "treadle/base/limits.h"
#include "treadle/expr/jsonata/evaluator.h"
#include "treadle/json/print.h"

namespace treadle::expr::jsonata {

auto Evaluator::clone(Item item, std::uint32_t depth) -> Eval<Item> {
  TRY(spend());
  if (depth > limits::kPayloadDepth)
    return fail("D1011", {.value = std::to_string(limits::kPayloadDepth)});
  if (item.is_function()) return Item::of(std::string_view());
  if (item.is_array()) {
    auto const size = item.size();
    TRY(reserve(size * sizeof(Item)));
    auto* const list = make_list(arena_, size);
    for (std::size_t i = 0; i < size; ++i) list->push(arena_, TRY(clone(item.at(i), depth + 1)));
    return Item::of(list);
  }
  if (!item.is_object()) return item;
  auto* const object =
      make_object(arena_, item.is_json() ? item.json().size() : item.object()->size);
  auto const visit = [&](std::string_view key, Item value) -> Eval<void> {
    object->set(arena_, key, TRY(clone(value, depth + 1)));
    return {};
  };
  TRY(each_member(item, visit));
  return Item::of(object);
}

// The pattern finds parts of a copy, and each is changed in its place.
auto Evaluator::transform(Function const& function, Item argument) -> Eval<Item> {
  if (!argument.is_defined()) return argument;
  if (!argument.is_array() && !argument.is_object())
    return fail("T0410", {.token = json::print_string(callee_), .value = "1"});
  if (auto const cloning = program_->find("clone"))
    if (!look_up(*cloning, *function.frame).is_function()) return fail("T2013");
  auto const result = TRY(clone(argument));
  auto const& node = *function.node;
  auto const matches = TRY(eval(*node.a, result, *function.frame));
  if (!matches.is_defined()) return result;
  auto const size = matches.is_array() ? matches.size() : 1;
  for (std::size_t i = 0; i < size; ++i)
    TRY(update(node, matches.is_array() ? matches.at(i) : matches, *function.frame));
  return result;
}

auto Evaluator::update(Node const& node, Item match, Frame& frame) -> Eval<void> {
  auto const change = TRY(eval(*node.b, match, frame));
  if (change.is_defined() && !change.is_object()) return fail("T2011", {.value = shown(change)});
  bool const is_ours = match.kind() == Item::Kind::kObject;
  if (is_ours) {
    auto const set = [&](std::string_view key, Item value) -> Eval<void> {
      // A part of the result that is put into another part is copied: it must not contain itself.
      bool const may_change =
          value.kind() == Item::Kind::kObject || value.kind() == Item::Kind::kList;
      match.object()->set(arena_, key, may_change ? TRY(clone(value)) : value);
      return {};
    };
    TRY(each_member(change, set));
  }
  if (node.c == nullptr) return {};
  auto const deletions = TRY(eval(*node.c, match, frame));
  if (!deletions.is_defined()) return {};
  auto const size = deletions.is_array() ? deletions.size() : 1;
  for (std::size_t i = 0; i < size; ++i) {
    auto const key = deletions.is_array() ? deletions.at(i) : deletions;
    if (!key.is_string()) return fail("T2012", {.value = shown(deletions)});
  }
  for (std::size_t i = 0; i < size && is_ours; ++i)
    match.object()->remove((deletions.is_array() ? deletions.at(i) : deletions).string());
  return {};
}

}  // namespace treadle::expr::jsonata
