#include <array>
#include <optional>
#include <utility>

#include "treadle/asl/jsonata_values.h"
#include "treadle/asl/parsing.h"
#include "treadle/asl/schema.h"
#include "treadle/asl/values.h"
#include "treadle/asl/variable_scopes.h"

namespace treadle::asl {
namespace {

constexpr std::array<std::pair<std::string_view, StateType>, 8> kTypes = {{
    {"Task", StateType::kTask},
    {"Wait", StateType::kWait},
    {"Pass", StateType::kPass},
    {"Succeed", StateType::kSucceed},
    {"Fail", StateType::kFail},
    {"Choice", StateType::kChoice},
    {"Parallel", StateType::kParallel},
    {"Map", StateType::kMap},
}};

auto parse_type(Fields const& fields, Report& report) -> std::optional<StateType> {
  if (!fields.has("Type")) {
    report.error(fields.where(), required_fields_message("Type"));
    return std::nullopt;
  }
  auto const* value = fields.find("Type");
  for (auto const& [name, type] : kTypes)
    if (value->is_string() && value->as_string() == name) return type;
  report.error(
      fields.at("Type"),
      one_of_values_message("Type", "Task, Wait, Pass, Succeed, Fail, Choice, Parallel, Map"));
  return std::nullopt;
}

// A state's own QueryLanguage, else the machine's. JSONata is the last word: below a machine that
// has it, no state may go back. Any other text counts as JSONata, as it does on AWS, after it is
// reported.
auto parse_language(QueryLanguage machine, Fields const& fields, Report& report) -> QueryLanguage {
  auto const* value = fields.find("QueryLanguage");
  if (value == nullptr) return machine;
  if (!value->is_string()) return QueryLanguage::kJsonata;
  static_cast<void>(read_choice(fields, "QueryLanguage", {"JSONPath", "JSONata"}, report));
  if (value->as_string() != "JSONPath") return QueryLanguage::kJsonata;
  if (machine == QueryLanguage::kJsonPath) return machine;
  report.error(fields.where(),
               "'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine");
  return QueryLanguage::kJsonPath;
}

auto has_transition(StateType type) -> bool {
  return type != StateType::kChoice && type != StateType::kSucceed && type != StateType::kFail;
}

// Exactly one of Next and "End": true.
auto parse_next(Parsing& parsing, Scope const& scope, Fields const& fields)
    -> std::optional<StateIndex> {
  auto const is_end = fields.flag("End");
  auto const has_next = fields.has("Next");
  if (is_end == has_next)
    parsing.report.error(fields.where(), "Exactly one of these fields is required: [Next, End]");
  auto const next = fields.text("Next");
  if (!next) return std::nullopt;
  return scope.resolve(*next, fields.at("Next"), parsing);
}

auto parse_details(Parsing& parsing, Scope const& scope, StateIndex index, StateType type,
                   Fields const& fields) -> decltype(State::details) {
  switch (type) {
    case StateType::kTask: return parse_task(parsing, scope, fields);
    case StateType::kPass: return parse_pass(parsing, fields);
    case StateType::kChoice: return parse_choice(parsing, scope, fields);
    case StateType::kWait: return parse_wait(parsing, fields);
    case StateType::kSucceed: return Succeed{};
    case StateType::kFail: return parse_fail(parsing, fields);
    case StateType::kParallel: return parse_parallel(parsing, scope, index, fields);
    case StateType::kMap: return parse_map(parsing, scope, index, fields);
  }
  return Succeed{};
}

auto can_fail(StateType type) -> bool {
  return type == StateType::kTask || type == StateType::kParallel || type == StateType::kMap;
}

}  // namespace

auto parse_state(Parsing& parsing, Scope const& scope, StateIndex index, json::Member const& member,
                 Location where) -> State {
  auto& report = parsing.report;
  State state;
  state.name = std::string(member.key);
  state.region = scope.region;
  if (!member.value.is_object()) {
    report.error(where, expected_type_message("Object"));
    return state;
  }
  auto const machine = parsing.definition.language;
  state.language = parse_language(machine, Fields(member.value, where, machine), report);
  Fields const fields(member.value, std::move(where), state.language);
  auto const type = parse_type(fields, report);
  if (!type) return state;
  state.type = *type;
  check_shape(fields, shape_of(*type), report);

  if (has_transition(*type)) state.next = parse_next(parsing, scope, fields);
  state.input_path = read_path_field(fields, "InputPath", report);
  state.details = parse_details(parsing, scope, index, *type, fields);
  state.output_path = read_path_field(fields, "OutputPath", report);
  auto const readable = can_fail(*type) ? StatesMember::kResult : StatesMember::kNeither;
  if (*type != StateType::kFail && *type != StateType::kSucceed) {
    state.assign = read_assign(fields, "", report, readable);
    note_assigned(parsing, scope, fields);
  }
  if (*type != StateType::kFail)
    state.output = read_jsonata_template(fields, "", "Output", report, readable);
  if (can_fail(*type)) {
    state.retriers = parse_retriers(parsing, fields);
    state.catchers = parse_catchers(parsing, scope, fields);
  }
  return state;
}

}  // namespace treadle::asl
