#include "treadle/expr/jsonpath/path.h"

#include <algorithm>

#include "treadle/expr/jsonpath/compile.h"
#include "treadle/expr/jsonpath/walk.h"

namespace treadle::expr::jsonpath {
namespace {

// How many bytes of `text` are a variable's name: letters, digits, '_' and whatever is not ASCII.
auto name_length(std::string_view text) -> std::size_t {
  auto const is_name_char = [](char c) {
    auto const byte = static_cast<unsigned char>(c);
    auto const lower = static_cast<unsigned char>(byte | 0x20);
    return byte >= 0x80 || c == '_' || (c >= '0' && c <= '9') || (lower >= 'a' && lower <= 'z');
  };
  if (!text.empty() && text[0] >= '0' && text[0] <= '9') return 0;
  return static_cast<std::size_t>(std::ranges::find_if_not(text, is_name_char) - text.begin());
}

auto lift(Program const& program, Failure const& failure) -> PathError {
  auto const kind = failure.is_not_found() ? PathError::Kind::kNotFound : PathError::Kind::kOther;
  return {kind, describe(program, failure)};
}

}  // namespace

auto Path::parse(std::string_view text) -> Result<Path, std::string> {
  if (!text.starts_with('$')) return std::unexpected("a path must begin with '$'");
  auto path = Path();
  path.text_ = text;
  auto rest = text.substr(1);
  if (rest.starts_with('$')) {
    path.root_ = Root::kContext;
    rest.remove_prefix(1);
  } else if (auto const length = name_length(rest); length > 0) {
    if (length > limits::kVariableNameChars * 4)
      return std::unexpected("the variable's name is too long");
    path.root_ = Root::kVariable;
    path.variable_ = rest.substr(0, length);
    rest.remove_prefix(length);
  }
  path.program_ = TRY(compile("$" + std::string(rest), 0));
  return path;
}

auto Path::is_definite() const -> bool { return program_->is_definite; }

auto Path::is_reference() const -> bool {
  return std::ranges::all_of(program_->steps, [](Step const& step) {
    return step.kind == StepKind::kMember || (step.kind == StepKind::kIndex && step.index >= 0);
  });
}

auto Path::is_root_only() const -> bool { return program_->steps.empty(); }

auto evaluate(Path const& path, json::Value input, Environment& environment, json::Arena& arena)
    -> Result<json::Value, PathError> {
  auto document = input;
  if (path.root() == Root::kContext) {
    document = environment.context();
  } else if (path.root() == Root::kVariable) {
    auto const value = environment.variable(path.variable());
    if (!value)
      return std::unexpected(
          PathError{PathError::Kind::kNotFound,
                    "No variable has the name '" + std::string(path.variable()) + "'"});
    document = *value;
  }
  auto const& program = path.program();
  auto evaluation = Evaluation(document, environment, arena);
  auto const value = follow(program, document, evaluation);
  if (!value) return std::unexpected(lift(program, value.error()));
  return *value;
}

}  // namespace treadle::expr::jsonpath
