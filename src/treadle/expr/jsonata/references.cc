// Which variables of the outside an expression reads.
#include <algorithm>
#include <utility>

#include "treadle/expr/jsonata/evaluator.h"

namespace treadle::expr::jsonata {
namespace {

// Walks the nodes with the variables that are bound around each. Binding is by place, as it is in
// blocks and functions: what a block binds is known behind it in that block.
class Collector {
 public:
  explicit Collector(Program& program) : program_(program) {}

  void run() {
    visit(program_.root);
    auto& references = program_.references;
    std::ranges::sort(references);
    auto const repeats = std::ranges::unique(references);
    references.erase(repeats.begin(), repeats.end());
  }

 private:
  void visit(Node const* node) {
    if (node == nullptr) return;
    switch (node->kind) {
      case NodeKind::kVariable: read(*node, {}); break;
      case NodeKind::kPath: return path(*node);
      case NodeKind::kBlock: {
        auto const outside = bound_.size();
        for (auto const* item : node->items) visit(item);
        bound_.resize(outside);
        break;
      }
      case NodeKind::kLambda: {
        auto const outside = bound_.size();
        bound_.insert(bound_.end(), node->parameters.begin(), node->parameters.end());
        visit(node->b);
        bound_.resize(outside);
        break;
      }
      case NodeKind::kBind:
        // A function may call itself.
        if (node->b->kind == NodeKind::kLambda) bound_.push_back(node->variable);
        visit(node->b);
        bound_.push_back(node->variable);
        break;
      case NodeKind::kCall:
      case NodeKind::kPartial:
        // A built-in function that is called under its own name is no variable.
        if (!is_builtin(*node->a)) visit(node->a);
        for (auto const* item : node->items) visit(item);
        break;
      default: parts(*node); break;
    }
    after(*node);
  }

  void parts(Node const& node) {
    for (auto const* part : {node.a, node.b, node.c}) visit(part);
    for (auto const* item : node.items) visit(item);
    for (auto const& pair : node.pairs) {
      visit(pair.key);
      visit(pair.value);
    }
    for (auto const& term : node.terms) visit(term.key);
  }

  // What a step binds, and the filters and groups behind a node.
  void after(Node const& node) {
    for (auto const variable : {node.focus, node.index})
      if (variable != kNoVariable) bound_.push_back(variable);
    for (auto const* stages : {node.stages, node.predicates}) {
      if (stages == nullptr) continue;
      for (auto const& stage : *stages) {
        visit(stage.filter);
        if (stage.index != kNoVariable) bound_.push_back(stage.index);
      }
    }
    if (node.group == nullptr) return;
    for (auto const& pair : node.group->pairs) {
      visit(pair.key);
      visit(pair.value);
    }
  }

  void path(Node const& node) {
    auto const outside = bound_.size();
    auto const& steps = node.items;
    auto const* const first = steps[0];
    if (first->kind == NodeKind::kVariable) {
      auto names = std::vector<std::string>();
      bool goes_on = first->stages == nullptr && first->predicates == nullptr;
      for (std::size_t i = 1; i < steps.size() && goes_on; ++i) {
        if (steps[i]->kind != NodeKind::kName) break;
        names.emplace_back(steps[i]->text);
        goes_on = steps[i]->stages == nullptr;
      }
      read(*first, std::move(names));
      after(*first);
    } else {
      visit(first);
    }
    for (auto const* step : steps.subspan(1)) visit(step);
    after(node);
    bound_.resize(outside);
  }

  auto is_builtin(Node const& node) const -> bool {
    return node.kind == NodeKind::kVariable && !is_bound(node.variable) &&
           find_builtin(node.text, program_.dialect) != nullptr;
  }

  auto is_bound(VariableId variable) const -> bool {
    return std::ranges::find(bound_, variable) != bound_.end();
  }

  void read(Node const& node, std::vector<std::string> path) {
    if (node.text.empty() || node.text == "$" || is_bound(node.variable)) return;
    program_.references.push_back({std::string(node.text), std::move(path)});
  }

  Program& program_;
  std::vector<VariableId> bound_;
};

}  // namespace

void collect_references(Program& program) { Collector(program).run(); }

}  // namespace treadle::expr::jsonata
