// A compiled expression: nodes in an arena, names interned; private to the module.
// The parser makes the nodes, resolve() turns them into paths with steps (docs.jsonata.org,
// "Processing Model") and finds what each `%` stands for; the evaluator only reads them.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "treadle/expr/jsonata/expression.h"
#include "treadle/expr/jsonata/regex.h"
#include "treadle/expr/jsonata/signature.h"
#include "treadle/json/arena.h"

namespace treadle::expr::jsonata {

struct Function;

enum class NodeKind : std::uint8_t {
  kEnd,       // of the text; never evaluated
  kSymbol,    // an operator where an operand belongs; never evaluated
  kName,      // `text`, a step
  kNumber,    // `number`
  kString,    // `text`
  kValue,     // null, true, false: `constant`
  kRegex,     // `regex`
  kVariable,  // `variable`; `text` without `$`
  kWildcard,
  kDescendant,
  kParent,   // `slot`
  kPath,     // `items` are its steps
  kSort,     // `terms`
  kFilter,   // a [b] before resolve()
  kDot,      // a.b before resolve()
  kOrderBy,  // a^(b) before resolve()
  kGroupBy,  // a{b} before resolve()
  kFocus,    // a@$b before resolve()
  kIndex,    // a#$b before resolve()
  kArithmetic,
  kEquality,
  kComparison,
  kConcat,
  kRange,
  kIn,
  kAnd,
  kOr,
  kNegate,
  kArray,      // `items`
  kObject,     // `pairs`
  kBind,       // `variable` := b
  kCondition,  // a ? b : c; c may be null
  kDefault,    // a ?: b
  kCoalesce,   // a ?? b
  kBlock,      // `items`
  kCall,       // a(`items`)
  kPartial,    // a(`items`), nullptr for ?
  kLambda,     // function(`parameters`) { b }
  kApply,      // a ~> b
  kTransform,  // |a|b,c|; c may be null
};

enum class Operator : std::uint8_t {
  kNone,
  kAdd,
  kSubtract,
  kMultiply,
  kDivide,
  kModulo,
  kEqual,
  kNotEqual,
  kLess,
  kLessOrEqual,
  kGreater,
  kGreaterOrEqual,
};

struct Node;
using VariableId = std::uint32_t;
inline constexpr VariableId kNoVariable = ~VariableId{0};

// What `%` refers to: the context of the step that is `level` steps back.
struct Slot {
  VariableId label = kNoVariable;
  std::int32_t level = 1;
};

// What follows a step in order: [filter], or #$index after a filter.
struct Stage {
  Node* filter = nullptr;
  VariableId index = kNoVariable;
};

struct Pair {
  Node* key = nullptr;
  Node* value = nullptr;
};

struct Term {
  Node* key = nullptr;
  bool is_descending = false;
};

struct Group {
  std::span<Pair> pairs;
  std::uint32_t position = 0;
};

struct Node {
  NodeKind kind = NodeKind::kEnd;
  Operator op = Operator::kNone;
  bool keeps_array = false;      // `[]` follows: a sequence of one stays an array
  bool keeps_singleton = false;  // of a path: a step of it keeps_array
  bool is_constructor = false;   // an array of a path's first or last step: not flattened
  bool has_tuples = false;       // a step that binds @, # or a parent; a path that hands them on
  bool is_tail_call = false;
  std::uint32_t position = 0;
  std::uint32_t height = 1;  // of the tree below

  std::string_view text;
  double number = 0;
  json::Value constant;
  VariableId variable = kNoVariable;
  Node* a = nullptr;
  Node* b = nullptr;
  Node* c = nullptr;
  std::span<Node*> items;
  std::span<Pair> pairs;
  std::span<Term> terms;
  std::span<VariableId> parameters;
  Signature const* signature = nullptr;
  Regex const* regex = nullptr;

  std::vector<Stage>* stages = nullptr;      // of a step, each applied to what it gives
  std::vector<Stage>* predicates = nullptr;  // of any other node
  Group* group = nullptr;
  VariableId focus = kNoVariable;
  VariableId index = kNoVariable;
  Slot* slot = nullptr;                   // of kParent
  Slot* ancestor = nullptr;               // that binds this step's context
  std::vector<Slot*>* seeking = nullptr;  // parents below that are not found yet
};

// Owns everything that its nodes point to.
struct Program {
  std::string text;
  Dialect dialect = Dialect::kReference;
  json::Arena arena;
  std::vector<std::string_view> names;  // of variables, by VariableId
  std::vector<bool> is_bound;           // by VariableId: something in the expression binds it
  std::vector<std::unique_ptr<Regex const>> regexes;
  std::vector<std::unique_ptr<Signature const>> signatures;
  std::vector<std::unique_ptr<std::vector<Stage>>> stages;
  std::vector<std::unique_ptr<std::vector<Slot*>>> seeking;
  std::vector<Expression::Reference> references;
  std::vector<std::string> context_reads;
  Node* root = nullptr;

  // The built-in functions that have a variable's name, by VariableId; nullptr for others.
  std::vector<Function const*> builtins;
  // An expression that $eval reads may bind or read any variable by its name.
  bool may_eval = false;
  bool is_nested = false;  // the text of an $eval

  [[nodiscard]] auto variable(std::string_view name) -> VariableId;
  [[nodiscard]] auto find(std::string_view name) const -> std::optional<VariableId>;
  template <typename T>
  [[nodiscard]] auto keep(std::vector<T> const& items) -> std::span<T> {
    auto* const kept = arena.allocate_array<T>(items.size());
    std::uninitialized_copy(items.begin(), items.end(), kept);
    return {kept, items.size()};
  }
};

// All of it: program.text to program.root, with everything else filled in.
[[nodiscard]] auto compile(Program& program) -> Result<void, SyntaxError>;
// Text to nodes, and nodes to paths.
[[nodiscard]] auto parse(Program& program) -> Result<Node*, SyntaxError>;
[[nodiscard]] auto resolve(Program& program, Node* root) -> Result<Node*, SyntaxError>;
void collect_references(Program& program);
void collect_context_reads(Program& program);

}  // namespace treadle::expr::jsonata
