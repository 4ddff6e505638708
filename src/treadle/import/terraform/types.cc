#include "treadle/import/terraform/types.h"

#include <algorithm>

#include <fmt/format.h>

#include "treadle/import/terraform/functions.h"

namespace treadle::import::terraform {
namespace {

// Defaults of optional members are constants.
class NoNames final : public Names {
 public:
  auto resolve(Evaluator& /*evaluator*/, std::string_view root, std::span<Step const> /*steps*/,
               Location at, Scope const* /*scope*/) -> Outcome<Resolved> override {
    return problem(at, fmt::format("expected a constant, but here is '{}'", root));
  }
};

// The name of a type: a bare word, a call's name, or (as of old) a quoted word. Empty if it is
// none.
auto type_name(Expression const& type) -> std::string_view {
  if (auto const* word = std::get_if<Variable>(&type.node)) return word->name;
  if (auto const* call = std::get_if<Call>(&type.node)) return call->name;
  auto const* literal = std::get_if<Literal>(&type.node);
  if (literal != nullptr && literal->value.is_string()) return literal->value.as_string();
  return {};
}

auto argument(Expression const& type, std::size_t i) -> Expression const* {
  auto const* call = std::get_if<Call>(&type.node);
  return call != nullptr && i < call->arguments.size() ? call->arguments[i].get() : nullptr;
}

class Converter {
 public:
  Converter(Evaluator& evaluator, Location at) : evaluator_(evaluator), at_(at) {}

  auto run(Value const& value, Expression const& type) -> Outcome<Value> {
    auto const name = type_name(type);
    if (name == "any" || value.is_null()) return value;
    if (name == "string" || name == "number" || name == "bool") return scalar(value, name);
    if (name == "list" || name == "set") return list(value, type, name);
    if (name == "map") return map(value, type);
    if (name == "tuple") return tuple(value, type);
    if (name == "object") return object(value, type);
    return problem(type.at,
                   "expected a type: string, number, bool, list(...), set(...), map(...), "
                   "tuple([...]), object({...}) or any");
  }

 private:
  auto mismatch(std::string_view expected, Value const& found) -> std::unexpected<Problem> {
    return problem(at_, fmt::format("expected {}, as the variable's type says, but this is {}",
                                    expected, kind_name(found.kind())));
  }

  auto scalar(Value const& value, std::string_view name) -> Outcome<Value> {
    if (name == "string") {
      if (value.is_string()) return value;
      if (auto text = to_text(value)) return Value::string(std::move(*text));
      return mismatch("a string", value);
    }
    if (name == "number") {
      if (auto const number = to_number(value)) return Value::number(*number);
      return mismatch("a number", value);
    }
    if (auto const b = to_bool(value)) return Value::boolean(*b);
    return mismatch("true or false", value);
  }

  auto list(Value const& value, Expression const& type, std::string_view name) -> Outcome<Value> {
    if (!value.is_list()) return mismatch("a list", value);
    auto const* element_type = argument(type, 0);
    std::vector<Value> elements;
    for (auto const& element : value.elements())
      elements.push_back(element_type == nullptr ? element : TRY(run(element, *element_type)));
    auto converted = Value::list(std::move(elements));
    if (name == "list") return converted;
    auto set = find_function("toset")->call({&converted, 1});
    if (!set) return problem(at_, set.error());
    return std::move(*set);
  }

  auto map(Value const& value, Expression const& type) -> Outcome<Value> {
    if (!value.is_object()) return mismatch("a map", value);
    auto const* member_type = argument(type, 0);
    std::vector<Member> members;
    for (auto const& [key, member] : value.members())
      members.push_back({key, member_type == nullptr ? member : TRY(run(member, *member_type))});
    return Value::object(std::move(members));
  }

  auto tuple(Value const& value, Expression const& type) -> Outcome<Value> {
    if (!value.is_list()) return mismatch("a list", value);
    auto const* argument_type = argument(type, 0);
    auto const* types =
        argument_type == nullptr ? nullptr : std::get_if<TupleLiteral>(&argument_type->node);
    if (types == nullptr) return problem(type.at, "expected tuple([TYPE, ...])");
    if (types->elements.size() != value.elements().size())
      return problem(at_, fmt::format("expected {} elements, but there are {}",
                                      types->elements.size(), value.elements().size()));
    std::vector<Value> elements;
    for (std::size_t i = 0; i < types->elements.size(); ++i)
      elements.push_back(TRY(run(value.elements()[i], *types->elements[i])));
    return Value::list(std::move(elements));
  }

  auto object(Value const& value, Expression const& type) -> Outcome<Value> {
    if (!value.is_object()) return mismatch("an object", value);
    auto const* argument_type = argument(type, 0);
    auto const* types =
        argument_type == nullptr ? nullptr : std::get_if<ObjectLiteral>(&argument_type->node);
    if (types == nullptr) return problem(type.at, "expected object({ NAME = TYPE, ... })");
    NoNames names;
    std::vector<Member> members;
    for (auto const& item : types->items) {
      auto const name = TRY(evaluator_.evaluate_text(*item.key, {&names, nullptr}));
      auto const* found = value.find(name);
      bool const is_optional = type_name(*item.value) == "optional";
      auto const* member_type = is_optional ? argument(*item.value, 0) : item.value.get();
      if (member_type == nullptr)
        return problem(item.value->at, "expected optional(TYPE) or optional(TYPE, DEFAULT)");
      if (found == nullptr && !is_optional)
        return problem(at_, fmt::format("expected a member '{}' in the object", name));
      auto member = found == nullptr ? Value() : *found;
      if (auto const* fallback = argument(*item.value, 1);
          is_optional && member.is_null() && fallback != nullptr)
        member = TRY(evaluator_.evaluate(*fallback, {&names, nullptr}));
      members.push_back({name, TRY(run(member, *member_type))});
    }
    return Value::object(std::move(members));
  }

  Evaluator& evaluator_;
  Location at_;
};

}  // namespace

auto convert(Evaluator& evaluator, Value const& value, Expression const& type, Location at)
    -> Outcome<Value> {
  return Converter(evaluator, at).run(value, type);
}

auto is_scalar_type(Expression const& type) -> bool {
  auto const name = type_name(type);
  return name == "string" || name == "number" || name == "bool";
}

}  // namespace treadle::import::terraform
