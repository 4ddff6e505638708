#include "apps/treadle/evaluation.h"

#include <algorithm>
#include <charconv>
#include <random>
#include <utility>

#include "treadle/base/error_names.h"
#include "treadle/base/system_clock.h"
#include "treadle/expr/environment.h"
#include "treadle/expr/intrinsic/call.h"
#include "treadle/expr/jsonpath/path.h"

namespace treadle::app {
namespace {

using json::Value;

constexpr std::string_view kSyntaxError = "SCHEMA_VALIDATION_FAILED";

class Bindings final : public expr::Environment {
 public:
  explicit Bindings(Value bindings) : bindings_(bindings) {}
  auto context() -> Value override {
    auto const* found = bindings_.find("$");
    return found == nullptr ? Value() : *found;
  }
  auto variable(std::string_view name) -> std::optional<Value> override {
    auto const* found = bindings_.find(name);
    return found == nullptr ? std::nullopt : std::optional(*found);
  }
  auto draw() -> std::uint64_t override { return random_(); }
  auto now() -> Timestamp override { return now_; }

 private:
  Value bindings_;
  std::mt19937_64 random_{std::random_device()()};
  Timestamp now_ = SystemClock().now();
};

auto fails(std::string_view code, std::string message, std::optional<std::size_t> position = {})
    -> std::unexpected<EvaluationError> {
  return std::unexpected(EvaluationError{std::string(code), std::move(message), position});
}

// The N of a sentence that ends with "at position N", as those about paths and calls do.
auto named_position(std::string_view message) -> std::optional<std::size_t> {
  constexpr std::string_view kWords = " at position ";
  auto const at = message.rfind(kWords);
  if (at == std::string_view::npos) return std::nullopt;
  std::size_t position = 0;
  auto const* const end = message.data() + message.size();
  auto const [stop, error] = std::from_chars(message.data() + at + kWords.size(), end, position);
  return error == std::errc() && stop == end ? std::optional(position) : std::nullopt;
}

auto evaluate_path(Evaluation const& evaluation, expr::Environment& environment, json::Arena& arena)
    -> EvaluationOutcome {
  auto const path = expr::jsonpath::Path::parse(evaluation.expression);
  if (!path) return fails(kSyntaxError, path.error(), named_position(path.error()));
  if (!evaluation.data && path->root() == expr::jsonpath::Root::kInput) return std::nullopt;
  auto value = evaluate(*path, evaluation.data.value_or(Value()), environment, arena);
  if (!value) return fails(errors::kRuntime, value.error().message);
  return *value;
}

auto evaluate_call(Evaluation const& evaluation, expr::Environment& environment, json::Arena& arena)
    -> EvaluationOutcome {
  auto const call = expr::intrinsic::Call::parse(evaluation.expression);
  if (!call) return fails(kSyntaxError, call.error(), named_position(call.error()));
  auto value = evaluate(*call, evaluation.data.value_or(Value()), environment, arena);
  if (!value) return fails(value.error().name, std::move(value.error().cause));
  return *value;
}

// A function is no JSON: it counts as undefined.
auto evaluate_jsonata(Evaluation const& evaluation, expr::Environment& environment,
                      json::Arena& arena) -> EvaluationOutcome {
  using namespace expr::jsonata;
  auto const expression = Expression::compile(evaluation.expression, evaluation.dialect);
  if (!expression)
    return fails(expression.error().code, expression.error().message, expression.error().position);
  Budget budget;
  if (evaluation.depth) budget.depth_max = *evaluation.depth;
  if (evaluation.time_limit)
    budget.is_over = [end = std::chrono::steady_clock::now() + *evaluation.time_limit](auto ahead) {
      return std::chrono::steady_clock::now() + ahead > end;
    };
  auto outcome = evaluate(*expression, evaluation.data, environment, arena, budget);
  if (!outcome) return fails(outcome.error().code, std::move(outcome.error().message));
  if (outcome->kind != Outcome::Kind::kValue) return std::nullopt;
  // Shares nothing with the expression, which ends here.
  return json::clone(arena, outcome->value);
}

}  // namespace

auto find_language(std::string_view name) -> std::optional<Language> {
  if (name == "jsonata") return Language::kJsonata;
  if (name == "jsonpath") return Language::kJsonPath;
  if (name == "intrinsic") return Language::kIntrinsic;
  return std::nullopt;
}

auto evaluate(Language language, Evaluation const& evaluation, json::Arena& arena)
    -> EvaluationOutcome {
  auto environment = Bindings(evaluation.bindings);
  switch (language) {
    case Language::kJsonata: return evaluate_jsonata(evaluation, environment, arena);
    case Language::kJsonPath: return evaluate_path(evaluation, environment, arena);
    case Language::kIntrinsic: return evaluate_call(evaluation, environment, arena);
  }
  return std::nullopt;
}

}  // namespace treadle::app
