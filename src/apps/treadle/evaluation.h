// One expression, evaluated in one of the three languages: what `treadle eval` does with each line.
#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "treadle/expr/jsonata/expression.h"
#include "treadle/json/arena.h"
#include "treadle/json/value.h"

namespace treadle::app {

enum class Language : std::uint8_t { kJsonata, kJsonPath, kIntrinsic };

// The language of that name ("jsonata", "jsonpath", "intrinsic").
[[nodiscard]] auto find_language(std::string_view name) -> std::optional<Language>;

struct Evaluation {
  std::string_view expression;
  std::optional<json::Value> data;  // the input
  json::Value bindings;             // an object: variables by name; "$" is the context object
  expr::jsonata::Dialect dialect = expr::jsonata::Dialect::kReference;
  // Of JSONata:
  std::optional<std::chrono::milliseconds> time_limit;
  std::optional<std::uint32_t> depth;
};

struct EvaluationError {
  // JSONata's, or the name of the error as a workflow shows it. What cannot be read is
  // SCHEMA_VALIDATION_FAILED, as when a state machine is created.
  std::string code;
  std::string message;
  std::optional<std::size_t> position;  // byte of the expression, where one is to blame
};

// nullopt stands for undefined.
using EvaluationOutcome = std::expected<std::optional<json::Value>, EvaluationError>;

// The value lives in `arena` and may share data and bindings.
[[nodiscard]] auto evaluate(Language language, Evaluation const& evaluation, json::Arena& arena)
    -> EvaluationOutcome;

}  // namespace treadle::app
