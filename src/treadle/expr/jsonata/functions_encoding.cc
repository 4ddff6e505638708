// Source: docs.jsonata.org, "String functions", encodings.
#include "treadle/expr/jsonata/encoding.h"
#include "treadle/expr/jsonata/functions.h"

namespace treadle::expr::jsonata::functions {
namespace {

using UrlFunction = auto(std::string_view text, UrlPart part) -> Result<std::string, Failure>;

auto of_url(Evaluator& evaluator, Item item, UrlFunction* function, UrlPart part) -> Eval<Item> {
  if (!item.is_defined()) return item;
  TRY(evaluator.reserve(3 * item.string().size()));
  auto const text = function(item.string(), part);
  if (!text) return evaluator.fail(text.error());
  return evaluator.text(*text);
}

}  // namespace

auto base64_encode(Evaluator& evaluator, Arguments const& arguments) -> Eval<Item> {
  if (!arguments[0].is_defined()) return Item();
  return evaluator.text(jsonata::encode_base64(arguments[0].string()));
}

auto base64_decode(Evaluator& evaluator, Arguments const& arguments) -> Eval<Item> {
  if (!arguments[0].is_defined()) return Item();
  return evaluator.text(jsonata::decode_base64(arguments[0].string()));
}

auto encode_url(Evaluator& evaluator, Arguments const& arguments) -> Eval<Item> {
  return of_url(evaluator, arguments[0], jsonata::encode_url, UrlPart::kWhole);
}

auto encode_url_component(Evaluator& evaluator, Arguments const& arguments) -> Eval<Item> {
  return of_url(evaluator, arguments[0], jsonata::encode_url, UrlPart::kComponent);
}

auto decode_url(Evaluator& evaluator, Arguments const& arguments) -> Eval<Item> {
  return of_url(evaluator, arguments[0], jsonata::decode_url, UrlPart::kWhole);
}

auto decode_url_component(Evaluator& evaluator, Arguments const& arguments) -> Eval<Item> {
  return of_url(evaluator, arguments[0], jsonata::decode_url, UrlPart::kComponent);
}

}  // namespace treadle::expr::jsonata::functions
