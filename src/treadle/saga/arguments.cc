#include "treadle/saga/arguments.h"

#include <vector>

#include <fmt/format.h>

#include "treadle/asl/resource.h"
#include "treadle/saga/object.h"

namespace treadle::saga {
namespace {

class Writer {
 public:
  Writer(json::Arena& arena, asl::QueryLanguage language, std::string_view step)
      : arena_(arena), language_(language), step_(step) {}

  [[nodiscard]] auto is_json_path() const -> bool {
    return language_ == asl::QueryLanguage::kJsonPath;
  }

  // The key: an expression, and in JSONPath the member's name gets ".$".
  void add_key(Object& object, std::string_view name) const {
    if (is_json_path())
      object.add(fmt::format("{}.$", name),
                 fmt::format("States.Format('{{}}/{}', $$.Execution.Id)", step_));
    else
      object.add(name, fmt::format("{{% $states.context.Execution.Id & '/{}' %}}", step_));
  }

  void add_input(Object& object) const {
    if (is_json_path())
      object.add("input.$", "$");
    else
      object.add("input", "{% $states.input %}");
  }

  auto write(Literal const& literal) const -> Result<json::Value, LiteralError> {
    switch (literal.kind) {
      case Literal::Kind::kNull: return json::Value();
      case Literal::Kind::kBool: return json::Value::boolean(literal.text == "true");
      case Literal::Kind::kNumber: return json::Value::number_text(arena_.copy(literal.text));
      case Literal::Kind::kString: return write_text(literal);
      case Literal::Kind::kList: return write_list(literal);
      case Literal::Kind::kMap: return TRY(write_map(literal)).value();
    }
    return json::Value();
  }

  auto write_map(Literal const& literal) const -> Result<Object, LiteralError> {
    Object out(arena_);
    for (auto const& [key, value] : literal.members) {
      if (value.kind == Literal::Kind::kString && value.text == kSagaKey)
        add_key(out, key.text);
      else
        out.add(key.text, TRY(write(value)));
    }
    return out;
  }

 private:
  auto write_text(Literal const& literal) const -> Result<json::Value, LiteralError> {
    if (literal.text == kSagaKey)
      return std::unexpected(
          LiteralError{fmt::format("expected {} as the value of a member, not in a list", kSagaKey),
                       literal.mark});
    return json::make_string(arena_, literal.text);
  }

  auto write_list(Literal const& literal) const -> Result<json::Value, LiteralError> {
    std::vector<json::Value> out;
    for (auto const& element : literal.elements) out.push_back(TRY(write(element)));
    return json::make_array(arena_, out);
  }

  json::Arena& arena_;
  asl::QueryLanguage language_;
  std::string_view step_;
};

auto has_member(Object const& object, std::string_view name) -> bool {
  return object.has(name) || object.has(fmt::format("{}.$", name));
}

// Of a function or an activity: its arguments with the key.
auto event_of(json::Arena& arena, Writer const& writer, Literal const* arguments)
    -> Result<json::Value, LiteralError> {
  auto out = arguments == nullptr ? Object(arena) : TRY(writer.write_map(*arguments));
  if (!has_member(out, "sagaKey")) writer.add_key(out, "sagaKey");
  if (arguments == nullptr) writer.add_input(out);
  return out.value();
}

// Of lambda:invoke: its arguments with an event as the Payload.
auto invocation_of(json::Arena& arena, Writer const& writer, Call const& call)
    -> Result<json::Value, LiteralError> {
  if (call.arguments == nullptr || call.arguments->find("FunctionName") == nullptr)
    return std::unexpected(LiteralError{
        fmt::format("expected 'FunctionName' in the arguments of step '{}'", call.step),
        call.mark});
  Object out(arena);
  bool has_payload = false;
  for (auto const& [key, value] : call.arguments->members) {
    bool const is_payload = key.text == "Payload" && value.kind == Literal::Kind::kMap;
    has_payload = has_payload || key.text.starts_with("Payload");
    out.add(key.text, is_payload ? TRY(event_of(arena, writer, &value)) : TRY(writer.write(value)));
  }
  if (!has_payload) out.add("Payload", TRY(event_of(arena, writer, nullptr)));
  return out.value();
}

}  // namespace

auto call_arguments(json::Arena& arena, asl::QueryLanguage language, Call const& call)
    -> Result<json::Value, LiteralError> {
  Writer const writer(arena, language, call.step);
  auto const resource = asl::parse_resource(call.resource).resource;
  if (resource.kind != asl::ResourceKind::kService) return event_of(arena, writer, call.arguments);
  if (resource.service == "lambda" && !resource.is_aws_sdk)
    return invocation_of(arena, writer, call);
  if (call.arguments == nullptr)
    return std::unexpected(LiteralError{
        fmt::format("expected arguments for '{}' in step '{}', with {} where the service takes an "
                    "idempotency token",
                    call.resource, call.step, kSagaKey),
        call.mark});
  return writer.write(*call.arguments);
}

auto default_arguments(json::Arena& arena, asl::QueryLanguage language, std::string_view step)
    -> json::Value {
  Writer const writer(arena, language, step);
  Object out(arena);
  writer.add_key(out, "sagaKey");
  writer.add_input(out);
  return out.value();
}

}  // namespace treadle::saga
