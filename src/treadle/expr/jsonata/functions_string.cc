// Source: docs.jsonata.org, "String functions". What counts characters counts code points.
#include <algorithm>
#include <cmath>

#include "treadle/base/utf8.h"
#include "treadle/expr/jsonata/case_mapping.h"
#include "treadle/expr/jsonata/functions.h"
#include "treadle/expr/jsonata/utf16.h"
#include "treadle/expr/jsonata/write.h"

namespace treadle::expr::jsonata::functions {

auto string(Evaluator& evaluator, Arguments const& arguments) -> Eval<Item> {
  auto const item = arguments[0];
  if (!item.is_defined() || item.is_string()) return item;
  bool const is_indented = arguments[1].is_bool() && arguments[1].boolean();
  auto out = std::string();
  TRY(write_json(evaluator, out, item, is_indented ? Layout::kIndented : Layout::kCompact));
  return evaluator.text(out);
}

auto substring(Evaluator&, Arguments const& arguments) -> Eval<Item> {
  if (!arguments[0].is_defined() || !arguments[1].is_defined()) return Item();
  auto const text = arguments[0].string();
  auto const start = arguments[1].number();
  if (!arguments[2].is_defined()) return Item::of(jsonata::substring(text, start));
  return Item::of(jsonata::substring(text, start, arguments[2].number()));
}

auto substring_before(Evaluator&, Arguments const& arguments) -> Eval<Item> {
  if (!arguments[0].is_defined()) return Item();
  auto const text = arguments[0].string();
  if (!arguments[1].is_defined()) return arguments[0];
  return Item::of(text.substr(0, text.find(arguments[1].string())));
}

auto substring_after(Evaluator&, Arguments const& arguments) -> Eval<Item> {
  if (!arguments[0].is_defined() || !arguments[1].is_defined()) return arguments[0];
  auto const text = arguments[0].string();
  auto const mark = arguments[1].string();
  auto const at = text.find(mark);
  return at == std::string_view::npos ? arguments[0] : Item::of(text.substr(at + mark.size()));
}

auto lowercase(Evaluator& evaluator, Arguments const& arguments) -> Eval<Item> {
  if (!arguments[0].is_defined()) return Item();
  TRY(evaluator.reserve(arguments[0].string().size()));
  return evaluator.text(to_lower_case(arguments[0].string()));
}

auto uppercase(Evaluator& evaluator, Arguments const& arguments) -> Eval<Item> {
  if (!arguments[0].is_defined()) return Item();
  TRY(evaluator.reserve(arguments[0].string().size()));
  return evaluator.text(to_upper_case(arguments[0].string()));
}

auto length(Evaluator&, Arguments const& arguments) -> Eval<Item> {
  if (!arguments[0].is_defined()) return Item();
  return Item::of(static_cast<double>(length_of(arguments[0].string())));
}

// Runs of white space become one blank; none is left at the ends.
auto trim(Evaluator& evaluator, Arguments const& arguments) -> Eval<Item> {
  if (!arguments[0].is_defined()) return Item();
  auto out = std::string();
  bool follows_blank = false;
  for (char const c : arguments[0].string()) {
    bool const is_blank = c == ' ' || c == '\t' || c == '\n' || c == '\r';
    if (!is_blank && follows_blank && !out.empty()) out += ' ';
    if (!is_blank) out += c;
    follows_blank = is_blank;
  }
  return evaluator.text(out);
}

auto pad(Evaluator& evaluator, Arguments const& arguments) -> Eval<Item> {
  if (!arguments[0].is_defined() || !arguments[1].is_defined()) return arguments[0];
  auto const text = arguments[0].string();
  auto const width = arguments[1].number();
  auto const given = arguments[2].is_defined() ? arguments[2].string() : std::string_view();
  auto const filling = given.empty() ? std::string_view(" ") : given;
  auto const missing = std::trunc(std::fabs(width)) - static_cast<double>(length_of(text));
  if (!(missing > 0)) return arguments[0];
  auto const room =
      missing * static_cast<double>(filling.size()) + static_cast<double>(text.size());
  TRY(evaluator.reserve(room < 1e15 ? static_cast<std::size_t>(room) : ~std::size_t{0}));
  auto const count = static_cast<std::size_t>(missing);
  auto const period = length_of(filling);
  auto padding = std::string();
  for (std::size_t n = 0; n < count / period; ++n) padding += filling;
  padding += jsonata::substring(filling, 0, static_cast<double>(count % period));
  return evaluator.text(width > 0 ? std::string(text) + padding : padding + std::string(text));
}

auto join(Evaluator& evaluator, Arguments const& arguments) -> Eval<Item> {
  auto const array = arguments[0];
  if (!array.is_defined()) return Item();
  auto const separator = arguments[1].is_defined() ? arguments[1].string() : std::string_view();
  auto out = std::string();
  auto const size = array.size();
  for (std::size_t i = 0; i < size; ++i) {
    TRY(evaluator.spend());
    auto const piece = array.at(i).string();
    TRY(evaluator.reserve(out.size() + separator.size() + piece.size()));
    if (i > 0) append_text(out, separator);
    append_text(out, piece);
  }
  return evaluator.text(out);
}

}  // namespace treadle::expr::jsonata::functions
