// Source: docs.jsonata.org, "Numeric functions", pictures and bases.
#include "treadle/expr/jsonata/format_base.h"
#include "treadle/expr/jsonata/format_integer.h"
#include "treadle/expr/jsonata/format_number.h"
#include "treadle/expr/jsonata/functions.h"

namespace treadle::expr::jsonata::functions {

auto format_number(Evaluator& evaluator, Arguments const& arguments) -> Eval<Item> {
  if (!arguments[0].is_defined()) return Item();
  auto format = DecimalFormat();
  TRY(evaluator.each_member(arguments[2], [&](std::string_view name, Item value) -> Eval<void> {
    if (value.is_string()) format.set(name, value.string());
    return {};
  }));
  auto const picture = arguments[1].is_defined() ? arguments[1].string() : std::string_view();
  auto const text = jsonata::format_number(arguments[0].number(), picture, format);
  if (!text) return evaluator.fail(text.error());
  return evaluator.text(*text);
}

auto format_base(Evaluator& evaluator, Arguments const& arguments) -> Eval<Item> {
  if (!arguments[0].is_defined()) return Item();
  auto const radix = arguments[1].is_defined() ? arguments[1].number() : 10.0;
  auto const text = jsonata::format_base(arguments[0].number(), radix);
  if (!text) return evaluator.fail(text.error());
  return evaluator.text(*text);
}

auto format_integer(Evaluator& evaluator, Arguments const& arguments) -> Eval<Item> {
  if (!arguments[0].is_defined()) return Item();
  auto const picture = arguments[1].is_defined() ? arguments[1].string() : std::string_view();
  auto const number = TRY(evaluator.check_number(arguments[0].number()));
  auto const text = jsonata::format_integer(number, picture);
  if (!text) return evaluator.fail(text.error());
  return evaluator.text(*text);
}

auto parse_integer(Evaluator& evaluator, Arguments const& arguments) -> Eval<Item> {
  if (!arguments[0].is_defined()) return Item();
  auto const picture = arguments[1].is_defined() ? arguments[1].string() : std::string_view();
  auto const number = jsonata::parse_integer(arguments[0].string(), picture);
  if (!number) return evaluator.fail(number.error());
  return *number ? Item::of(**number) : Item();
}

}  // namespace treadle::expr::jsonata::functions
