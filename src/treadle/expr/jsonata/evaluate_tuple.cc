// Paths with @$v, #$i or %: each step hands on tuples of a context and what was bound before it.
// Source: docs.jsonata.org, "Path operators", context and positional variable binding, parent.
#include <algorithm>
#include <cstring>

#include "treadle/expr/jsonata/evaluator.h"

namespace treadle::expr::jsonata {

auto Evaluator::tuples_of(Item sequence) -> TupleStream* {
  auto* const stream = make_stream();
  auto const add = [&](Item item) {
    stream->push(arena_,
                 new (arena_.allocate(sizeof(Tuple), alignof(Tuple))) Tuple{.context = item});
  };
  if (!sequence.is_array()) add(sequence);
  for (std::size_t i = 0; sequence.is_array() && i < sequence.size(); ++i) add(sequence.at(i));
  return stream;
}

// A copy with more bindings; later ones replace those of the same variable.
auto Evaluator::extend(Tuple const& tuple, std::span<Binding const> bindings) -> Tuple* {
  auto* const copy = new (arena_.allocate(sizeof(Tuple), alignof(Tuple))) Tuple(tuple);
  if (bindings.empty()) return copy;
  copy->bindings = arena_.allocate_array<Binding>(tuple.size + bindings.size());
  std::uninitialized_copy_n(tuple.bindings, tuple.size, copy->bindings);
  for (auto const& binding : bindings) {
    auto* const end = copy->bindings + copy->size;
    auto* const found =
        std::ranges::find(copy->bindings, end, binding.variable, &Binding::variable);
    *found = binding;
    if (found == end) ++copy->size;
  }
  return copy;
}

auto Evaluator::tuple_steps(Node const& node, Item input, Frame& frame) -> Eval<Item> {
  auto sequence = input;
  if (input.is_array() && node.items[0]->kind == NodeKind::kVariable) {
    auto* const list = make_list(arena_, 1);
    list->push(arena_, input);
    sequence = Item::of(list, Item::kSequence);
  }
  bool streams = false;
  TupleStream* tuples = nullptr;
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    auto const& current = *node.items[i];
    streams = streams || current.has_tuples;
    if (i == 0 && current.is_constructor) {
      sequence = TRY(eval(current, sequence, frame));
    } else if (streams) {
      tuples = TRY(tuple_step(current, sequence, tuples, frame));
    } else {
      auto const place = i + 1 == node.items.size() ? Place::kLast : Place::kInside;
      sequence = TRY(step(current, sequence, frame, place));
    }
    bool const is_empty = !sequence.is_defined() || (sequence.is_array() && sequence.size() == 0);
    if (!streams && is_empty) break;
  }
  auto result = sequence;
  if (streams && tuples != nullptr) {
    result = Item::of(tuples);
    if (!node.has_tuples && node.group == nullptr) {
      auto* const list = make_list(arena_, tuples->size);
      for (std::uint32_t i = 0; i < tuples->size; ++i)
        list->push(arena_, tuples->items[i]->context);
      result = Item::of(list, Item::kSequence);
    }
  }
  if (node.group != nullptr) return group(node.group->pairs, result, frame);
  return result;
}

auto Evaluator::tuple_step(Node const& step, Item sequence, TupleStream* tuples, Frame& frame)
    -> Eval<TupleStream*> {
  if (step.kind == NodeKind::kSort) {
    auto const sorted = TRY(sort(step, tuples == nullptr ? sequence : Item::of(tuples), frame));
    auto* stream = sorted.is_tuples() ? sorted.tuples() : tuples_of(sorted);
    if (step.index != kNoVariable) stream = number_tuples(step.index, stream);
    return tuple_stages(step, stream, frame);
  }
  if (tuples == nullptr) tuples = tuples_of(sequence);
  auto* const stream = make_stream();
  for (std::uint32_t t = 0; t < tuples->size; ++t) {
    auto const& tuple = *tuples->items[t];
    auto* const scope = make_frame(&frame, tuple);
    auto const result = TRY(eval(step, tuple.context, *scope));
    if (!result.is_defined()) continue;
    auto const size = result.is_array() ? result.size() : 1;
    TRY(spend(size));
    for (std::size_t i = 0; i < size; ++i) {
      if (result.is_tuples()) {
        auto const& inner = *result.tuples()->items[i];
        auto* const joined = extend(tuple, {inner.bindings, inner.size});
        joined->context = inner.context;
        stream->push(arena_, joined);
        continue;
      }
      auto const item = result.is_array() ? result.at(i) : result;
      Binding bindings[3];
      std::size_t count = 0;
      if (step.focus != kNoVariable) bindings[count++] = {step.focus, item};
      if (step.index != kNoVariable)
        bindings[count++] = {step.index, Item::of(static_cast<double>(i))};
      if (step.ancestor != nullptr) bindings[count++] = {step.ancestor->label, tuple.context};
      auto* const extended = extend(tuple, {bindings, count});
      if (step.focus == kNoVariable) extended->context = item;
      stream->push(arena_, extended);
    }
  }
  return tuple_stages(step, stream, frame);
}

auto Evaluator::make_stream() -> TupleStream* {
  return new (arena_.allocate(sizeof(TupleStream), alignof(TupleStream))) TupleStream();
}

auto Evaluator::filter_tuples(Node const& predicate, TupleStream* tuples, Frame& frame)
    -> Eval<TupleStream*> {
  auto* const stream = make_stream();
  bool const is_number = predicate.kind == NodeKind::kNumber;
  for (std::uint32_t i = 0; i < tuples->size; ++i) {
    auto* const tuple = tuples->items[i];
    auto* const scope = is_number ? &frame : make_frame(&frame, *tuple);
    auto const count = TRY(picks(predicate, tuple->context, i, tuples->size, *scope));
    for (std::size_t n = 0; n < count; ++n) stream->push(arena_, tuple);
  }
  return stream;
}

auto Evaluator::number_tuples(VariableId index, TupleStream* tuples) -> TupleStream* {
  auto* const stream = make_stream();
  for (std::uint32_t i = 0; i < tuples->size; ++i) {
    Binding const place[] = {{index, Item::of(static_cast<double>(i))}};
    stream->push(arena_, extend(*tuples->items[i], place));
  }
  return stream;
}

auto Evaluator::tuple_stages(Node const& step, TupleStream* tuples, Frame& frame)
    -> Eval<TupleStream*> {
  if (step.stages == nullptr) return tuples;
  for (auto const& stage : *step.stages)
    tuples = stage.filter == nullptr ? number_tuples(stage.index, tuples)
                                     : TRY(filter_tuples(*stage.filter, tuples, frame));
  return tuples;
}

}  // namespace treadle::expr::jsonata
