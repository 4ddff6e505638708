// Source: docs.jsonata.org, "Object functions".
#include "treadle/base/limits.h"
#include "treadle/expr/jsonata/functions.h"

namespace treadle::expr::jsonata::functions {
namespace {

auto collect_keys(Evaluator& evaluator, Item item, Object& seen, std::uint32_t depth)
    -> Eval<void> {
  TRY(evaluator.spend());
  if (depth > limits::kPayloadDepth)
    return evaluator.fail("D1011", {.value = std::to_string(limits::kPayloadDepth)});
  for (std::size_t i = 0; item.is_array() && i < item.size(); ++i)
    TRY(collect_keys(evaluator, item.at(i), seen, depth + 1));
  return evaluator.each_member(item, [&](std::string_view key, Item) -> Eval<void> {
    seen.set(evaluator.arena(), key, Item());
    return {};
  });
}

auto spread_into(Evaluator& evaluator, Item item, List& list, std::uint32_t depth) -> Eval<void> {
  TRY(evaluator.spend());
  if (depth > limits::kPayloadDepth)
    return evaluator.fail("D1011", {.value = std::to_string(limits::kPayloadDepth)});
  auto& arena = evaluator.arena();
  if (item.is_array()) {
    for (std::size_t i = 0; i < item.size(); ++i)
      TRY(spread_into(evaluator, item.at(i), list, depth + 1));
    return {};
  }
  if (!item.is_object()) {
    list.push(arena, item);
    return {};
  }
  return evaluator.each_member(item, [&](std::string_view key, Item value) -> Eval<void> {
    auto* const object = make_object(arena, 1);
    object->set(arena, key, value);
    list.push(arena, Item::of(object));
    return {};
  });
}

auto look_up(Evaluator& evaluator, Item item, std::string_view key, std::uint32_t depth)
    -> Eval<Item> {
  if (!item.is_array()) return item.member(key);
  TRY(evaluator.spend());
  if (depth > limits::kPayloadDepth)
    return evaluator.fail("D1011", {.value = std::to_string(limits::kPayloadDepth)});
  auto* const list = make_list(evaluator.arena());
  for (std::size_t i = 0; i < item.size(); ++i) {
    TRY(evaluator.spend());
    auto const found = TRY(look_up(evaluator, item.at(i), key, depth + 1));
    if (!found.is_array() && found.is_defined()) list->push(evaluator.arena(), found);
    for (std::size_t k = 0; found.is_array() && k < found.size(); ++k)
      list->push(evaluator.arena(), found.at(k));
  }
  return Item::of(list, Item::kSequence);
}

}  // namespace

auto call_with(Evaluator& evaluator, Item function, Item value, Item key, Item whole)
    -> Eval<Item> {
  Item const arguments[] = {value, key, whole};
  auto const arity = function.is_function() ? function.function()->arity() : 1;
  auto const count = arity >= 3 ? 3U : arity >= 2 ? 2U : 1U;
  return evaluator.apply(function, std::span(arguments).first(count));
}

// Of an array: the keys of all its objects.
auto keys(Evaluator& evaluator, Arguments const& arguments) -> Eval<Item> {
  auto* const seen = make_object(evaluator.arena());
  TRY(collect_keys(evaluator, arguments[0], *seen, 0));
  auto* const list = make_list(evaluator.arena(), seen->size);
  for (auto const& member : seen->all()) list->push(evaluator.arena(), Item::of(member.key));
  return Item::of(list, Item::kSequence);
}

auto lookup(Evaluator& evaluator, Arguments const& arguments) -> Eval<Item> {
  if (!arguments[1].is_defined()) return Item();
  return look_up(evaluator, arguments[0], arguments[1].string(), 0);
}

auto spread(Evaluator& evaluator, Arguments const& arguments) -> Eval<Item> {
  auto const item = arguments[0];
  if (!item.is_array() && !item.is_object()) return item;
  auto* const list = make_list(evaluator.arena());
  TRY(spread_into(evaluator, item, *list, 0));
  return Item::of(list, Item::kSequence);
}

auto merge(Evaluator& evaluator, Arguments const& arguments) -> Eval<Item> {
  auto const array = arguments[0];
  if (!array.is_defined()) return array;
  auto* const object = make_object(evaluator.arena());
  auto const take = [&](std::string_view key, Item value) -> Eval<void> {
    TRY(evaluator.spend());
    object->set(evaluator.arena(), key, value);
    return {};
  };
  for (std::size_t i = 0; i < array.size(); ++i) TRY(evaluator.each_member(array.at(i), take));
  return Item::of(object);
}

auto each(Evaluator& evaluator, Arguments const& arguments) -> Eval<Item> {
  auto const object = arguments[0];
  auto* const list = make_list(evaluator.arena());
  auto const visit = [&](std::string_view key, Item value) -> Eval<void> {
    auto const result = TRY(call_with(evaluator, arguments[1], value, Item::of(key), object));
    if (result.is_defined()) list->push(evaluator.arena(), result);
    return {};
  };
  TRY(evaluator.each_member(object, visit));
  return Item::of(list, Item::kSequence);
}

auto sift(Evaluator& evaluator, Arguments const& arguments) -> Eval<Item> {
  auto const object = arguments[0];
  auto* const kept = make_object(evaluator.arena());
  auto const visit = [&](std::string_view key, Item value) -> Eval<void> {
    auto const result = TRY(call_with(evaluator, arguments[1], value, Item::of(key), object));
    if (TRY(evaluator.truth(result))) kept->set(evaluator.arena(), key, value);
    return {};
  };
  TRY(evaluator.each_member(object, visit));
  return kept->size == 0 ? Item() : Item::of(kept);
}

auto clone(Evaluator& evaluator, Arguments const& arguments) -> Eval<Item> {
  return arguments[0].is_defined() ? evaluator.clone(arguments[0]) : Item();
}

}  // namespace treadle::expr::jsonata::functions
