// Source: docs.jsonata.org, "Array functions".
#include <algorithm>
#include <functional>
#include <limits>
#include <vector>

#include "treadle/base/limits.h"
#include "treadle/expr/jsonata/functions.h"
#include "treadle/expr/utf16_order.h"

namespace treadle::expr::jsonata::functions {
namespace {

auto are_all(Item array, bool (Item::*is)() const) -> bool {
  for (std::size_t i = 0; i < array.size(); ++i)
    if (!(array.at(i).*is)()) return false;
  return true;
}

auto list_of(Evaluator& evaluator, Item array) -> Eval<List*> {
  auto const size = array.size();
  TRY(evaluator.spend(size));
  TRY(evaluator.reserve(2 * size * sizeof(Item)));
  auto* const list = make_list(evaluator.arena(), size);
  for (std::size_t i = 0; i < size; ++i) list->push(evaluator.arena(), array.at(i));
  return list;
}

// Equal items have equal hashes. Objects hash without regard to the order of their members.
auto hash_of(Evaluator& evaluator, Item item, std::uint32_t depth = 0) -> Eval<std::size_t> {
  TRY(evaluator.spend());
  if (depth > limits::kPayloadDepth)
    return evaluator.fail("D1011", {.value = std::to_string(limits::kPayloadDepth)});
  auto const type = static_cast<std::size_t>(type_of(item));
  auto const mix = [](std::size_t a, std::size_t b) { return (a ^ b) * 0x9E3779B97F4A7C15U; };
  if (item.is_string()) return mix(type, std::hash<std::string_view>()(item.string()));
  if (item.is_number()) return mix(type, std::hash<double>()(item.number()));
  if (item.is_bool()) return mix(type, item.boolean() ? 1 : 0);
  auto hash = type;
  for (std::size_t i = 0; item.is_array() && i < item.size(); ++i)
    hash = mix(hash, TRY(hash_of(evaluator, item.at(i), depth + 1)));
  std::size_t members = 0;
  auto const visit = [&](std::string_view key, Item value) -> Eval<void> {
    members += mix(std::hash<std::string_view>()(key), TRY(hash_of(evaluator, value, depth + 1)));
    return {};
  };
  TRY(evaluator.each_member(item, visit));
  return mix(hash, members);
}

}  // namespace

auto count(Evaluator&, Arguments const& arguments) -> Eval<Item> {
  return Item::of(static_cast<double>(arguments[0].size()));
}

auto append(Evaluator& evaluator, Arguments const& arguments) -> Eval<Item> {
  return evaluator.append(arguments[0], arguments[1]);
}

auto reverse(Evaluator& evaluator, Arguments const& arguments) -> Eval<Item> {
  if (arguments[0].size() < 2) return arguments[0];
  auto* const list = TRY(list_of(evaluator, arguments[0]));
  std::ranges::reverse(list->all());
  return Item::of(list);
}

auto zip(Evaluator& evaluator, Arguments const& arguments) -> Eval<Item> {
  auto shortest = arguments.items.empty() ? 0 : std::numeric_limits<std::size_t>::max();
  for (auto const array : arguments.items) shortest = std::min(shortest, array.size());
  auto& arena = evaluator.arena();
  TRY(evaluator.spend(shortest * arguments.items.size()));
  TRY(evaluator.reserve(shortest * (sizeof(List) + arguments.items.size() * sizeof(Item))));
  auto* const rows = make_list(arena, shortest);
  for (std::size_t i = 0; i < shortest; ++i) {
    auto* const row = make_list(arena, arguments.items.size());
    for (auto const array : arguments.items) row->push(arena, array.at(i));
    rows->push(arena, Item::of(row));
  }
  return Item::of(rows);
}

auto sort(Evaluator& evaluator, Arguments const& arguments) -> Eval<Item> {
  auto const array = arguments[0];
  auto const comparator = arguments[1];
  if (array.size() < 2) return array;
  auto* const list = TRY(list_of(evaluator, array));
  auto space = std::vector<Item>(list->size);
  if (comparator.is_defined()) {
    auto const is_later = [&](Item later, Item earlier) -> Eval<bool> {
      Item const pair[] = {earlier, later};
      return evaluator.truth(TRY(evaluator.apply(comparator, pair)));
    };
    TRY(evaluator.merge_sort(list->all(), std::span(space), is_later));
    return Item::of(list);
  }
  bool const are_numbers = are_all(array, &Item::is_number);
  if (!are_numbers && !are_all(array, &Item::is_string)) return evaluator.fail("D3070");
  auto const is_later = [&](Item later, Item earlier) -> Eval<bool> {
    TRY(evaluator.spend());
    if (are_numbers) return earlier.number() > later.number();
    return compare_utf16(earlier.string(), later.string()) > 0;
  };
  TRY(evaluator.merge_sort(list->all(), std::span(space), is_later));
  return Item::of(list);
}

auto shuffle(Evaluator& evaluator, Arguments const& arguments) -> Eval<Item> {
  if (arguments[0].size() < 2) return arguments[0];
  auto* const list = TRY(list_of(evaluator, arguments[0]));
  for (std::size_t i = list->size; i > 1; --i)
    std::swap(list->items[i - 1], list->items[evaluator.environment().draw() % i]);
  return Item::of(list);
}

auto distinct(Evaluator& evaluator, Arguments const& arguments) -> Eval<Item> {
  auto const array = arguments[0];
  if (!array.is_array() || array.size() < 2 || array.kind() == Item::Kind::kRange) return array;
  struct Seen {
    std::size_t hash;
    std::size_t place;
  };
  auto const size = array.size();
  TRY(evaluator.reserve(size * (sizeof(Seen) + sizeof(Item))));
  auto order = std::vector<Seen>(size);
  for (std::size_t i = 0; i < size; ++i) order[i] = {TRY(hash_of(evaluator, array.at(i))), i};
  std::ranges::sort(order, [](Seen const& a, Seen const& b) {
    return a.hash != b.hash ? a.hash < b.hash : a.place < b.place;
  });
  auto repeats = std::vector<bool>(size, false);
  for (std::size_t i = 0; i < size; ++i) {
    for (std::size_t k = i; k-- > 0 && order[k].hash == order[i].hash;) {
      if (repeats[order[k].place]) continue;
      if (!TRY(evaluator.are_equal(array.at(order[k].place), array.at(order[i].place)))) continue;
      repeats[order[i].place] = true;
      break;
    }
  }
  auto* const list = make_list(evaluator.arena());
  for (std::size_t i = 0; i < size; ++i)
    if (!repeats[i]) list->push(evaluator.arena(), array.at(i));
  return Item::of(list, array.flags() & Item::kSequence);
}

}  // namespace treadle::expr::jsonata::functions
