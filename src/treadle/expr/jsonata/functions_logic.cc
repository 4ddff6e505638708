// Source: docs.jsonata.org, "Boolean functions"; "Object functions", $type, $error, $assert;
// "Higher order functions", $eval.
#include "treadle/expr/jsonata/functions.h"

namespace treadle::expr::jsonata::functions {
namespace {

auto message_or(Item message, std::string_view otherwise) -> std::string {
  return std::string(message.is_defined() ? message.string() : otherwise);
}

}  // namespace

auto boolean(Evaluator& evaluator, Arguments const& arguments) -> Eval<Item> {
  if (!arguments[0].is_defined()) return Item();
  return Item::of(TRY(evaluator.truth(arguments[0])));
}

auto negation(Evaluator& evaluator, Arguments const& arguments) -> Eval<Item> {
  if (!arguments[0].is_defined()) return Item();
  return Item::of(!TRY(evaluator.truth(arguments[0])));
}

auto exists(Evaluator&, Arguments const& arguments) -> Eval<Item> {
  return Item::of(arguments[0].is_defined());
}

auto type(Evaluator&, Arguments const& arguments) -> Eval<Item> {
  auto const name = [&]() -> std::string_view {
    switch (type_of(arguments[0])) {
      case Type::kArray: return "array";
      case Type::kString: return "string";
      case Type::kNumber: return "number";
      case Type::kBoolean: return "boolean";
      case Type::kNull: return "null";
      case Type::kFunction: return "function";
      case Type::kObject: return "object";
      case Type::kMissing: return {};
    }
    return {};
  }();
  return name.empty() ? Item() : Item::of(name);
}

auto error(Evaluator& evaluator, Arguments const& arguments) -> Eval<Item> {
  return evaluator.fail(Failure{"D3137", message_or(arguments[0], "$error() function evaluated")});
}

auto assertion(Evaluator& evaluator, Arguments const& arguments) -> Eval<Item> {
  if (is_true(arguments[0])) return Item();
  return evaluator.fail(Failure{"D3141", message_or(arguments[1], "$assert() statement failed")});
}

auto eval(Evaluator& evaluator, Arguments const& arguments) -> Eval<Item> {
  if (!arguments[0].is_defined()) return Item();
  auto const input = arguments[1].is_defined() ? arguments[1] : arguments.input;
  return evaluator.evaluate_text(arguments[0].string(), input, arguments.frame);
}

}  // namespace treadle::expr::jsonata::functions
