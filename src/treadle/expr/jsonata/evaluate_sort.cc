// Source: docs.jsonata.org, "Path operators", ^ (order-by).
#include <span>

#include "treadle/expr/jsonata/evaluator.h"
#include "treadle/expr/utf16_order.h"

namespace treadle::expr::jsonata {
namespace {

struct Ranked {
  std::size_t place;
  Item first_key;
};

}  // namespace

// The first key of each item is computed once, the others when the first ones are equal.
auto Evaluator::sort(Node const& node, Item input, Frame& frame) -> Eval<Item> {
  auto const size = input.is_array() ? input.size() : 1;
  if (size < 2) return input;
  TRY(reserve(size * 4 * sizeof(Ranked)));
  auto const key_of = [&](std::size_t place, Term const& term) -> Eval<Item> {
    if (!input.is_tuples()) return eval(*term.key, input.at(place), frame);
    auto const& tuple = *input.tuples()->items[place];
    return eval(*term.key, tuple.context, *make_frame(&frame, tuple));
  };
  auto const ranked = std::span(arena_.allocate_array<Ranked>(size), size);
  for (std::size_t i = 0; i < size; ++i) ranked[i] = {i, TRY(key_of(i, node.terms[0]))};

  auto const precedes = [&](Ranked const& later, Ranked const& earlier) -> Eval<bool> {
    TRY(spend());
    for (auto const& term : node.terms) {
      bool const is_first = &term == node.terms.data();
      auto const a = is_first ? earlier.first_key : TRY(key_of(earlier.place, term));
      auto const b = is_first ? later.first_key : TRY(key_of(later.place, term));
      if (!a.is_defined() && !b.is_defined()) continue;
      if (!a.is_defined()) return true;  // undefined comes last
      if (!b.is_defined()) return false;
      bool const are_sortable =
          (a.is_number() || a.is_string()) && (b.is_number() || b.is_string());
      if (!are_sortable) return fail("T2008");
      if (a.is_number() != b.is_number())
        return fail("T2007", {.value = shown(a), .value2 = shown(b)});
      auto const order = a.is_number()
                             ? a.number() <=> b.number()
                             : std::partial_ordering(compare_utf16(a.string(), b.string()));
      if (order == 0) continue;
      return term.is_descending ? order < 0 : order > 0;
    }
    return false;
  };
  auto const space = std::span(arena_.allocate_array<Ranked>(size), size);
  TRY(merge_sort(ranked, space, precedes));

  if (input.is_tuples()) {
    auto* const stream = make_stream();
    for (auto const& item : ranked) stream->push(arena_, input.tuples()->items[item.place]);
    return Item::of(stream);
  }
  auto* const list = make_list(arena_, size);
  for (auto const& item : ranked) list->push(arena_, input.at(item.place));
  return Item::of(list);
}

}  // namespace treadle::expr::jsonata
