// Calls: arguments against signatures, closures, partial application and tail calls.
// Source: docs.jsonata.org, "Functional programming" and "Embedding and Extending", signatures.
#include <algorithm>
#include <array>
#include <utility>

#include "treadle/expr/jsonata/evaluator.h"
#include "treadle/json/print.h"

namespace treadle::expr::jsonata {
namespace {

constexpr std::size_t kArgumentsInPlace = 8;

// Room for the arguments of a call: on the stack, or in the arena if they are many.
class ArgumentSpace {
 public:
  ArgumentSpace(json::Arena& arena, std::size_t count) {
    items_ = count <= in_place_.size() ? in_place_.data() : arena.allocate_array<Item>(count);
  }
  void push(Item item) { items_[size_++] = item; }
  [[nodiscard]] auto items() const -> std::span<Item const> { return {items_, size_}; }

 private:
  std::array<Item, kArgumentsInPlace> in_place_;
  Item* items_;
  std::size_t size_ = 0;
};

// What a procedure is called in messages.
auto name_of(Node const& procedure) -> std::string_view {
  return procedure.kind == NodeKind::kPath ? procedure.items[0]->text : procedure.text;
}

auto name_of_types(char letter) -> std::string_view {
  switch (letter) {
    case 'a': return "arrays";
    case 'b': return "booleans";
    case 'f': return "functions";
    case 'n': return "numbers";
    case 'o': return "objects";
    default: return "strings";
  }
}

auto admits(Parameter const& parameter, Item item) -> bool {
  return (parameter.types & static_cast<std::uint16_t>(type_of(item))) != 0;
}

// The usual case: each argument fits its parameter, and those left out may be.
auto fits_one_by_one(std::vector<Parameter> const& parameters, std::span<Item const> arguments)
    -> bool {
  if (arguments.size() > parameters.size()) return false;
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    auto const& parameter = parameters[i];
    if (parameter.is_repeated) return false;
    if (i >= arguments.size()) {
      if (!parameter.is_optional || parameter.takes_context) return false;
    } else if (!admits(parameter, arguments[i])) {
      return false;
    }
  }
  return true;
}

}  // namespace

auto Function::arity() const -> std::size_t {
  switch (kind) {
    case Kind::kBuiltin: return builtin->arity;
    case Kind::kLambda: return node->parameters.size();
    case Kind::kPartial: return static_cast<std::size_t>(std::ranges::count(holes, true));
    case Kind::kNextMatch: return 0;
    case Kind::kTransform:
    case Kind::kChain:
    case Kind::kMatcher: return 1;
  }
  std::unreachable();
}

// `first` is what ~> hands to the call before its own arguments.
auto Evaluator::call(Node const& node, Item input, Frame& frame, Item const* first) -> Eval<Item> {
  auto const procedure = TRY(eval(*node.a, input, frame));
  auto const name = name_of(*node.a);
  if (!procedure.is_defined() && node.a->kind == NodeKind::kPath) {
    auto const known = program_->find(name);
    bool const is_variable = known && look_up(*known, frame).is_defined();
    if (is_variable || find_builtin(name, program_->dialect) != nullptr)
      return fail("T1005", {.token = std::string(name)});
  }
  auto arguments = ArgumentSpace(arena_, node.items.size() + 1);
  if (first != nullptr) arguments.push(*first);
  for (auto const* item : node.items) arguments.push(TRY(eval(*item, input, frame)));
  if (node.is_tail_call && first == nullptr && procedure.is_function()) {
    auto const items = arguments.items();
    if (items.size() > tail_capacity_) {
      tail_capacity_ = items.size();
      tail_items_ = arena_.allocate_array<Item>(tail_capacity_);
    }
    std::ranges::copy(items, tail_items_);
    tail_arguments_ = {tail_items_, items.size()};
    tail_function_ = procedure;
    tail_name_ = name;
    return Item::tail_call();
  }
  callee_ = name;
  return invoke(procedure, arguments.items(), input, &frame);
}

auto Evaluator::apply(Item function, std::span<Item const> arguments, Item input) -> Eval<Item> {
  return invoke(function, arguments, input, nullptr);
}

// Calls at the end of functions are made here, one after the other, and do not nest.
auto Evaluator::invoke(Item function, std::span<Item const> arguments, Item input, Frame* frame)
    -> Eval<Item> {
  if (!function.is_function()) return fail("T1006");
  if (depth_ >= budget_.depth_max)
    return fail("D1011", {.value = std::to_string(budget_.depth_max)});
  ++depth_;
  auto result = TRY(apply_once(*function.function(), arguments, input, frame));
  while (result.kind() == Item::Kind::kTailCall) {
    TRY(spend());
    auto space = ArgumentSpace(arena_, tail_arguments_.size());
    for (auto const item : tail_arguments_) space.push(item);
    callee_ = tail_name_;
    result = TRY(apply_once(*tail_function_.function(), space.items(), input, frame));
  }
  --depth_;
  return result;
}

auto Evaluator::apply_once(Function const& function, std::span<Item const> arguments, Item input,
                           Frame* frame) -> Eval<Item> {
  if (function.signature != nullptr)
    arguments = TRY(validate(*function.signature, arguments, input));
  auto const first = arguments.empty() ? Item() : arguments[0];
  switch (function.kind) {
    case Function::Kind::kBuiltin:
      for (auto const argument : arguments)
        if (argument.is_string()) TRY(spend_on_text(argument.string().size()));
      return function.builtin->call(*this, {.items = arguments, .frame = frame, .input = input});
    case Function::Kind::kLambda: return apply_lambda(function, arguments);
    case Function::Kind::kTransform: return transform(function, first);
    case Function::Kind::kPartial: return apply_partial(function, arguments);
    case Function::Kind::kChain: {
      Item const inner[] = {TRY(apply(
          Item::of(function.target), arguments.first(std::min<std::size_t>(arguments.size(), 1))))};
      return apply(Item::of(function.second), inner);
    }
    case Function::Kind::kMatcher:
      if (!first.is_string()) return Item();
      return match(*function.regex, first.string(), 0);
    case Function::Kind::kNextMatch: return match(*function.regex, function.subject, function.from);
  }
  std::unreachable();
}

auto Evaluator::apply_lambda(Function const& function, std::span<Item const> arguments)
    -> Eval<Item> {
  auto* const scope = make_frame(function.frame);
  auto const& parameters = function.node->parameters;
  for (std::size_t i = 0; i < parameters.size(); ++i)
    scope->bind(arena_, parameters[i], i < arguments.size() ? arguments[i] : Item());
  auto const result = TRY(eval(*function.node->b, function.input, *scope));
  release(scope);
  return result;
}

auto Evaluator::apply_partial(Function const& function, std::span<Item const> arguments)
    -> Eval<Item> {
  auto all = ArgumentSpace(arena_, function.bound.size());
  std::size_t next = 0;
  for (std::size_t i = 0; i < function.bound.size(); ++i) {
    if (!function.holes[i])
      all.push(function.bound[i]);
    else
      all.push(next < arguments.size() ? arguments[next++] : Item());
  }
  return apply(Item::of(function.target), all.items());
}

auto Evaluator::partial(Node const& node, Item input, Frame& frame) -> Eval<Item> {
  auto* const bound = arena_.allocate_array<Item>(node.items.size());
  auto* const holes = arena_.allocate_array<bool>(node.items.size());
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    holes[i] = node.items[i] == nullptr;
    bound[i] = holes[i] ? Item() : TRY(eval(*node.items[i], input, frame));
  }
  auto const procedure = TRY(eval(*node.a, input, frame));
  if (!procedure.is_function()) {
    auto const name = name_of(*node.a);
    bool const is_known = !procedure.is_defined() && node.a->kind == NodeKind::kPath &&
                          find_builtin(name, program_->dialect) != nullptr;
    return is_known ? fail("T1007", {.token = std::string(name)}) : fail("T1008");
  }
  return make_function({.kind = Function::Kind::kPartial,
                        .target = procedure.function(),
                        .bound = {bound, node.items.size()},
                        .holes = {holes, node.items.size()}});
}

auto Evaluator::apply_operator(Node const& node, Item input, Frame& frame) -> Eval<Item> {
  auto const left = TRY(eval(*node.a, input, frame));
  if (node.b->kind == NodeKind::kCall) {
    auto result = TRY(call(*node.b, input, frame, &left));
    if (node.b->predicates != nullptr)
      for (auto const& stage : *node.b->predicates)
        result = TRY(filter(*stage.filter, result, frame));
    return result;
  }
  auto const right = TRY(eval(*node.b, input, frame));
  if (!right.is_function()) return fail("T2006");
  if (left.is_function())
    return make_function(
        {.kind = Function::Kind::kChain, .target = left.function(), .second = right.function()});
  Item const arguments[] = {left};
  return apply(right, arguments);
}

// The arguments as the signature wants them: the context put in, single values made arrays.
auto Evaluator::validate(Signature const& signature, std::span<Item const> arguments, Item input)
    -> Eval<std::span<Item const>> {
  auto const& parameters = signature.parameters();
  auto* valid = static_cast<Item*>(nullptr);
  if (fits_one_by_one(parameters, arguments)) {
    for (std::size_t i = 0; i < arguments.size(); ++i) {
      if (!parameters[i].is_array || !arguments[i].is_defined()) continue;
      auto const item = TRY(validate_array(parameters[i], arguments[i], i));
      if (item.kind() == arguments[i].kind() && item.is_array() == arguments[i].is_array())
        continue;
      if (valid == nullptr) {
        valid = arena_.allocate_array<Item>(arguments.size());
        std::ranges::copy(arguments, valid);
      }
      valid[i] = item;
    }
    return valid == nullptr ? arguments : std::span<Item const>(valid, arguments.size());
  }
  auto types = std::vector<Type>();
  for (auto const argument : arguments) types.push_back(type_of(argument));
  auto taken = std::vector<std::size_t>();
  std::size_t failed_at = 0;
  if (!signature.match(types, taken, failed_at))
    return fail("T0410",
                {.token = json::print_string(callee_), .value = std::to_string(failed_at + 1)});
  valid = arena_.allocate_array<Item>(arguments.size() + parameters.size());
  std::size_t size = 0;
  std::size_t next = 0;
  auto const argument_at = [&](std::size_t i) {
    return i < arguments.size() ? arguments[i] : Item();
  };
  for (std::size_t p = 0; p < parameters.size(); ++p) {
    auto const& parameter = parameters[p];
    if (taken[p] == 0 && parameter.takes_context) {
      auto const context = input.has(Item::kOuter) ? input.at(0) : input;
      if (!admits(parameter, context))
        return fail("T0411",
                    {.token = json::print_string(callee_), .value = std::to_string(next + 1)});
      valid[size++] = context;
    } else if (taken[p] == 0) {
      // As in the reference implementation: the argument in this place counts, whatever it is.
      valid[size++] = argument_at(next++);
    }
    for (std::size_t n = 0; n < taken[p]; ++n, ++next) {
      auto const argument = argument_at(next);
      valid[size++] = parameter.is_array && argument.is_defined()
                          ? TRY(validate_array(parameter, argument, next))
                          : argument;
    }
  }
  return std::span<Item const>(valid, size);
}

// `argument` as an array, whose elements are of the parameter's type.
auto Evaluator::validate_array(Parameter const& parameter, Item argument, std::size_t index)
    -> Eval<Item> {
  auto const is_element = [&](Item item) {
    return parameter.element == '\0' ||
           (parameter.element_types & static_cast<std::uint16_t>(type_of(item))) != 0;
  };
  bool are_elements = true;
  if (!argument.is_array()) {
    are_elements = is_element(argument);
  } else if (argument.kind() != Item::Kind::kRange) {
    auto const size = parameter.element == '\0' ? 0 : argument.size();
    TRY(spend(size));
    for (std::size_t i = 0; i < size && are_elements; ++i)
      are_elements = is_element(argument.at(i));
  } else {
    are_elements = parameter.element == '\0' || parameter.element == 'n';
  }
  if (!are_elements)
    return fail("T0412", {.token = json::print_string(callee_),
                          .value = std::to_string(index + 1),
                          .value2 = std::string(name_of_types(parameter.element))});
  if (argument.is_array()) return argument;
  auto* const list = make_list(arena_, 1);
  list->push(arena_, argument);
  return Item::of(list);
}

}  // namespace treadle::expr::jsonata
