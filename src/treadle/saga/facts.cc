#include "treadle/saga/facts.h"

#include <algorithm>

#include "treadle/expr/jsonata/template.h"
#include "treadle/json/parse.h"

namespace treadle::saga {
namespace {

constexpr std::uint16_t kAbsent = 0;
constexpr std::uint16_t kUnknown = 1;
constexpr std::uint16_t kFirstConstant = 2;
constexpr std::size_t kConstantsMax = 1'000;

auto is_scalar(json::Value value) -> bool { return !value.is_array() && !value.is_object(); }

// "$name" or "$not($name)" of a JSONata condition.
struct Plain {
  std::string_view variable;
  bool is_negated = false;
};

auto read_plain(std::string_view text) -> std::optional<Plain> {
  Plain out;
  if (text.starts_with("$not(") && text.ends_with(")")) {
    out.is_negated = true;
    text = text.substr(5, text.size() - 6);
  }
  if (!text.starts_with('$') || text.size() < 2) return std::nullopt;
  out.variable = text.substr(1);
  bool const is_name = std::ranges::all_of(out.variable, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  });
  if (!is_name) return std::nullopt;
  return out;
}

auto asks_plainly(asl::ChoiceExpression const& test) -> bool {
  return test.variable && test.variable->root() == expr::jsonpath::Root::kVariable &&
         test.variable->is_root_only() && !test.operand_path;
}

}  // namespace

Facts::Facts(asl::Definition const& definition) {
  find_variables(definition);
  if (variables_.empty()) return;
  auto const root = json::parse(arena_, definition.text);
  auto const* states = root ? root->find("States") : nullptr;
  if (states == nullptr) return;
  for (std::uint32_t i = 0; i < definition.states.size(); ++i) {
    auto const& state = definition.states[i];
    auto const* text = states->find(state.name);
    if (state.region != asl::RegionIndex{0} || text == nullptr) continue;
    assigned_[{i, {Exit::Kind::kNormal, 0}}] = read(text->find("Assign"));
    auto const lists = {std::pair("Choices", Exit::Kind::kRule),
                        std::pair("Catch", Exit::Kind::kCatch)};
    for (auto const& [name, kind] : lists)
      if (auto const* list = text->find(name); list != nullptr && list->is_array())
        for (std::size_t n = 0; n < list->size(); ++n)
          assigned_[{i, {kind, n}}] = read(list->elements()[n].find("Assign"));
  }
}

void Facts::find_variables(asl::Definition const& definition) {
  for (auto const& state : definition.states) {
    auto const* choice = std::get_if<asl::Choice>(&state.details);
    if (choice == nullptr || state.region != asl::RegionIndex{0}) continue;
    for (auto const& rule : choice->rules) {
      if (auto const* test = std::get_if<asl::ChoiceExpression>(&rule.condition))
        find_variables(*test);
      if (auto const* expression = std::get_if<asl::Expression>(&rule.condition))
        if (auto const plain = read_plain(expression->text())) add_variable(plain->variable);
    }
  }
}

void Facts::find_variables(asl::ChoiceExpression const& test) {
  if (asks_plainly(test)) add_variable(test.variable->variable());
  for (auto const& part : test.parts) find_variables(part);
}

void Facts::add_variable(std::string_view name) {
  if (!index_of(name)) variables_.emplace_back(name);
}

auto Facts::index_of(std::string_view name) const -> std::optional<std::size_t> {
  auto const found = std::ranges::find(variables_, name);
  if (found == variables_.end()) return std::nullopt;
  return static_cast<std::size_t>(found - variables_.begin());
}

auto Facts::intern(json::Value constant) -> std::uint16_t {
  for (std::size_t i = 0; i < constants_.size(); ++i)
    if (json::equal(constants_[i], constant)) return static_cast<std::uint16_t>(i + kFirstConstant);
  if (constants_.size() == kConstantsMax) return kUnknown;
  constants_.push_back(constant);
  return static_cast<std::uint16_t>(constants_.size() - 1 + kFirstConstant);
}

auto Facts::read(json::Value const* assign) -> Assigned {
  Assigned out;
  if (assign == nullptr || !assign->is_object()) return out;
  for (auto const& member : assign->members()) {
    bool const is_path = member.key.ends_with(".$");
    auto const variable =
        index_of(is_path ? member.key.substr(0, member.key.size() - 2) : member.key);
    if (!variable) continue;
    bool const is_constant =
        !is_path && is_scalar(member.value) && !expr::jsonata::is_expression(member.value);
    out.emplace_back(*variable, is_constant ? intern(member.value) : kUnknown);
  }
  return out;
}

void Facts::leave(asl::StateIndex state, Exit exit, Values& values) const {
  auto const found = assigned_.find({state.value(), {exit.kind, exit.index}});
  if (found == assigned_.end()) return;
  for (auto const& [variable, value] : found->second) values[variable] = value;
}

auto Facts::constant(std::string_view name, Values const& values) const -> json::Value const* {
  auto const index = index_of(name);
  if (!index || values[*index] < kFirstConstant) return nullptr;
  return &constants_[values[*index] - kFirstConstant];
}

auto Facts::holds(asl::Condition const& condition, Values const& values) const
    -> std::optional<bool> {
  if (auto const* constant = std::get_if<bool>(&condition)) return *constant;
  if (values.empty()) return std::nullopt;
  if (auto const* test = std::get_if<asl::ChoiceExpression>(&condition))
    return holds(*test, values);
  return holds_expression(std::get<asl::Expression>(condition).text(), values);
}

auto Facts::holds(asl::ChoiceExpression const& test, Values const& values) const
    -> std::optional<bool> {
  using Kind = asl::ChoiceExpression::Kind;
  if (test.kind == Kind::kComparison) return holds_comparison(test, values);
  if (test.kind == Kind::kNot) {
    auto const inner = holds(test.parts.front(), values);
    return inner ? std::optional(!*inner) : std::nullopt;
  }
  // One part decides an And that is false, or an Or that is true.
  bool const deciding = test.kind == Kind::kOr;
  bool is_known = true;
  for (auto const& part : test.parts) {
    auto const one = holds(part, values);
    if (one == deciding) return deciding;
    is_known = is_known && one.has_value();
  }
  return is_known ? std::optional(!deciding) : std::nullopt;
}

auto Facts::holds_comparison(asl::ChoiceExpression const& test, Values const& values) const
    -> std::optional<bool> {
  if (!asks_plainly(test)) return std::nullopt;
  auto const name = test.variable->variable();
  auto const index = index_of(name);
  if (test.comparison == asl::Comparison::kIsPresent) {
    if (!index || values[*index] == kUnknown) return std::nullopt;
    return (values[*index] != kAbsent) == test.operand.as_bool();
  }
  auto const* const value = constant(name, values);
  if (value == nullptr) return std::nullopt;
  switch (test.comparison) {
    case asl::Comparison::kBooleanEquals:
      return value->is_bool() && json::equal(*value, test.operand);
    case asl::Comparison::kStringEquals:
      return value->is_string() && json::equal(*value, test.operand);
    case asl::Comparison::kNumericEquals:
      return value->is_number() && json::equal(*value, test.operand);
    case asl::Comparison::kIsNull: return value->is_null() == test.operand.as_bool();
    case asl::Comparison::kIsBoolean: return value->is_bool() == test.operand.as_bool();
    case asl::Comparison::kIsString: return value->is_string() == test.operand.as_bool();
    case asl::Comparison::kIsNumeric: return value->is_number() == test.operand.as_bool();
    default: return std::nullopt;
  }
}

auto Facts::holds_expression(std::string_view text, Values const& values) const
    -> std::optional<bool> {
  auto const plain = read_plain(text);
  if (!plain) return std::nullopt;
  auto const* const value = constant(plain->variable, values);
  if (value == nullptr || !value->is_bool()) return std::nullopt;
  return value->as_bool() != plain->is_negated;
}

}  // namespace treadle::saga
