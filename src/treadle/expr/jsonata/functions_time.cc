// Source: docs.jsonata.org, "Date/Time functions".
#include <optional>

#include "treadle/expr/jsonata/date_time.h"
#include "treadle/expr/jsonata/functions.h"

namespace treadle::expr::jsonata::functions {
namespace {

// The same within one evaluation.
auto time_of(Evaluator& evaluator) -> double {
  return static_cast<double>(evaluator.environment().now().time_since_epoch().count());
}

auto text_or_none(Item item) -> std::optional<std::string_view> {
  return item.is_defined() ? std::optional(item.string()) : std::nullopt;
}

auto format(Evaluator& evaluator, double time, Item picture, Item timezone) -> Eval<Item> {
  auto const text = format_date_time(time, text_or_none(picture), text_or_none(timezone));
  if (!text) return evaluator.fail(text.error());
  return evaluator.text(*text);
}

}  // namespace

auto now(Evaluator& evaluator, Arguments const& arguments) -> Eval<Item> {
  return format(evaluator, time_of(evaluator), arguments[0], arguments[1]);
}

auto millis(Evaluator& evaluator, Arguments const&) -> Eval<Item> {
  return Item::of(time_of(evaluator));
}

auto from_millis(Evaluator& evaluator, Arguments const& arguments) -> Eval<Item> {
  if (!arguments[0].is_defined()) return Item();
  return format(evaluator, arguments[0].number(), arguments[1], arguments[2]);
}

auto to_millis(Evaluator& evaluator, Arguments const& arguments) -> Eval<Item> {
  if (!arguments[0].is_defined()) return Item();
  auto const picture = text_or_none(arguments[1]);
  auto const time = parse_date_time(arguments[0].string(), picture, time_of(evaluator));
  if (!time) return evaluator.fail(time.error());
  return *time ? Item::of(**time) : Item();
}

}  // namespace treadle::expr::jsonata::functions
