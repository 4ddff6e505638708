#include "treadle/expr/jsonata/expression.h"

#include <optional>
#include <utility>

#include "treadle/expr/jsonata/evaluator.h"

namespace treadle::expr::jsonata {

auto compile(Program& program) -> Result<void, SyntaxError> {
  auto* const root = TRY(parse(program));
  program.root = TRY(resolve(program, root));
  for (auto const name : program.names) {
    auto const* const builtin = find_builtin(name, program.dialect);
    program.builtins.push_back(builtin == nullptr ? nullptr : function_of(*builtin));
    if (name == "eval" && program.dialect == Dialect::kReference) program.may_eval = true;
  }
  collect_references(program);
  collect_context_reads(program);
  return {};
}

auto Expression::compile(std::string_view text, Dialect dialect)
    -> Result<Expression, SyntaxError> {
  auto program = std::make_shared<Program>();
  program->text = text;
  program->dialect = dialect;
  TRY(jsonata::compile(*program));
  return Expression(std::move(program));
}

auto Expression::text() const -> std::string_view { return program_->text; }

auto Expression::references() const -> std::vector<Reference> const& {
  return program_->references;
}

auto Expression::context_reads() const -> std::vector<std::string> const& {
  return program_->context_reads;
}

auto evaluate(Expression const& expression, std::optional<json::Value> input,
              Environment& environment, json::Arena& arena, Budget const& budget)
    -> Result<Outcome, Failure> {
  return Evaluator(expression.program(), environment, arena, budget).run(input);
}

}  // namespace treadle::expr::jsonata
