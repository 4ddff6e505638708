// One evaluation of one expression; private to the module.
//
// Recursive over the nodes; every entry costs a step and a level of depth. A failure is kept here
// and travels as Failed. The methods are spread over evaluate*.cc, apply.cc and transform.cc.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "treadle/expr/jsonata/expression.h"
#include "treadle/expr/jsonata/item.h"
#include "treadle/expr/jsonata/messages.h"
#include "treadle/expr/jsonata/tuple.h"

namespace treadle::expr::jsonata {

struct Arguments {
  std::span<Item const> items;
  Frame* frame = nullptr;  // of the call
  Item input;              // the context of the call
  // An argument that was not given is undefined.
  auto operator[](std::size_t i) const -> Item { return i < items.size() ? items[i] : Item(); }
};

// A built-in function. `arity` is how many arguments a higher-order function hands to it.
struct Builtin {
  std::string_view name;
  std::string_view signature;  // empty: any arguments
  std::uint32_t arity;
  auto (*call)(Evaluator&, Arguments const&) -> Eval<Item>;
};

struct Function {
  enum class Kind : std::uint8_t {
    kBuiltin,    // `builtin`
    kLambda,     // `node` with `frame` and `input`
    kTransform,  // likewise
    kPartial,    // `target` with `bound`; what is undefined in `holes` is still to come
    kChain,      // `second` of `target` of the argument
    kMatcher,    // `regex` of the argument
    kNextMatch,  // `regex` in `subject` from UTF-16 unit `from`
  };
  Kind kind = Kind::kBuiltin;
  Builtin const* builtin = nullptr;
  Signature const* signature = nullptr;
  Node const* node = nullptr;
  Frame* frame = nullptr;
  Item input = {};
  Function const* target = nullptr;
  Function const* second = nullptr;
  std::span<Item const> bound = {};
  std::span<bool const> holes = {};
  Regex const* regex = nullptr;
  std::string_view subject = {};
  std::size_t from = 0;

  [[nodiscard]] auto arity() const -> std::size_t;
};

class Evaluator {
 public:
  Evaluator(Program const& program, Environment& environment, json::Arena& arena,
            Budget const& budget);

  [[nodiscard]] auto run(std::optional<json::Value> input) -> Result<Outcome, Failure>;

  // For built-in functions:
  [[nodiscard]] auto arena() -> json::Arena& { return arena_; }
  [[nodiscard]] auto environment() -> Environment& { return environment_; }
  [[nodiscard]] auto dialect() const -> Dialect { return program_->dialect; }
  // Calls a function; anything else fails with T1006.
  [[nodiscard]] auto apply(Item function, std::span<Item const> arguments, Item input = {})
      -> Eval<Item>;
  [[nodiscard]] auto fail(std::string_view code, Details const& details = {})
      -> std::unexpected<Failed>;
  [[nodiscard]] auto fail(Failure failure) -> std::unexpected<Failed>;
  [[nodiscard]] auto failure() const -> Failure const& { return failure_; }
  // Counts work of `steps`; fails once the budget is spent.
  [[nodiscard]] auto spend(std::uint64_t steps = 1) -> Eval<void> {
    steps_ += steps;
    if (steps_ >= next_check_) [[unlikely]]
      return check_budget();
    return {};
  }
  // The same for reading or copying `bytes` of text.
  [[nodiscard]] auto spend_on_text(std::size_t bytes) -> Eval<void> {
    constexpr std::size_t kBytesInAStep = 64;
    return spend(bytes / kBytesInAStep);
  }
  // Fails where `bytes` more would exceed the budget.
  [[nodiscard]] auto reserve(std::size_t bytes) -> Eval<void>;
  // A string of the result, copied into the arena.
  [[nodiscard]] auto text(std::string_view text) -> Eval<Item>;
  // What $string gives for a defined item, and the text of an item in a message.
  [[nodiscard]] auto string_of(Item item) -> Eval<std::string_view>;
  [[nodiscard]] auto shown(Item item) -> std::string;
  [[nodiscard]] auto are_equal(Item a, Item b, std::uint32_t depth = 0) -> Eval<bool>;
  [[nodiscard]] auto truth(Item item, std::uint32_t depth = 0) -> Eval<bool>;
  [[nodiscard]] auto to_json(Item item, std::uint32_t depth = 0) -> Eval<json::Value>;
  // A finite number; D1001 for one that is not.
  [[nodiscard]] auto check_number(double number) -> Eval<double> {
    if (std::isfinite(number)) [[likely]]
      return number;
    return not_finite(number);
  }
  // `a` with the element, or all elements, of `b` behind it ($append).
  [[nodiscard]] auto append(Item a, Item b) -> Eval<Item>;
  [[nodiscard]] auto match_limits() const -> MatchLimits {
    return {.is_over = budget_.is_over ? &budget_.is_over : nullptr};
  }
  // The object that a regular expression gives as a function ("match", "start", ...), or undefined.
  [[nodiscard]] auto match(Regex const& regex, std::string_view text, std::size_t from)
      -> Eval<Item>;
  // Evaluates another expression in this one's scope ($eval).
  [[nodiscard]] auto evaluate_text(std::string_view text, Item input, Frame* frame) -> Eval<Item>;
  [[nodiscard]] auto members_of(json::Value object) -> std::span<json::Member const> {
    return in_order(arena_, object.members());
  }
  // The members of an object, in order, until `visit(key, value)` fails.
  template <typename Visit>
  [[nodiscard]] auto each_member(Item object, Visit const& visit) -> Eval<void> {
    if (object.kind() == Item::Kind::kObject) {
      auto* const members = object.object();
      for (std::uint32_t i = 0; i < members->size; ++i)
        TRY(visit(members->members[i].key, members->members[i].value));
    } else if (object.is_object()) {
      for (auto const& [key, value] : members_of(object.json())) TRY(visit(key, Item(value)));
    }
    return {};
  }
  // A copy that can be changed; functions in it become "".
  [[nodiscard]] auto clone(Item item, std::uint32_t depth = 0) -> Eval<Item>;
  [[nodiscard]] auto make_function(Function const& function) -> Item;
  // Stable; `precedes(b, a)` tells whether b, which stands behind a, belongs before it.
  template <typename T, typename Precedes>
  [[nodiscard]] auto merge_sort(std::span<T> items, std::span<T> space, Precedes const& precedes)
      -> Eval<void>;

 private:
  [[nodiscard]] auto compile_within(std::string_view text) -> Eval<Program const*>;

  // evaluate.cc
  [[nodiscard]] auto check_budget() -> Eval<void>;
  [[nodiscard]] auto eval(Node const& node, Item input, Frame& frame) -> Eval<Item>;
  [[nodiscard]] auto eval_kind(Node const& node, Item input, Frame& frame) -> Eval<Item>;
  // Of a sequence.
  [[nodiscard]] auto settled(Node const& node, Item result) -> Item;
  [[nodiscard]] auto variable(Node const& node, Item input, Frame& frame) -> Item;
  [[nodiscard]] auto global(VariableId variable) -> Item;
  [[nodiscard]] auto look_up(VariableId variable, Frame& frame) -> Item;
  [[nodiscard]] auto block(Node const& node, Item input, Frame& frame) -> Eval<Item>;
  [[nodiscard]] auto array(Node const& node, Item input, Frame& frame) -> Eval<Item>;
  [[nodiscard]] auto wildcard(Item input) -> Eval<Item>;
  [[nodiscard]] auto flatten_into(Item item, List& list, std::uint32_t depth) -> Eval<void>;
  [[nodiscard]] auto descendants(Item input) -> Eval<Item>;
  [[nodiscard]] auto descend(Item item, List& list, std::uint32_t depth) -> Eval<void>;

  // evaluate_operator.cc
  [[nodiscard]] auto not_finite(double number) -> std::unexpected<Failed>;
  [[nodiscard]] auto operand(Node const& node, Item item, std::string_view code) -> Eval<double>;
  [[nodiscard]] auto arithmetic(Node const& node, Item a, Item b) -> Eval<Item>;
  [[nodiscard]] auto comparison(Node const& node, Item a, Item b) -> Eval<Item>;
  [[nodiscard]] auto concat(Item a, Item b) -> Eval<Item>;
  [[nodiscard]] auto range(Item a, Item b) -> Eval<Item>;
  [[nodiscard]] auto is_in(Item a, Item b) -> Eval<Item>;
  [[nodiscard]] auto negate(Item a) -> Eval<Item>;
  [[nodiscard]] auto binary(Node const& node, Item input, Frame& frame) -> Eval<Item>;

  // evaluate_path.cc
  [[nodiscard]] auto look_up(Item item, std::string_view key, std::uint32_t depth = 0)
      -> Eval<Item>;
  [[nodiscard]] auto path(Node const& node, Item input, Frame& frame) -> Eval<Item>;
  [[nodiscard]] auto steps(Node const& node, Item input, Frame& frame) -> Eval<Item>;
  [[nodiscard]] auto step_of_one(Node const& step, Item item, Frame& frame) -> Eval<Item>;
  enum class Place : std::uint8_t { kInside, kLast };
  [[nodiscard]] auto step(Node const& step, Item sequence, Frame& frame, Place place) -> Eval<Item>;
  [[nodiscard]] auto filter(Node const& predicate, Item input, Frame& frame) -> Eval<Item>;
  [[nodiscard]] auto picks(Node const& predicate, Item context, std::size_t index, std::size_t size,
                           Frame& frame) -> Eval<std::size_t>;

  // evaluate_tuple.cc
  [[nodiscard]] auto tuple_steps(Node const& node, Item input, Frame& frame) -> Eval<Item>;
  [[nodiscard]] auto tuple_step(Node const& step, Item sequence, TupleStream* tuples, Frame& frame)
      -> Eval<TupleStream*>;
  [[nodiscard]] auto tuple_stages(Node const& step, TupleStream* tuples, Frame& frame)
      -> Eval<TupleStream*>;
  [[nodiscard]] auto filter_tuples(Node const& predicate, TupleStream* tuples, Frame& frame)
      -> Eval<TupleStream*>;
  // With each tuple's place bound to `index`.
  [[nodiscard]] auto number_tuples(VariableId index, TupleStream* tuples) -> TupleStream*;
  [[nodiscard]] auto make_stream() -> TupleStream*;
  [[nodiscard]] auto extend(Tuple const& tuple, std::span<Binding const> bindings) -> Tuple*;
  [[nodiscard]] auto tuples_of(Item sequence) -> TupleStream*;

  // evaluate_group.cc, evaluate_sort.cc
  [[nodiscard]] auto group(std::span<Pair const> pairs, Item input, Frame& frame) -> Eval<Item>;
  [[nodiscard]] auto sort(Node const& node, Item input, Frame& frame) -> Eval<Item>;

  // apply.cc
  [[nodiscard]] auto call(Node const& node, Item input, Frame& frame, Item const* first)
      -> Eval<Item>;
  [[nodiscard]] auto partial(Node const& node, Item input, Frame& frame) -> Eval<Item>;
  [[nodiscard]] auto apply_operator(Node const& node, Item input, Frame& frame) -> Eval<Item>;
  [[nodiscard]] auto apply_once(Function const& function, std::span<Item const> arguments,
                                Item input, Frame* frame) -> Eval<Item>;
  [[nodiscard]] auto invoke(Item function, std::span<Item const> arguments, Item input,
                            Frame* frame) -> Eval<Item>;
  [[nodiscard]] auto validate(Signature const& signature, std::span<Item const> arguments,
                              Item input) -> Eval<std::span<Item const>>;
  [[nodiscard]] auto validate_array(Parameter const& parameter, Item argument, std::size_t index)
      -> Eval<Item>;
  [[nodiscard]] auto apply_lambda(Function const& function, std::span<Item const> arguments)
      -> Eval<Item>;
  [[nodiscard]] auto apply_partial(Function const& function, std::span<Item const> arguments)
      -> Eval<Item>;

  // transform.cc
  [[nodiscard]] auto transform(Function const& function, Item argument) -> Eval<Item>;
  [[nodiscard]] auto update(Node const& node, Item match, Frame& frame) -> Eval<void>;

  // Frames
  [[nodiscard]] auto make_frame(Frame* parent) -> Frame*;
  [[nodiscard]] auto make_frame(Frame* parent, Tuple const& tuple) -> Frame*;
  void release(Frame* frame);
  static void capture(Frame* frame);

  Program const* program_;
  Environment& environment_;
  json::Arena& arena_;
  Budget const& budget_;
  std::size_t bytes_before_;
  std::uint64_t steps_ = 0;
  static constexpr std::uint64_t kStepsBetweenChecks = 1024;
  std::uint64_t next_check_ = 0;  // at once: many short evaluations may follow on each other
  std::uint32_t depth_ = 0;
  Failure failure_;
  Item root_;
  std::span<Item> globals_;  // by VariableId; looked up when first read
  std::span<bool> is_known_;
  Frame* free_frames_ = nullptr;
  std::string_view callee_;  // the name of what is being called, for messages
  // A call at the end of a function's body, evaluated but not made: see Item::Kind::kTailCall.
  Item tail_function_;
  std::span<Item const> tail_arguments_;
  std::string_view tail_name_;
  Item* tail_items_ = nullptr;
  std::size_t tail_capacity_ = 0;
  // Programs of $eval, as long as their functions may be called.
  std::vector<std::shared_ptr<Program const>> evaluated_;
  std::size_t evaluated_bytes_ = 0;
};

// The built-in function of that name in a dialect, or nullptr; nullptr for a name of none.
[[nodiscard]] auto find_builtin(std::string_view name, Dialect dialect) -> Builtin const*;
// It as a value, the same for all evaluations.
[[nodiscard]] auto function_of(Builtin const& builtin) -> Function const*;

template <typename T, typename Precedes>
auto Evaluator::merge_sort(std::span<T> items, std::span<T> space, Precedes const& precedes)
    -> Eval<void> {
  if (items.size() < 2) return {};
  auto const middle = items.size() / 2;
  auto const left = items.first(middle);
  auto const right = items.subspan(middle);
  TRY(merge_sort(left, space.first(middle), precedes));
  TRY(merge_sort(right, space.subspan(middle), precedes));
  std::size_t l = 0;
  std::size_t r = 0;
  for (auto& merged : space) {
    bool const takes_right =
        l == left.size() || (r < right.size() && TRY(precedes(right[r], left[l])));
    merged = takes_right ? right[r++] : left[l++];
  }
  std::ranges::copy(space, items.begin());
  return {};
}

}  // namespace treadle::expr::jsonata
