#include <algorithm>
#include <cmath>
#include <utility>

#include "treadle/base/limits.h"
#include "treadle/expr/jsonata/evaluator.h"

namespace treadle::expr::jsonata {

Evaluator::Evaluator(Program const& program, Environment& environment, json::Arena& arena,
                     Budget const& budget)
    : program_(&program),
      environment_(environment),
      arena_(arena),
      budget_(budget),
      bytes_before_(arena.bytes_used()) {
  auto const count = program.names.size();
  globals_ = {arena.allocate_array<Item>(count), count};
  is_known_ = {arena.allocate_array<bool>(count), count};
  std::ranges::fill(is_known_, false);
}

auto Evaluator::run(std::optional<json::Value> input) -> Result<Outcome, Failure> {
  auto item = input ? Item(input->without_source(arena_)) : Item();
  root_ = item;
  if (item.is_array()) {  // so that it counts as one item
    auto* const list = make_list(arena_, 1);
    list->push(arena_, item);
    item = Item::of(list, Item::kSequence | Item::kOuter);
  }
  auto* const frame = make_frame(nullptr);
  auto const result = eval(*program_->root, item, *frame);
  if (!result) return std::unexpected(failure_);
  auto value = *result;
  if (value.has(Item::kOuter)) value = value.at(0);
  if (!value.is_defined()) return Outcome();
  if (value.is_function()) return Outcome{.kind = Outcome::Kind::kFunction, .value = {}};
  auto const json = to_json(value);
  if (!json) return std::unexpected(failure_);
  // What $eval compiled ends with the evaluation.
  return Outcome{.kind = Outcome::Kind::kValue,
                 .value = evaluated_.empty() ? *json : json::clone(arena_, *json)};
}

auto Evaluator::fail(std::string_view code, Details const& details) -> std::unexpected<Failed> {
  return fail(Failure{std::string(code), message_of(code, details)});
}

auto Evaluator::fail(Failure failure) -> std::unexpected<Failed> {
  failure_ = std::move(failure);
  return std::unexpected(Failed());
}

auto Evaluator::check_budget() -> Eval<void> {
  next_check_ = steps_ + kStepsBetweenChecks;
  if (steps_ > budget_.steps_max) return fail("D1012", {.value = "work"});
  if (budget_.is_over && budget_.is_over({})) return fail("D1012", {.value = "time"});
  return reserve(0);
}

auto Evaluator::reserve(std::size_t bytes) -> Eval<void> {
  auto const used = arena_.bytes_used() - bytes_before_;
  if (used > budget_.bytes_max || bytes > budget_.bytes_max - used)
    return fail("D1012", {.value = "memory"});
  return {};
}

auto Evaluator::eval(Node const& node, Item input, Frame& frame) -> Eval<Item> {
  TRY(spend());
  if (depth_ >= budget_.depth_max)
    return fail("D1011", {.value = std::to_string(budget_.depth_max)});
  ++depth_;
  auto result = TRY(eval_kind(node, input, frame));
  if (node.predicates != nullptr)
    for (auto const& stage : *node.predicates) result = TRY(filter(*stage.filter, result, frame));
  if (node.group != nullptr && node.kind != NodeKind::kPath)
    result = TRY(group(node.group->pairs, result, frame));
  --depth_;
  return result.has(Item::kSequence) ? settled(node, result) : result;
}

// A sequence of one is that one, an empty one nothing.
auto Evaluator::settled(Node const& node, Item result) -> Item {
  if (result.is_tuples()) return result;
  if (node.keeps_array) result = result.with(Item::kKeepSingleton);
  auto const size = result.size();
  if (size == 0) return {};
  return size > 1 || result.has(Item::kKeepSingleton) ? result : result.at(0);
}

auto Evaluator::eval_kind(Node const& node, Item input, Frame& frame) -> Eval<Item> {
  switch (node.kind) {
    case NodeKind::kName: return look_up(input, node.text);
    case NodeKind::kNumber: return Item::of(node.number);
    case NodeKind::kString: return Item::of(node.text);
    case NodeKind::kValue: return Item(node.constant);
    case NodeKind::kRegex:
      return make_function({.kind = Function::Kind::kMatcher, .regex = node.regex});
    case NodeKind::kVariable: return variable(node, input, frame);
    case NodeKind::kWildcard: return wildcard(input);
    case NodeKind::kDescendant: return descendants(input);
    case NodeKind::kParent: return look_up(node.slot->label, frame);
    case NodeKind::kPath: return path(node, input, frame);
    case NodeKind::kSort: return sort(node, input, frame);
    case NodeKind::kArithmetic:
    case NodeKind::kEquality:
    case NodeKind::kComparison:
    case NodeKind::kConcat:
    case NodeKind::kRange:
    case NodeKind::kIn:
    case NodeKind::kAnd:
    case NodeKind::kOr: return binary(node, input, frame);
    case NodeKind::kNegate: return negate(TRY(eval(*node.a, input, frame)));
    case NodeKind::kArray: return array(node, input, frame);
    case NodeKind::kObject: return group(node.pairs, input, frame);
    case NodeKind::kBind: {
      auto const value = TRY(eval(*node.b, input, frame));
      frame.bind(arena_, node.variable, value);
      return value;
    }
    case NodeKind::kCondition: {
      auto const condition = TRY(eval(*node.a, input, frame));
      if (TRY(truth(condition))) return eval(*node.b, input, frame);
      return node.c == nullptr ? Item() : eval(*node.c, input, frame);
    }
    case NodeKind::kDefault: {
      auto const value = TRY(eval(*node.a, input, frame));
      return TRY(truth(value)) ? value : eval(*node.b, input, frame);
    }
    case NodeKind::kCoalesce: {
      auto const value = TRY(eval(*node.a, input, frame));
      return value.is_defined() ? value : eval(*node.b, input, frame);
    }
    case NodeKind::kBlock: return block(node, input, frame);
    case NodeKind::kCall: return call(node, input, frame, nullptr);
    case NodeKind::kPartial: return partial(node, input, frame);
    case NodeKind::kLambda:
    case NodeKind::kTransform:
      capture(&frame);
      return make_function({.kind = node.kind == NodeKind::kLambda ? Function::Kind::kLambda
                                                                   : Function::Kind::kTransform,
                            .signature = node.signature,
                            .node = &node,
                            .frame = &frame,
                            .input = input});
    case NodeKind::kApply: return apply_operator(node, input, frame);
    case NodeKind::kEnd:  // gone with resolve()
    case NodeKind::kSymbol:
    case NodeKind::kFilter:
    case NodeKind::kDot:
    case NodeKind::kOrderBy:
    case NodeKind::kGroupBy:
    case NodeKind::kFocus:
    case NodeKind::kIndex: break;
  }
  std::unreachable();
}

auto Evaluator::variable(Node const& node, Item input, Frame& frame) -> Item {
  if (node.text.empty()) return input.has(Item::kOuter) ? input.at(0) : input;
  if (node.text == "$") return root_;
  return look_up(node.variable, frame);
}

auto Evaluator::look_up(VariableId variable, Frame& frame) -> Item {
  if (program_->is_bound[variable] || program_->may_eval)
    for (auto* scope = &frame; scope != nullptr; scope = scope->parent)
      if (auto const* const value = scope->find(variable)) return *value;
  return global(variable);
}

// What the environment has, before what is built in.
auto Evaluator::global(VariableId variable) -> Item {
  if (is_known_[variable]) return globals_[variable];
  auto value = Item();
  if (auto const given = environment_.variable(program_->names[variable])) {
    value = Item(given->without_source(arena_));
  } else if (auto const* builtin = program_->builtins[variable]) {
    value = Item::of(builtin);
  }
  globals_[variable] = value;
  is_known_[variable] = true;
  return value;
}

auto Evaluator::block(Node const& node, Item input, Frame& frame) -> Eval<Item> {
  auto* const scope = make_frame(&frame);
  auto result = Item();
  for (auto const* item : node.items) result = TRY(eval(*item, input, *scope));
  release(scope);
  return result;
}

auto Evaluator::array(Node const& node, Item input, Frame& frame) -> Eval<Item> {
  std::uint8_t const flags = node.is_constructor ? Item::kConstructed : 0;
  if (node.items.size() == 1 && node.items[0]->kind == NodeKind::kRange) {
    auto const range = TRY(eval(*node.items[0], input, frame));
    if (range.is_array()) return range.without_flags().with(flags);
    if (!range.is_defined()) return Item::of(make_list(arena_), flags);
  }
  auto* const list = make_list(arena_, node.items.size());
  for (auto const* item : node.items) {
    auto const value = TRY(eval(*item, input, frame));
    if (!value.is_defined()) continue;
    if (item->kind == NodeKind::kArray || !value.is_array()) {
      list->push(arena_, value);
      continue;
    }
    auto const size = value.size();
    TRY(spend(size));
    TRY(reserve(size * sizeof(Item)));
    for (std::size_t i = 0; i < size; ++i) list->push(arena_, value.at(i));
  }
  return Item::of(list, flags);
}

auto Evaluator::append(Item a, Item b) -> Eval<Item> {
  if (!a.is_defined()) return b;
  if (!b.is_defined()) return a;
  auto const size = (a.is_array() ? a.size() : 1) + (b.is_array() ? b.size() : 1);
  TRY(spend(size));
  TRY(reserve(size * sizeof(Item)));
  auto* const list = make_list(arena_, size);
  for (auto const part : {a, b}) {
    if (!part.is_array()) list->push(arena_, part);
    for (std::size_t i = 0; i < part.size() && part.is_array(); ++i) list->push(arena_, part.at(i));
  }
  return Item::of(list);
}

auto Evaluator::flatten_into(Item item, List& list, std::uint32_t depth) -> Eval<void> {
  TRY(spend());
  if (depth > budget_.depth_max) return fail("D1011", {.value = std::to_string(budget_.depth_max)});
  if (!item.is_array()) {
    list.push(arena_, item);
    return {};
  }
  for (std::size_t i = 0; i < item.size(); ++i) TRY(flatten_into(item.at(i), list, depth + 1));
  return {};
}

// All values of an object; arrays among them are flattened.
auto Evaluator::wildcard(Item input) -> Eval<Item> {
  if (input.has(Item::kOuter)) input = input.at(0);
  auto* const list = make_list(arena_);
  std::uint8_t flags = Item::kSequence;
  auto const take = [&](Item value) -> Eval<void> {
    if (value.is_array()) flags = 0;  // what $append gives is no sequence
    return flatten_into(value, *list, 0);
  };
  if (input.is_array())
    for (std::size_t i = 0; i < input.size(); ++i) TRY(take(input.at(i)));
  TRY(each_member(input, [&](std::string_view, Item value) { return take(value); }));
  return Item::of(list, flags);
}

auto Evaluator::descendants(Item input) -> Eval<Item> {
  if (!input.is_defined()) return input;
  auto* const list = make_list(arena_);
  TRY(descend(input, *list, 0));
  return list->size == 1 ? list->items[0] : Item::of(list, Item::kSequence);
}

auto Evaluator::descend(Item item, List& list, std::uint32_t depth) -> Eval<void> {
  TRY(spend());
  if (depth > limits::kPayloadDepth)
    return fail("D1011", {.value = std::to_string(limits::kPayloadDepth)});
  if (!item.is_array()) list.push(arena_, item);
  for (std::size_t i = 0; item.is_array() && i < item.size(); ++i)
    TRY(descend(item.at(i), list, depth + 1));
  return each_member(item,
                     [&](std::string_view, Item value) { return descend(value, list, depth + 1); });
}

auto Evaluator::make_function(Function const& function) -> Item {
  return Item::of(new (arena_.allocate(sizeof(Function), alignof(Function))) Function(function));
}

auto Evaluator::make_frame(Frame* parent) -> Frame* {
  auto* frame = free_frames_;
  if (frame == nullptr)
    frame = new (arena_.allocate(sizeof(Frame), alignof(Frame))) Frame();
  else
    free_frames_ = frame->parent;
  frame->parent = parent;
  return frame;
}

auto Evaluator::make_frame(Frame* parent, Tuple const& tuple) -> Frame* {
  auto* const frame = new (arena_.allocate(sizeof(Frame), alignof(Frame))) Frame();
  frame->parent = parent;
  frame->bindings = tuple.bindings;
  frame->size = tuple.size;
  return frame;
}

// A frame with room of its own is used again unless a function still sees it.
void Evaluator::release(Frame* frame) {
  if (frame->is_captured) return;
  frame->size = 0;
  frame->parent = free_frames_;
  free_frames_ = frame;
}

void Evaluator::capture(Frame* frame) {
  for (; frame != nullptr && !frame->is_captured; frame = frame->parent) frame->is_captured = true;
}

void Frame::bind(json::Arena& arena, VariableId variable, Item value) {
  bool const is_borrowed = capacity < size;
  if (!is_borrowed) {
    if (auto* const found = find(variable)) {
      *found = value;
      return;
    }
  }
  if (size >= capacity) {
    auto const wider = std::max(std::uint32_t{4}, 2 * size);
    auto* const moved = arena.allocate_array<Binding>(wider);
    std::uninitialized_copy_n(bindings, size, moved);
    bindings = moved;
    capacity = wider;
    if (is_borrowed) return bind(arena, variable, value);
  }
  bindings[size++] = {variable, value};
}

void TupleStream::push(json::Arena& arena, Tuple* tuple) {
  if (size == capacity) {
    auto const wider = std::max(std::uint32_t{4}, 2 * capacity);
    auto* const moved = arena.allocate_array<Tuple*>(wider);
    std::copy_n(items, size, moved);
    items = moved;
    capacity = wider;
  }
  items[size++] = tuple;
}

}  // namespace treadle::expr::jsonata
