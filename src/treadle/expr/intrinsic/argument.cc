#include "treadle/expr/intrinsic/argument.h"

#include <cmath>
#include <limits>

#include "treadle/base/utf8.h"

namespace treadle::expr::intrinsic {
namespace {

auto wrong(std::size_t i, std::string_view what) -> std::unexpected<std::string> {
  return std::unexpected("Argument " + std::to_string(i + 1) + " must be " + std::string(what));
}

}  // namespace

auto text_argument(Invocation const& invocation, std::size_t i)
    -> Result<std::string_view, std::string> {
  if (!invocation.arguments[i].is_string()) return wrong(i, "a string");
  return invocation.arguments[i].as_string();
}

auto short_text_argument(Invocation const& invocation, std::size_t i)
    -> Result<std::string_view, std::string> {
  auto const text = TRY(text_argument(invocation, i));
  if (text.size() > kTextChars && utf8::count_code_points(text) > kTextChars)
    return wrong(i, "a string of at most 10000 characters");
  return text;
}

auto array_argument(Invocation const& invocation, std::size_t i)
    -> Result<json::Value, std::string> {
  if (!invocation.arguments[i].is_array()) return wrong(i, "an array");
  return invocation.arguments[i];
}

auto rounded_argument(Invocation const& invocation, std::size_t i)
    -> Result<std::int64_t, std::string> {
  if (!invocation.arguments[i].is_number()) return wrong(i, "a number");
  auto const number = std::floor(invocation.arguments[i].as_double() + 0.5);
  if (number < std::numeric_limits<std::int32_t>::min() ||
      number > std::numeric_limits<std::int32_t>::max())
    return wrong(i, "between -2147483648 and 2147483647");
  return static_cast<std::int64_t>(number);
}

auto as_part(json::Arena& arena, json::Value value) -> json::Value {
  return value.source().empty() ? value : value.without_source(arena);
}

}  // namespace treadle::expr::intrinsic
