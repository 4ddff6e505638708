// Source: docs.jsonata.org, "Numeric functions" and "Numeric aggregation functions".
#include <algorithm>
#include <cmath>

#include "treadle/expr/jsonata/functions.h"
#include "treadle/expr/jsonata/number_text.h"

namespace treadle::expr::jsonata::functions {
namespace {

// The numbers of an array put together by `combine`; undefined if there are none.
template <typename Combine>
auto fold(Evaluator& evaluator, Item array, Combine const& combine) -> Eval<Item> {
  if (!array.is_defined() || array.size() == 0) return Item();
  auto const size = array.size();
  auto result = array.at(0).number();
  for (std::size_t i = 1; i < size; ++i) {
    TRY(evaluator.spend());
    result = combine(result, array.at(i).number());
  }
  return Item::of(result);
}

auto plus(double a, double b) -> double { return a + b; }

// A function of one number.
template <typename Compute>
auto of_number(Item argument, Compute const& compute) -> Item {
  return argument.is_defined() ? Item::of(compute(argument.number())) : argument;
}

}  // namespace

auto sum(Evaluator& evaluator, Arguments const& arguments) -> Eval<Item> {
  auto const array = arguments[0];
  if (array.is_defined() && array.size() == 0) return Item::of(0.0);
  return fold(evaluator, array, plus);
}

auto max(Evaluator& evaluator, Arguments const& arguments) -> Eval<Item> {
  return fold(evaluator, arguments[0], [](double a, double b) { return std::max(a, b); });
}

auto min(Evaluator& evaluator, Arguments const& arguments) -> Eval<Item> {
  return fold(evaluator, arguments[0], [](double a, double b) { return std::min(a, b); });
}

auto average(Evaluator& evaluator, Arguments const& arguments) -> Eval<Item> {
  auto const total = TRY(fold(evaluator, arguments[0], plus));
  if (!total.is_defined()) return total;
  return Item::of(total.number() / static_cast<double>(arguments[0].size()));
}

auto number(Evaluator& evaluator, Arguments const& arguments) -> Eval<Item> {
  auto const item = arguments[0];
  if (item.is_bool()) return Item::of(item.boolean() ? 1.0 : 0.0);
  if (!item.is_string()) return item;
  auto const parsed = parse_number(item.string());
  if (!parsed) return evaluator.fail(parsed.error());
  return Item::of(*parsed);
}

auto floor(Evaluator&, Arguments const& arguments) -> Eval<Item> {
  return of_number(arguments[0], [](double x) { return std::floor(x); });
}

auto ceil(Evaluator&, Arguments const& arguments) -> Eval<Item> {
  return of_number(arguments[0], [](double x) { return std::ceil(x); });
}

auto abs(Evaluator&, Arguments const& arguments) -> Eval<Item> {
  return of_number(arguments[0], [](double x) { return std::fabs(x); });
}

auto round(Evaluator&, Arguments const& arguments) -> Eval<Item> {
  constexpr double kPrecisionMax = 400;  // beyond any double's digits
  auto const precision = arguments[1].is_defined() ? arguments[1].number() : 0.0;
  auto const places = static_cast<int>(std::clamp(precision, -kPrecisionMax, kPrecisionMax));
  return of_number(arguments[0], [&](double x) { return round_half_even(x, places); });
}

auto sqrt(Evaluator& evaluator, Arguments const& arguments) -> Eval<Item> {
  if (arguments[0].is_defined() && arguments[0].number() < 0)
    return evaluator.fail("D3060", {.value = evaluator.shown(arguments[0])});
  return of_number(arguments[0], [](double x) { return std::sqrt(x); });
}

auto power(Evaluator& evaluator, Arguments const& arguments) -> Eval<Item> {
  if (!arguments[0].is_defined()) return Item();
  if (!arguments[1].is_defined())
    return evaluator.fail("D3061", {.value = evaluator.shown(arguments[0]), .value2 = "undefined"});
  auto const result = std::pow(arguments[0].number(), arguments[1].number());
  if (!std::isfinite(result))
    return evaluator.fail(
        "D3061", {.value = evaluator.shown(arguments[0]), .value2 = evaluator.shown(arguments[1])});
  return Item::of(result);
}

// 53 of the 64 bits, as many as a double holds.
auto draw_unit(Evaluator& evaluator, Arguments const&) -> Eval<Item> {
  return Item::of(std::ldexp(static_cast<double>(evaluator.environment().draw() >> 11U), -53));
}

}  // namespace treadle::expr::jsonata::functions
