// What an expression gives, as one text: JSON, "undefined", "function", or the code of an error.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "tests/expr/fake_environment.h"
#include "treadle/expr/jsonata/expression.h"
#include "treadle/json/arena.h"
#include "treadle/json/print.h"

namespace treadle::expr::jsonata {

struct Setting {
  std::string_view data = {};  // JSON; empty: no input
  std::string_view variables = "{}";
  Dialect dialect = Dialect::kReference;
  Budget budget = {};
};

inline auto evaluated(std::string_view text, Setting const& setting = {}) -> std::string {
  auto const expression = Expression::compile(text, setting.dialect);
  if (!expression) return expression.error().code;
  json::Arena arena;
  auto environment = FakeEnvironment({}, parsed(arena, setting.variables));
  auto input = std::optional<json::Value>();
  if (!setting.data.empty()) input = parsed(arena, setting.data);
  auto const outcome = evaluate(*expression, input, environment, arena, setting.budget);
  if (!outcome) return outcome.error().code;
  switch (outcome->kind) {
    case Outcome::Kind::kUndefined: return "undefined";
    case Outcome::Kind::kFunction: return "function";
    case Outcome::Kind::kValue: return json::print(outcome->value);
  }
  return {};
}

struct Case {
  std::string_view name;
  std::string_view expression;
  std::string_view result;
};

inline void PrintTo(Case const& row, std::ostream* out) { *out << row.name; }

inline auto name_of_row(testing::TestParamInfo<Case> const& row) -> std::string {
  return std::string(row.param.name);
}

}  // namespace treadle::expr::jsonata
