// JSON in which a string "{% ... %}" stands for what its JSONata expression gives: Arguments,
// Output, Assign, ItemSelector and the single fields of JSONata states. Compiled once; parts without
// expressions are constants that are shared, not copied. Source: Step Functions Developer Guide,
// "Transforming data with JSONata"; causes as recorded.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "treadle/base/result.h"
#include "treadle/expr/environment.h"
#include "treadle/expr/jsonata/expression.h"
#include "treadle/json/arena.h"
#include "treadle/json/value.h"

namespace treadle::expr::jsonata {

// Whether a string holds an expression: it begins with "{%" and ends with "%}".
[[nodiscard]] auto is_expression(json::Value value) -> bool;
// The expression in such a string, without white space around it.
[[nodiscard]] auto expression_text(std::string_view field) -> std::string_view;

// A field that could not be computed. `location` is its place in the state as AWS writes it
// ("Output/total[0]"), empty for what no expression gave; `cause` is the sentence about it.
struct FieldFailure {
  std::string location;
  std::string cause;
};

// The value of an expression that stands in `field` ("Items", "Choices[0]/Condition"). Fails when
// it throws, gives nothing or gives a function.
[[nodiscard]] auto evaluate_field(Expression const& expression, std::string_view field,
                                  Environment& environment, json::Arena& arena)
    -> Result<json::Value, FieldFailure>;

// What is wrong when an expression gave `value` where `expected` ("array", "boolean") must be.
[[nodiscard]] auto unexpected_type(Expression const& expression, std::string_view field,
                                   std::string_view expected, json::Value value) -> FieldFailure;

struct TemplateNode;  // private to the module

// An expression that does not compile, and where it stands in the template ("" or "/a/b[0]").
struct TemplateError {
  std::string location;
  SyntaxError error;
};

class Template {
 public:
  // `source` is copied. `field` is what the state calls the template: "Output", "Catch[1]/Assign".
  [[nodiscard]] static auto compile(json::Value source, std::string field)
      -> Result<Template, std::vector<TemplateError>>;
  [[nodiscard]] auto root() const -> TemplateNode const& { return *root_; }
  [[nodiscard]] auto field() const -> std::string_view { return field_; }
  // The expression that the whole template consists of, or nullptr.
  [[nodiscard]] auto single() const -> Expression const*;
  // The expressions in it, in the order of the text. `location` as in TemplateError.
  struct Placed {
    std::string location;
    Expression expression;
  };
  [[nodiscard]] auto expressions() const -> std::vector<Placed>;

 private:
  std::shared_ptr<TemplateNode const> root_;
  std::string field_;
};

// The template filled in; it must outlive the value, which shares its constants and names.
[[nodiscard]] auto evaluate(Template const& source, Environment& environment, json::Arena& arena)
    -> Result<json::Value, FieldFailure>;

}  // namespace treadle::expr::jsonata
