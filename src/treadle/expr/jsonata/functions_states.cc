// The functions that Step Functions adds to the language.
// Source: Step Functions Developer Guide, "Transforming data with JSONata", functions provided by
// Step Functions; recorded executions for sequences ($range of one number is that number).
#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <string>

#include "treadle/base/random.h"
#include "treadle/expr/digest.h"
#include "treadle/expr/jsonata/functions.h"
#include "treadle/json/parse.h"
#include "treadle/json/print.h"

namespace treadle::expr::jsonata::functions {
namespace {

constexpr double kRangeMax = 1e7;

auto wrong_argument(Evaluator& evaluator, int index, std::string_view function)
    -> std::unexpected<Failed> {
  return evaluator.fail("T0410",
                        {.token = json::print_string(function), .value = std::to_string(index)});
}

}  // namespace

auto partition(Evaluator& evaluator, Arguments const& arguments) -> Eval<Item> {
  auto const array = arguments[0];
  if (!array.is_defined() || !arguments[1].is_defined()) return Item();
  auto const width = std::floor(arguments[1].number());
  if (!(width >= 1)) return wrong_argument(evaluator, 2, "partition");
  auto& arena = evaluator.arena();
  auto* const chunks = make_list(arena);
  auto const size = array.size();
  TRY(evaluator.spend(size));
  TRY(evaluator.reserve(size * (sizeof(Item) + sizeof(List))));
  auto const step = width < static_cast<double>(size) ? static_cast<std::size_t>(width) : size;
  for (std::size_t i = 0; i < size; i += step) {
    auto* const chunk = make_list(arena, std::min(step, size - i));
    for (std::size_t k = i; k < std::min(i + step, size); ++k) chunk->push(arena, array.at(k));
    chunks->push(arena, Item::of(chunk));
  }
  return Item::of(chunks);
}

auto range(Evaluator& evaluator, Arguments const& arguments) -> Eval<Item> {
  for (std::size_t i = 0; i < 3; ++i)
    if (!arguments[i].is_defined()) return Item();
  auto const first = arguments[0].number();
  auto const last = arguments[1].number();
  auto const step = arguments[2].number();
  if (step == 0) return wrong_argument(evaluator, 3, "range");
  auto const size = std::floor((last - first) / step) + 1;
  if (!(size >= 1)) return Item();
  if (size > kRangeMax) return evaluator.fail("D2014", {.value = evaluator.shown(Item::of(size))});
  auto const count = static_cast<std::uint32_t>(size);
  if (step == 1) return Item::range(first, count).with(Item::kSequence);
  TRY(evaluator.spend(count));
  TRY(evaluator.reserve(count * sizeof(Item)));
  auto* const list = make_list(evaluator.arena(), count);
  for (std::uint32_t i = 0; i < count; ++i)
    list->push(evaluator.arena(), Item::of(first + i * step));
  return Item::of(list, Item::kSequence);
}

auto hash(Evaluator& evaluator, Arguments const& arguments) -> Eval<Item> {
  if (!arguments[0].is_defined() || !arguments[1].is_defined()) return Item();
  auto const data = arguments[0].string();
  auto const digest = hex_digest(arguments[1].string(), data);
  if (!digest) return wrong_argument(evaluator, 2, "hash");
  return evaluator.text(*digest);
}

// With a seed always the same number: its bits, mixed (splitmix64).
auto draw_seeded(Evaluator& evaluator, Arguments const& arguments) -> Eval<Item> {
  if (!arguments[0].is_defined()) return draw_unit(evaluator, arguments);
  auto const seed = arguments[0].number() + 0.0;  // -0 is 0
  auto bits = std::bit_cast<std::uint64_t>(seed) + 0x9E3779B97F4A7C15U;
  bits = (bits ^ bits >> 30U) * 0xBF58476D1CE4E5B9U;
  bits = (bits ^ bits >> 27U) * 0x94D049BB133111EBU;
  bits ^= bits >> 31U;
  return Item::of(std::ldexp(static_cast<double>(bits >> 11U), -53));
}

auto uuid(Evaluator& evaluator, Arguments const&) -> Eval<Item> {
  auto const high = evaluator.environment().draw();
  return evaluator.text(uuid_v4(high, evaluator.environment().draw()));
}

auto parse(Evaluator& evaluator, Arguments const& arguments) -> Eval<Item> {
  if (!arguments[0].is_defined()) return Item();
  auto const text = arguments[0].string();
  TRY(evaluator.spend(text.size() / 16));
  auto const parsed = json::parse(evaluator.arena(), text);
  if (!parsed)
    return evaluator.fail(
        Failure{"D3137", "$parse: the text is not JSON: " + parsed.error().to_string()});
  return Item(*parsed);
}

}  // namespace treadle::expr::jsonata::functions
