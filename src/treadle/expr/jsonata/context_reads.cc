// What an expression reads of the input document itself. In a state there is none.
// Source: Amazon States Language, "JSONata": neither "$" nor unqualified names at the top level,
// "$$" nowhere.
#include <algorithm>

#include "treadle/expr/jsonata/ast.h"

namespace treadle::expr::jsonata {
namespace {

// Where a node stands: at the top the context item is the input; behind a step, in a filter, a
// group, a sort, a transform or a function it is, or may be, another.
enum class Context : std::uint8_t { kInput, kOther };

class Collector {
 public:
  explicit Collector(Program& program) : names_(program.context_reads) {}

  void visit(Node const* node, Context context) {
    if (node == nullptr) return;
    switch (node->kind) {
      case NodeKind::kName:
        if (context == Context::kInput) add(node->text);
        break;
      case NodeKind::kVariable:
        if (node->text == "$") add("$$");
        if (node->text.empty() && context == Context::kInput) add("$");
        break;
      case NodeKind::kPath:
        visit(node->items[0], context);
        for (auto const* step : node->items.subspan(1)) visit(step, Context::kOther);
        break;
      case NodeKind::kLambda:
      case NodeKind::kTransform: parts(*node, Context::kOther); break;
      default: parts(*node, context); break;
    }
    after(*node);
  }

 private:
  void parts(Node const& node, Context context) {
    for (auto const* part : {node.a, node.b, node.c}) visit(part, context);
    for (auto const* item : node.items) visit(item, context);
    pairs(node.pairs, context);
    for (auto const& term : node.terms) visit(term.key, Context::kOther);
  }

  void pairs(std::span<Pair const> all, Context context) {
    for (auto const& pair : all) {
      visit(pair.key, context);
      visit(pair.value, context);
    }
  }

  void after(Node const& node) {
    for (auto const* stages : {node.stages, node.predicates}) {
      if (stages == nullptr) continue;
      for (auto const& stage : *stages) visit(stage.filter, Context::kOther);
    }
    if (node.group != nullptr) pairs(node.group->pairs, Context::kOther);
  }

  void add(std::string_view name) {
    if (std::ranges::find(names_, name) == names_.end()) names_.emplace_back(name);
  }

  std::vector<std::string>& names_;
};

}  // namespace

void collect_context_reads(Program& program) {
  Collector(program).visit(program.root, Context::kInput);
}

}  // namespace treadle::expr::jsonata
