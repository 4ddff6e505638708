// Source: docs.jsonata.org, "Processing Model": map, filter and sort stages of a path.
//
// A sequence between steps is an array (its elements) or anything else (that one item).
#include <cmath>

#include "treadle/expr/jsonata/evaluator.h"

namespace treadle::expr::jsonata {
namespace {

auto size_of(Item sequence) -> std::size_t {
  if (sequence.is_array()) return sequence.size();
  return sequence.is_defined() ? 1 : 0;
}

// What a step gives for each item, put together: arrays are flattened, unless an array constructor
// made them.
class Results {
 public:
  explicit Results(json::Arena& arena) : arena_(arena) {}

  void add(Item item) {
    if (!item.is_defined()) return;
    ++count_;
    if (count_ == 1) {
      first_ = item;
      return;
    }
    if (list_ == nullptr) {
      list_ = make_list(arena_);
      flatten(first_);
    }
    flatten(item);
  }

  // The sequence; where one array of the input is all there is at the end of a path, that array.
  auto sequence(bool is_last) -> Item {
    if (list_ != nullptr) return Item::of(list_, Item::kSequence);
    if (count_ == 0 || !first_.is_array()) return first_;
    if (is_last && !first_.has(Item::kSequence)) return first_;
    if (!first_.has(Item::kConstructed)) return first_.without_flags().with(Item::kSequence);
    list_ = make_list(arena_, 1);
    flatten(first_);
    return Item::of(list_, Item::kSequence);
  }

 private:
  void flatten(Item item) {
    if (!item.is_array() || item.has(Item::kConstructed)) {
      list_->push(arena_, item);
      return;
    }
    auto const size = item.size();
    for (std::size_t i = 0; i < size; ++i) list_->push(arena_, item.at(i));
  }

  json::Arena& arena_;
  Item first_;
  List* list_ = nullptr;
  std::size_t count_ = 0;
};

}  // namespace

// The member of an object, or those of all objects in an array.
auto Evaluator::look_up(Item item, std::string_view key, std::uint32_t depth) -> Eval<Item> {
  if (!item.is_array()) return item.member(key);
  if (depth > budget_.depth_max) return fail("D1011", {.value = std::to_string(budget_.depth_max)});
  auto* const list = make_list(arena_);
  for (std::size_t i = 0; i < item.size(); ++i) {
    TRY(spend());
    auto const found = TRY(look_up(item.at(i), key, depth + 1));
    if (!found.is_array() && found.is_defined()) list->push(arena_, found);
    for (std::size_t k = 0; found.is_array() && k < found.size(); ++k)
      list->push(arena_, found.at(k));
  }
  return Item::of(list, Item::kSequence);
}

auto Evaluator::path(Node const& node, Item input, Frame& frame) -> Eval<Item> {
  bool streams = false;
  for (auto const* step : node.items) streams = streams || step->has_tuples;
  auto result = TRY(streams ? tuple_steps(node, input, frame) : steps(node, input, frame));
  if (node.keeps_singleton && result.is_defined() && !result.is_tuples()) {
    if (!result.is_array() || (result.has(Item::kConstructed) && !result.has(Item::kSequence))) {
      auto* const list = make_list(arena_, 1);
      list->push(arena_, result);
      result = Item::of(list, Item::kSequence);
    }
    result = result.with(Item::kKeepSingleton);
  }
  return result;
}

auto Evaluator::steps(Node const& node, Item input, Frame& frame) -> Eval<Item> {
  auto const& items = node.items;
  auto sequence = input;
  if (input.is_array() && items[0]->kind == NodeKind::kVariable) {
    auto* const list = make_list(arena_, 1);
    list->push(arena_, input);
    sequence = Item::of(list, Item::kSequence);
  }
  for (std::size_t i = 0; i < items.size(); ++i) {
    auto const& current = *items[i];
    if (i == 0 && current.is_constructor) {
      sequence = TRY(eval(current, sequence, frame));
    } else {
      auto const place = i + 1 == items.size() ? Place::kLast : Place::kInside;
      sequence = TRY(step(current, sequence, frame, place));
    }
    if (size_of(sequence) == 0) {
      // An empty array that is a value stays; an empty sequence is nothing.
      if (!sequence.is_array() || sequence.has(Item::kSequence)) sequence = Item();
      break;
    }
  }
  if (node.group != nullptr) return group(node.group->pairs, sequence, frame);
  return sequence;
}

auto Evaluator::step_of_one(Node const& step, Item item, Frame& frame) -> Eval<Item> {
  auto result = Item();
  if (step.kind == NodeKind::kName && step.predicates == nullptr && step.group == nullptr) {
    TRY(spend());
    result = TRY(look_up(item, step.text));
    if (result.has(Item::kSequence)) result = settled(step, result);
  } else {
    result = TRY(eval(step, item, frame));
  }
  if (step.stages != nullptr)
    for (auto const& stage : *step.stages) result = TRY(filter(*stage.filter, result, frame));
  return result;
}

auto Evaluator::step(Node const& step, Item sequence, Frame& frame, Place place) -> Eval<Item> {
  if (step.kind == NodeKind::kSort) {
    auto result = TRY(sort(step, sequence, frame));
    if (step.stages != nullptr)
      for (auto const& stage : *step.stages) result = TRY(filter(*stage.filter, result, frame));
    return result;
  }
  auto results = Results(arena_);
  if (sequence.is_array()) {
    auto const size = sequence.size();
    for (std::size_t i = 0; i < size; ++i) {
      auto const result = TRY(step_of_one(step, sequence.at(i), frame));
      TRY(spend(size_of(result)));
      results.add(result);
    }
  } else {
    results.add(TRY(step_of_one(step, sequence, frame)));
  }
  return results.sequence(place == Place::kLast);
}

// How often the item at `index` of `size` is picked: by its number, or because the predicate holds.
auto Evaluator::picks(Node const& predicate, Item context, std::size_t index, std::size_t size,
                      Frame& frame) -> Eval<std::size_t> {
  auto const result = TRY(eval(predicate, context, frame));
  auto const names = [&](double number) {
    auto place = std::floor(number);
    if (place < 0) place += static_cast<double>(size);
    return place == static_cast<double>(index);
  };
  if (result.is_number()) return names(TRY(check_number(result.number()))) ? 1 : 0;
  if (result.is_array()) {
    std::size_t count = 0;
    std::size_t i = 0;
    auto const length = result.size();
    TRY(spend(length));
    for (; i < length && result.at(i).is_number(); ++i)
      if (names(TRY(check_number(result.at(i).number())))) ++count;
    if (i == length) return count;
  }
  return TRY(truth(result)) ? 1 : 0;
}

auto Evaluator::filter(Node const& predicate, Item input, Frame& frame) -> Eval<Item> {
  if (input.is_tuples()) return Item::of(TRY(filter_tuples(predicate, input.tuples(), frame)));
  auto const size = input.is_array() ? input.size() : 1;
  auto const at = [&](std::size_t i) { return input.is_array() ? input.at(i) : input; };
  auto* const list = make_list(arena_);
  if (predicate.kind == NodeKind::kNumber) {
    auto place = std::floor(predicate.number);
    if (place < 0) place += static_cast<double>(size);
    bool const exists = place >= 0 && place < static_cast<double>(size);
    auto const item = exists ? at(static_cast<std::size_t>(place)) : Item();
    if (item.is_array()) return item;
    if (item.is_defined()) list->push(arena_, item);
    return Item::of(list, Item::kSequence);
  }
  for (std::size_t i = 0; i < size; ++i) {
    auto const item = at(i);
    auto const count = TRY(picks(predicate, item, i, size, frame));
    for (std::size_t n = 0; n < count && item.is_defined(); ++n) list->push(arena_, item);
  }
  return Item::of(list, Item::kSequence);
}

}  // namespace treadle::expr::jsonata
