// From what stands in the text to what is evaluated: chains of `.` become paths with steps,
// filters and bindings move to their steps, and each `%` gets the step whose context it means.
// Source: docs.jsonata.org, "Path operators" (% parent, @ and # binding, ^ order-by, {} group-by).
#include <string>
#include <utility>
#include <vector>

#include "treadle/expr/jsonata/ast.h"
#include "treadle/expr/jsonata/messages.h"
#include "treadle/json/print.h"

namespace treadle::expr::jsonata {
namespace {

using Resolved = Result<Node*, SyntaxError>;

auto fail_at(Node const* node, std::string_view code, Details const& details = {})
    -> std::unexpected<SyntaxError> {
  return std::unexpected(SyntaxError{std::string(code), message_of(code, details), node->position});
}

class Resolver {
 public:
  explicit Resolver(Program& program) : program_(program) {}

  auto run(Node* root) -> Resolved {
    auto* const node = TRY(resolve(root));
    if (node->kind == NodeKind::kParent || node->seeking != nullptr) return fail_at(node, "S0217");
    return node;
  }

 private:
  auto resolve(Node* node) -> Resolved {
    auto* const result = TRY(resolve_kind(node));
    if (node->keeps_array) result->keeps_array = true;
    return result;
  }

  auto resolve_kind(Node* node) -> Resolved {
    switch (node->kind) {
      case NodeKind::kEnd: return fail_at(node, "S0207");
      case NodeKind::kSymbol:
        return fail_at(node, "S0201", {.token = json::print_string(node->text)});
      case NodeKind::kName: return name(node);
      case NodeKind::kNumber:
      case NodeKind::kString:
      case NodeKind::kValue:
      case NodeKind::kRegex:
      case NodeKind::kVariable:
      case NodeKind::kWildcard:
      case NodeKind::kDescendant: return node;
      case NodeKind::kParent: return parent(node);
      case NodeKind::kDot: return dot(node);
      case NodeKind::kFilter: return filter(node);
      case NodeKind::kOrderBy: return order_by(node);
      case NodeKind::kGroupBy: return group_by(node);
      case NodeKind::kFocus: return focus(node);
      case NodeKind::kIndex: return index(node);
      case NodeKind::kNegate: return negate(node);
      case NodeKind::kBlock: return block(node);
      case NodeKind::kLambda: return lambda(node);
      case NodeKind::kPath:  // made here, never met
      case NodeKind::kSort:
      case NodeKind::kArithmetic:
      case NodeKind::kEquality:
      case NodeKind::kComparison:
      case NodeKind::kConcat:
      case NodeKind::kRange:
      case NodeKind::kIn:
      case NodeKind::kAnd:
      case NodeKind::kOr:
      case NodeKind::kArray:
      case NodeKind::kObject:
      case NodeKind::kBind:
      case NodeKind::kCondition:
      case NodeKind::kDefault:
      case NodeKind::kCoalesce:
      case NodeKind::kCall:
      case NodeKind::kPartial:
      case NodeKind::kApply:
      case NodeKind::kTransform: return parts(node);
    }
    std::unreachable();
  }

  auto make(NodeKind kind, std::uint32_t position) -> Node* {
    auto* const node = new (program_.arena.allocate(sizeof(Node), alignof(Node))) Node();
    node->kind = kind;
    node->position = position;
    return node;
  }

  auto make_path(std::vector<Node*> const& steps) -> Node* {
    auto* const path = make(NodeKind::kPath, steps.front()->position);
    path->items = program_.keep(steps);
    return path;
  }

  auto name(Node* node) -> Resolved {
    auto* const path = make_path({node});
    path->keeps_singleton = node->keeps_array;
    return path;
  }

  auto parent(Node* node) -> Resolved {
    // No variable of the language begins with '!'.
    auto const label = program_.variable("!" + std::to_string(program_.names.size()));
    program_.is_bound[label] = true;
    node->slot = new (program_.arena.allocate(sizeof(Slot), alignof(Slot))) Slot{label, 1};
    return node;
  }

  // A part in its place, with the parents that it still seeks handed up to `node`.
  auto part(Node* node, Node*& child) -> Result<void, SyntaxError> {
    if (child == nullptr) return {};
    child = TRY(resolve(child));
    hand_up(node, child);
    return {};
  }

  auto parts(Node* node) -> Resolved {
    if (node->kind == NodeKind::kCall || node->kind == NodeKind::kPartial)
      node->a = TRY(resolve(node->a));  // a parent that is called is sought nowhere
    else
      TRY(part(node, node->a));
    TRY(part(node, node->b));
    TRY(part(node, node->c));
    for (auto*& item : node->items) TRY(part(node, item));
    for (auto& pair : node->pairs) {
      TRY(part(node, pair.key));
      TRY(part(node, pair.value));
    }
    if (node->kind == NodeKind::kApply)
      node->keeps_array = node->keeps_array || node->a->keeps_array || node->b->keeps_array;
    return node;
  }

  auto negate(Node* node) -> Resolved {
    TRY(part(node, node->a));
    if (node->a->kind != NodeKind::kNumber || node->a->predicates != nullptr) return node;
    node->a->number = -node->a->number;
    return node->a;
  }

  auto block(Node* node) -> Resolved {
    for (auto*& item : node->items) {
      TRY(part(node, item));
      if (item->is_constructor ||
          (item->kind == NodeKind::kPath && item->items.front()->is_constructor))
        node->is_constructor = true;
    }
    return node;
  }

  auto lambda(Node* node) -> Resolved {
    TRY(part(node, node->b));
    mark_tail_calls(node->b);
    return node;
  }

  static void mark_tail_calls(Node* node) {
    while (node != nullptr && node->predicates == nullptr && node->group == nullptr &&
           !node->keeps_array) {
      if (node->kind == NodeKind::kCall) {
        node->is_tail_call = true;
        return;
      }
      if (node->kind == NodeKind::kCondition) {
        mark_tail_calls(node->b);
        node = node->c;
      } else if (node->kind == NodeKind::kBlock && !node->items.empty()) {
        node = node->items.back();
      } else {
        return;
      }
    }
  }

  auto dot(Node* node) -> Resolved {
    auto* const left = TRY(resolve(node->a));
    auto steps = std::vector<Node*>{left};
    if (left->kind == NodeKind::kPath) steps.assign(left->items.begin(), left->items.end());
    auto* const right = TRY(resolve(node->b));
    if (right->kind == NodeKind::kPath) {
      steps.insert(steps.end(), right->items.begin(), right->items.end());
    } else {
      if (right->predicates != nullptr) right->stages = std::exchange(right->predicates, nullptr);
      steps.push_back(right);
    }
    auto* const path = left->kind == NodeKind::kPath ? left : make_path(steps);
    if (left->kind == NodeKind::kParent) seeking_of(path).push_back(left->slot);
    path->items = program_.keep(steps);
    for (auto* step : steps) {
      if (step->kind == NodeKind::kNumber || step->kind == NodeKind::kValue)
        return fail_at(step, "S0213", {.value = std::string(step->text)});
      if (step->kind == NodeKind::kString) step->kind = NodeKind::kName;
      if (step->keeps_array) path->keeps_singleton = true;
    }
    for (auto* step : {steps.front(), steps.back()})
      if (step->kind == NodeKind::kArray) step->is_constructor = true;
    TRY(find_ancestors(path));
    return path;
  }

  auto stages_of(std::vector<Stage>*& stages) -> std::vector<Stage>& {
    if (stages == nullptr) {
      program_.stages.push_back(std::make_unique<std::vector<Stage>>());
      stages = program_.stages.back().get();
    }
    return *stages;
  }

  auto filter(Node* node) -> Resolved {
    auto* const result = TRY(resolve(node->a));
    bool const in_path = result->kind == NodeKind::kPath;
    auto* const step = in_path ? result->items.back() : result;
    if (step->group != nullptr || result->group != nullptr) return fail_at(node, "S0209");
    auto* const predicate = TRY(resolve(node->b));
    if (predicate->seeking != nullptr) {
      for (auto* slot : *predicate->seeking) {
        if (slot->level == 1)
          TRY(seek(step, slot));
        else
          --slot->level;
      }
      hand_up(step, predicate);
    }
    stages_of(in_path ? step->stages : step->predicates).push_back({.filter = predicate});
    return result;
  }

  auto group_by(Node* node) -> Resolved {
    auto* const result = TRY(resolve(node->a));
    if (result->group != nullptr) return fail_at(node, "S0210");
    for (auto& pair : node->b->pairs) {
      pair.key = TRY(resolve(pair.key));
      pair.value = TRY(resolve(pair.value));
    }
    result->group = new (program_.arena.allocate(sizeof(Group), alignof(Group)))
        Group{node->b->pairs, node->position};
    return result;
  }

  auto order_by(Node* node) -> Resolved {
    auto* result = TRY(resolve(node->a));
    if (result->kind != NodeKind::kPath) result = make_path({result});
    auto* const sort = make(NodeKind::kSort, node->position);
    sort->terms = node->terms;
    for (auto& term : sort->terms) {
      term.key = TRY(resolve(term.key));
      hand_up(sort, term.key);
    }
    auto steps = std::vector<Node*>(result->items.begin(), result->items.end());
    steps.push_back(sort);
    result->items = program_.keep(steps);
    TRY(find_ancestors(result));
    return result;
  }

  auto focus(Node* node) -> Resolved {
    auto* const result = TRY(resolve(node->a));
    auto* const step = result->kind == NodeKind::kPath ? result->items.back() : result;
    if (step->stages != nullptr || step->predicates != nullptr) return fail_at(node, "S0215");
    if (step->kind == NodeKind::kSort) return fail_at(node, "S0216");
    if (node->keeps_array) step->keeps_array = true;
    step->focus = node->variable;
    step->has_tuples = true;
    return result;
  }

  auto index(Node* node) -> Resolved {
    auto* result = TRY(resolve(node->a));
    auto* step = result;
    if (result->kind == NodeKind::kPath) {
      step = result->items.back();
    } else {
      result = make_path({result});
      if (step->predicates != nullptr) step->stages = std::exchange(step->predicates, nullptr);
    }
    if (step->stages == nullptr)
      step->index = node->variable;
    else
      step->stages->push_back({.index = node->variable});
    step->has_tuples = true;
    return result;
  }

  // Parents: a slot rises through the tree until a step `level` names back binds it.

  auto seeking_of(Node* node) -> std::vector<Slot*>& {
    if (node->seeking == nullptr) {
      program_.seeking.push_back(std::make_unique<std::vector<Slot*>>());
      node->seeking = program_.seeking.back().get();
    }
    return *node->seeking;
  }

  void hand_up(Node* node, Node const* child) {
    if (child->seeking != nullptr && child->seeking != node->seeking) {
      auto& slots = seeking_of(node);
      slots.insert(slots.end(), child->seeking->begin(), child->seeking->end());
    }
    if (child->kind == NodeKind::kParent) seeking_of(node).push_back(child->slot);
  }

  // Lets `node` be what the slot's level counts next.
  auto seek(Node* node, Slot* slot) -> Result<void, SyntaxError> {
    switch (node->kind) {
      case NodeKind::kName:
      case NodeKind::kWildcard:
        if (--slot->level == 0) {
          if (node->ancestor == nullptr)
            node->ancestor = slot;
          else
            slot->label = node->ancestor->label;
          node->has_tuples = true;
        }
        return {};
      case NodeKind::kParent: ++slot->level; return {};
      case NodeKind::kBlock:
        if (node->items.empty()) return {};
        node->has_tuples = true;
        return seek(node->items.back(), slot);
      case NodeKind::kPath: {
        node->has_tuples = true;
        auto i = node->items.size() - 1;
        TRY(seek(node->items[i], slot));
        while (slot->level > 0 && i > 0) TRY(seek(node->items[--i], slot));
        return {};
      }
      default: return fail_at(node, "S0217");
    }
  }

  // What the last step of a path seeks, among the steps before it.
  auto find_ancestors(Node* path) -> Result<void, SyntaxError> {
    auto* const last = path->items.back();
    auto slots = last->seeking == nullptr ? std::vector<Slot*>() : *last->seeking;
    if (last->kind == NodeKind::kParent) slots.push_back(last->slot);
    for (auto* slot : slots) {
      auto left = path->items.size() - 1;  // steps before the last that were not tried
      while (slot->level > 0) {
        if (left == 0) {
          seeking_of(path).push_back(slot);
          break;
        }
        auto* step = path->items[--left];
        // Steps that bind a focus keep the context of the step before them.
        while (left > 0 && step->focus != kNoVariable &&
               path->items[left - 1]->focus != kNoVariable)
          step = path->items[--left];
        TRY(seek(step, slot));
      }
    }
    return {};
  }

  Program& program_;
};

}  // namespace

auto resolve(Program& program, Node* root) -> Resolved { return Resolver(program).run(root); }

}  // namespace treadle::expr::jsonata
