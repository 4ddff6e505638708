// Functions on numbers. Source: Terraform language documentation, "Numeric Functions".
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "treadle/import/terraform/functions.h"

namespace treadle::import::terraform {
namespace {

auto finite(long double number) -> FunctionResult {
  if (std::isfinite(static_cast<double>(number))) return Value::number(number);
  return std::unexpected("expected a result within the range of a double");
}

auto abs(Arguments arguments) -> FunctionResult {
  return finite(std::fabs(TRY(number_argument(arguments, 0))));
}
auto ceil(Arguments arguments) -> FunctionResult {
  return finite(std::ceil(TRY(number_argument(arguments, 0))));
}
auto floor(Arguments arguments) -> FunctionResult {
  return finite(std::floor(TRY(number_argument(arguments, 0))));
}

auto max(Arguments arguments) -> FunctionResult {
  auto best = TRY(number_argument(arguments, 0));
  for (std::size_t i = 1; i < arguments.size(); ++i)
    best = std::max(best, TRY(number_argument(arguments, i)));
  return Value::number(best);
}

auto min(Arguments arguments) -> FunctionResult {
  auto best = TRY(number_argument(arguments, 0));
  for (std::size_t i = 1; i < arguments.size(); ++i)
    best = std::min(best, TRY(number_argument(arguments, i)));
  return Value::number(best);
}

auto sum(Arguments arguments) -> FunctionResult {
  long double total = 0;
  for (auto const& value : TRY(list_argument(arguments, 0))) {
    auto const number = to_number(value);
    if (!number) return refuse_argument(0, "a list of numbers", value);
    total += *number;
  }
  return finite(total);
}

auto pow(Arguments arguments) -> FunctionResult {
  return finite(std::pow(TRY(number_argument(arguments, 0)), TRY(number_argument(arguments, 1))));
}

auto signum(Arguments arguments) -> FunctionResult {
  auto const number = TRY(number_argument(arguments, 0));
  return Value::number(number > 0 ? 1 : number < 0 ? -1 : 0);
}

auto parseint(Arguments arguments) -> FunctionResult {
  auto const text = TRY(text_argument(arguments, 0));
  auto const base = TRY(integer_argument(arguments, 1));
  if (base < 2 || base > 36) return refuse_argument(1, "a base of 2 to 36", arguments[1]);
  std::string_view digits = text;
  bool const is_negative = digits.starts_with('-');
  if (is_negative) digits.remove_prefix(1);
  constexpr std::string_view kDigits = "0123456789abcdefghijklmnopqrstuvwxyz";
  long double number = 0;
  for (char const digit : digits) {
    bool const is_upper = digit >= 'A' && digit <= 'Z';
    auto const value = kDigits.find(is_upper ? static_cast<char>(digit - 'A' + 'a') : digit);
    if (value == std::string_view::npos || static_cast<std::int64_t>(value) >= base)
      return std::unexpected(fmt::format("expected a whole number in base {}", base));
    number = number * static_cast<long double>(base) + static_cast<long double>(value);
  }
  if (digits.empty())
    return std::unexpected(fmt::format("expected a whole number in base {}", base));
  return finite(is_negative ? -number : number);
}

constexpr Function kFunctions[] = {
    {"abs", 1, 1, abs},          {"ceil", 1, 1, ceil},        {"floor", 1, 1, floor},
    {"max", 1, kAnyNumber, max}, {"min", 1, kAnyNumber, min}, {"sum", 1, 1, sum},
    {"pow", 2, 2, pow},          {"signum", 1, 1, signum},    {"parseint", 2, 2, parseint},
};

}  // namespace

auto number_functions() -> std::span<Function const> { return kFunctions; }

}  // namespace treadle::import::terraform
