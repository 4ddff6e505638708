// JSONata expressions: compiled once, evaluated often.
// Source: docs.jsonata.org for the language; Step Functions Developer Guide, "Transforming data
// with JSONata", for its dialect.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "treadle/base/result.h"
#include "treadle/expr/environment.h"
#include "treadle/expr/jsonata/failure.h"
#include "treadle/json/arena.h"
#include "treadle/json/value.h"

namespace treadle::expr::jsonata {

struct Program;  // private to the module

// The language of JSONata 2.2, or that of Step Functions: without $eval, `??` and `?:`, with
// $partition, $range, $hash, $random(seed), $uuid and $parse.
enum class Dialect : std::uint8_t { kReference, kStepFunctions };

// `code` is JSONata's ("S0202"); `position` counts UTF-8 bytes from 0 to the token in question.
struct SyntaxError {
  std::string code;
  std::string message;
  std::size_t position = 0;
};

// What one evaluation may cost. Whatever is exceeded ends it: depth with D1011, the rest with
// D1012.
struct Budget {
  std::uint64_t steps_max = 100'000'000;  // nodes evaluated and elements touched
  std::uint32_t depth_max = 500;          // nested evaluations; tail calls do not nest
  std::size_t bytes_max = std::size_t{64} << 20U;
  // Asked now and then: whether the time is up, or will be `ahead` from now; may be empty.
  std::function<bool(std::chrono::milliseconds ahead)> is_over = {};
};

struct Outcome {
  enum class Kind : std::uint8_t { kUndefined, kValue, kFunction };
  Kind kind = Kind::kUndefined;
  json::Value value;  // of kValue; lives in the arena and shares the input
};

// Immutable and shared: a copy costs a reference count. May be evaluated by several threads at once.
class Expression {
 public:
  // `text` is UTF-8 and is copied; it stands without the {% %} of a definition.
  [[nodiscard]] static auto compile(std::string_view text, Dialect dialect)
      -> Result<Expression, SyntaxError>;
  [[nodiscard]] auto text() const -> std::string_view;

  // A variable that is read and that the expression does not bind itself, with the members that
  // are taken from it: "$states.input.id" is {"states", {"input", "id"}}, "$x" is {"x", {}}.
  // Built-in functions count if nothing shows that one is called; each differs from the others.
  struct Reference {
    std::string variable;
    std::vector<std::string> path;
    friend auto operator==(Reference const&, Reference const&) -> bool = default;
    friend auto operator<=>(Reference const&, Reference const&) = default;
  };
  [[nodiscard]] auto references() const -> std::vector<Reference> const&;

  // What it reads of the input where that is the context item: names that nothing stands before,
  // "$", and "$$" anywhere. Each once, in the order of the text. Functions count for nothing but
  // "$$": their context is that of their caller.
  [[nodiscard]] auto context_reads() const -> std::vector<std::string> const&;

  [[nodiscard]] auto program() const -> Program const& { return *program_; }

 private:
  explicit Expression(std::shared_ptr<Program const> program) : program_(std::move(program)) {}
  std::shared_ptr<Program const> program_;
};

// `input` is the context item at the top, `$`; nullopt is undefined. Variables are looked up in the
// environment when they are first read, once. Input, expression and arena outlive the value.
[[nodiscard]] auto evaluate(Expression const& expression, std::optional<json::Value> input,
                            Environment& environment, json::Arena& arena, Budget const& budget = {})
    -> Result<Outcome, Failure>;

}  // namespace treadle::expr::jsonata
