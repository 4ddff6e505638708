// Source: docs.jsonata.org, "Higher order functions".
#include "treadle/expr/jsonata/functions.h"

namespace treadle::expr::jsonata::functions {
namespace {

auto index_item(std::size_t index) -> Item { return Item::of(static_cast<double>(index)); }

}  // namespace

auto map(Evaluator& evaluator, Arguments const& arguments) -> Eval<Item> {
  auto const array = arguments[0];
  if (!array.is_defined()) return array;
  auto const size = array.size();
  auto* const list = make_list(evaluator.arena());
  for (std::size_t i = 0; i < size; ++i) {
    TRY(evaluator.spend());
    auto const result = TRY(call_with(evaluator, arguments[1], array.at(i), index_item(i), array));
    if (result.is_defined()) list->push(evaluator.arena(), result);
  }
  return Item::of(list, Item::kSequence);
}

auto filter(Evaluator& evaluator, Arguments const& arguments) -> Eval<Item> {
  auto const array = arguments[0];
  if (!array.is_defined()) return array;
  auto const size = array.size();
  auto* const list = make_list(evaluator.arena());
  for (std::size_t i = 0; i < size; ++i) {
    TRY(evaluator.spend());
    auto const item = array.at(i);
    auto const result = TRY(call_with(evaluator, arguments[1], item, index_item(i), array));
    if (TRY(evaluator.truth(result))) list->push(evaluator.arena(), item);
  }
  return Item::of(list, Item::kSequence);
}

auto single(Evaluator& evaluator, Arguments const& arguments) -> Eval<Item> {
  auto const array = arguments[0];
  if (!array.is_defined()) return array;
  auto found = Item();
  bool has_found = false;
  for (std::size_t i = 0; i < array.size(); ++i) {
    TRY(evaluator.spend());
    auto const item = array.at(i);
    if (arguments[1].is_defined()) {
      auto const answer = TRY(call_with(evaluator, arguments[1], item, index_item(i), array));
      if (!TRY(evaluator.truth(answer))) continue;
    }
    if (has_found) return evaluator.fail("D3138");
    found = item;
    has_found = true;
  }
  return has_found ? Eval<Item>(found) : evaluator.fail("D3139");
}

auto reduce(Evaluator& evaluator, Arguments const& arguments) -> Eval<Item> {
  auto const array = arguments[0];
  auto const function = arguments[1];
  if (!array.is_defined()) return array;
  auto const arity = function.is_function() ? function.function()->arity() : 0;
  if (arity < 2) return evaluator.fail("D3050");
  auto result = arguments[2];
  std::size_t i = 0;
  if (!result.is_defined() && array.size() > 0) result = array.at(i++);
  for (; i < array.size(); ++i) {
    TRY(evaluator.spend());
    Item const all[] = {result, array.at(i), index_item(i), array};
    auto const count = arity >= 4 ? 4U : arity >= 3 ? 3U : 2U;
    result = TRY(evaluator.apply(function, std::span(all).first(count)));
  }
  return result;
}

}  // namespace treadle::expr::jsonata::functions
