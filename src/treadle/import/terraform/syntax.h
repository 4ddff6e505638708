// The syntax tree of a Terraform configuration.
// Source: HCL native syntax specification, "Structural Elements", "Expressions", "Templates".
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "treadle/import/terraform/source.h"
#include "treadle/import/terraform/value.h"

namespace treadle::import::terraform {

struct Expression;
using ExpressionPtr = std::unique_ptr<Expression>;

struct Literal {
  Value value;
};

struct Variable {  // a name on its own: a for variable, or the root of a reference
  std::string name;
};

// .NAME, [INDEX], or a splat: [*] applies all steps after it to every element, .* the .NAMEs after
// it.
struct Step {
  enum class Kind : std::uint8_t {
    kAttribute,
    kIndex,
    kSplat,
    kAttributeSplat
  } kind = Kind::kAttribute;
  Location at;
  std::string name;     // of kAttribute
  ExpressionPtr index;  // of kIndex
};

struct Postfix {
  ExpressionPtr base;
  std::vector<Step> steps;  // one or more
};

struct Call {
  std::string name;
  std::vector<ExpressionPtr> arguments;
  bool expands_last = false;  // f(list...)
};

enum class Operator : std::uint8_t {
  kOr,
  kAnd,
  kEqual,
  kNotEqual,
  kLess,
  kLessEqual,
  kGreater,
  kGreaterEqual,
  kAdd,
  kSubtract,
  kMultiply,
  kDivide,
  kModulo,
};

struct Binary {
  Operator op = Operator::kOr;
  Location at;  // of the operator
  ExpressionPtr left;
  ExpressionPtr right;
};

struct Not {
  ExpressionPtr operand;
};

struct Negate {
  ExpressionPtr operand;
};

struct Conditional {
  ExpressionPtr condition;
  ExpressionPtr then;
  ExpressionPtr otherwise;
};

struct TupleLiteral {
  std::vector<ExpressionPtr> elements;
};

struct ObjectItem {
  ExpressionPtr key;  // a bare name is a Literal
  ExpressionPtr value;
};

struct ObjectLiteral {
  std::vector<ObjectItem> items;
};

// [for value in collection : result if condition], {for key, value in collection : result_key =>
// result}
struct ForExpression {
  std::string key;  // empty when only the value is named
  std::string value;
  ExpressionPtr collection;
  ExpressionPtr result_key;  // null for the [] form
  ExpressionPtr result;
  ExpressionPtr condition;  // may be null
  bool groups = false;      // a ... after the result of the {} form
};

struct Template;

struct TemplateIf {
  ExpressionPtr condition;
  std::unique_ptr<Template> then;
  std::unique_ptr<Template> otherwise;  // empty template without %{ else }
};

struct TemplateFor {
  std::string key;
  std::string value;
  ExpressionPtr collection;
  std::unique_ptr<Template> body;
};

struct TemplatePart {
  std::variant<std::string, ExpressionPtr, TemplateIf, TemplateFor> part;
};

// Text with sequences in it. A template that is one ${...} alone gives the value itself.
struct Template {
  std::vector<TemplatePart> parts;
  bool is_one_interpolation = false;
};

struct Expression {
  using Node = std::variant<Literal, Variable, Postfix, Call, Binary, Not, Negate, Conditional,
                            TupleLiteral, ObjectLiteral, ForExpression, Template>;
  Location at;
  std::uint32_t depth = 1;  // of the tree below; bounded, so that it may be walked by recursion
  Node node;
};

struct Attribute {
  std::string name;
  Location at;
  ExpressionPtr expression;
};

struct Block;

struct Body {
  std::vector<Attribute> attributes;
  std::vector<Block> blocks;

  [[nodiscard]] auto attribute(std::string_view name) const -> Attribute const*;  // or nullptr
};

struct Block {
  std::string type;
  std::vector<std::string> labels;
  Location at;
  Body body;
};

}  // namespace treadle::import::terraform
