#include "treadle/api/actions/state_test_request.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "treadle/api/actions/machine_common.h"
#include "treadle/api/actions/mock_check.h"
#include "treadle/api/actions/payload_check.h"
#include "treadle/api/parameters.h"
#include "treadle/asl/parser.h"
#include "treadle/base/arn.h"
#include "treadle/base/random.h"
#include "treadle/interpreter/items_read.h"
#include "treadle/json/parse.h"
#include "treadle/json/print.h"

namespace treadle::api {
namespace {

using interpreter::Mock;
using interpreter::TestedState;
using enum ParameterType;

constexpr Parameter kMock[] = {
    {"result", kString, false, {}, 262144},
    {"errorOutput", kStructure, false, {}, {}},
    {"fieldValidationMode", kString, false, {}, {}, "STRICT, PRESENT, NONE"},
};
constexpr Parameter kErrorOutput[] = {
    {"error", kString, false, {}, 256},
    {"cause", kString, false, {}, 32768},
};
constexpr std::int64_t kIntegerMax = 2147483647;
constexpr Parameter kConfiguration[] = {
    {"retrierRetryCount", kInteger, false, 0, kIntegerMax},
    {"errorCausedByState", kString, false, 1, 80},
    {"mapIterationFailureCount", kInteger, false, 0, kIntegerMax},
    {"mapItemReaderData", kString, false, {}, 262144},
};

auto invalid(std::string message) -> std::unexpected<ApiError> {
  return std::unexpected(ApiError{"ValidationException", std::move(message)});
}

auto invalid_definition(std::string message) -> std::unexpected<ApiError> {
  return std::unexpected(ApiError{"InvalidDefinition", std::move(message)});
}

// What the request says beside the definition; null where it says nothing.
struct Parts {
  json::Value const* mock = nullptr;
  json::Value const* result = nullptr;
  json::Value const* error_output = nullptr;
  json::Value const* configuration = nullptr;

  [[nodiscard]] auto configured(std::string_view name) const -> json::Value const* {
    return configuration == nullptr ? nullptr : member_of(*configuration, name);
  }
  [[nodiscard]] auto count(std::string_view name) const -> std::optional<std::int64_t> {
    return configuration == nullptr ? std::nullopt : number_of(*configuration, name);
  }
};

auto check_shapes(Parts const& parts) -> std::optional<ApiError> {
  if (parts.mock != nullptr)
    if (auto bad = check_members("mock.", kMock, *parts.mock)) return bad;
  if (parts.error_output != nullptr)
    if (auto bad = check_members("mock.errorOutput.", kErrorOutput, *parts.error_output))
      return bad;
  if (parts.configuration == nullptr) return std::nullopt;
  return check_members("stateConfiguration.", kConfiguration, *parts.configuration);
}

// What goes with a mock only, or not with one.
auto check_company(json::Value request, Parts const& parts) -> std::optional<ApiError> {
  if (parts.mock != nullptr) {
    if ((parts.result == nullptr) == (parts.error_output == nullptr))
      return invalid(
                 "A test mock should have only one of the following fields: [result, "
                 "errorOutput].")
          .error();
    if (flag_of(request, "revealSecrets", false))
      return invalid("TestState does not support RevealSecrets when a mock is specified.").error();
    return std::nullopt;
  }
  constexpr std::pair<std::string_view, std::string_view> kNames[] = {
      {"retrierRetryCount", "RetrierRetryCount"},
      {"errorCausedByState", "ErrorCausedByState"},
      {"mapIterationFailureCount", "MapIterationFailureCount"},
      {"mapItemReaderData", "MapItemReaderData"}};
  auto const alone = [](std::string_view name) {
    return invalid(fmt::format("TestState does not support {} when a mock is not specified.", name))
        .error();
  };
  for (auto const& [name, shown] : kNames)
    if (parts.configured(name) != nullptr) return alone(shown);
  if (member_of(request, "context") != nullptr) return alone("Context");
  return std::nullopt;
}

auto read_parts(json::Value request) -> std::expected<Parts, ApiError> {
  Parts parts{.mock = member_of(request, "mock"),
              .configuration = member_of(request, "stateConfiguration")};
  if (parts.mock != nullptr) {
    parts.result = member_of(*parts.mock, "result");
    parts.error_output = member_of(*parts.mock, "errorOutput");
  }
  if (auto bad = check_shapes(parts)) return std::unexpected(*std::move(bad));
  if (auto bad = check_company(request, parts)) return std::unexpected(*std::move(bad));
  return parts;
}

// The definition and which of its states is meant.
auto find_state(json::Value request) -> std::expected<StateTestRequest, ApiError> {
  auto const text = *text_of(request, "definition");
  auto const name = text_of(request, "stateName");
  auto parsed = name ? asl::parse_definition(text) : asl::parse_lone_state(text);
  if (!parsed.definition)
    return invalid_definition(asl::invalid_definition_text(parsed.diagnostics));
  auto const& states = parsed.definition->states;
  auto const wanted = name.value_or(asl::kLoneStateName);
  auto const at = std::ranges::find(states, wanted, &asl::State::name);
  if (at == states.end()) return invalid("State not found in definition");
  StateTestRequest out{.tested = {}, .definition = std::move(parsed.definition)};
  out.tested.definition = out.definition;
  out.tested.state = asl::StateIndex(static_cast<std::uint32_t>(at - states.begin()));
  // Recorded: whatever its name in the machine.
  out.tested.name = asl::kLoneStateName;
  return out;
}

auto type_name(asl::StateType type) -> std::string_view {
  switch (type) {
    case asl::StateType::kTask: return "Task";
    case asl::StateType::kPass: return "Pass";
    case asl::StateType::kChoice: return "Choice";
    case asl::StateType::kWait: return "Wait";
    case asl::StateType::kSucceed: return "Succeed";
    case asl::StateType::kFail: return "Fail";
    case asl::StateType::kParallel: return "Parallel";
    case asl::StateType::kMap: return "Map";
  }
  return "";
}

// Whether a state of that kind may be tested with, or without, a mock.
auto check_state(asl::State const& state, Parts const& parts) -> std::optional<ApiError> {
  using enum asl::StateType;
  bool const container = state.type == kMap || state.type == kParallel;
  auto const* const task = std::get_if<asl::Task>(&state.details);
  if (parts.mock != nullptr) {
    if (container || task != nullptr) return std::nullopt;
    return invalid(fmt::format("State type '{}' is not supported when a mock is specified",
                               type_name(state.type)))
        .error();
  }
  if (container)
    return invalid_definition(
               "TestState API does not support Map or Parallel states. Supported state types "
               "include: [Task, Wait, Pass, Succeed, Fail, Choice]")
        .error();
  if (task != nullptr && (task->resource.kind == asl::ResourceKind::kActivity ||
                          task->resource.pattern != asl::Pattern::kRequestResponse))
    return invalid_definition(fmt::format("TestState API does not support the resource '{}' when a "
                                          "mock is not specified.",
                                          task->resource.text))
        .error();
  return std::nullopt;
}

// JSON text of an object, or ValidationException.
auto parse_object(json::Arena& arena, std::string_view text, std::string_view what)
    -> std::expected<json::Value, ApiError> {
  auto const parsed = json::parse(arena, text);
  if (!parsed)
    return invalid(fmt::format("Invalid {} provided: {}", what, parsed.error().to_string()));
  if (!parsed->is_object())
    return invalid(fmt::format("Invalid {} provided: it must be a JSON object", what));
  return *parsed;
}

auto read_variables(json::Value request, TestedState& tested) -> std::expected<void, ApiError> {
  auto const text = text_of(request, "variables");
  if (!text) return {};
  json::Arena arena;
  auto const object = TRY(parse_object(arena, *text, "variables"));
  for (auto const& member : object.members())
    tested.variables.push_back({std::string(member.key), json::print(member.value)});
  return {};
}

auto read_context(json::Value request, TestedState& tested) -> std::expected<void, ApiError> {
  auto const text = text_of(request, "context");
  if (!text) return {};
  constexpr std::string_view kWhat = "Context object";
  constexpr std::string_view kKnown[] = {"Execution", "State", "StateMachine", "Task"};
  json::Arena arena;
  auto const object = TRY(parse_object(arena, *text, kWhat));
  for (auto const& member : object.members()) {
    if (std::ranges::find(kKnown, member.key) == std::ranges::end(kKnown))
      return invalid(
          fmt::format("Invalid Context object provided: '{}' field is not supported when mocking a "
                      "Context object",
                      member.key));
    if (!member.value.is_object())
      return invalid(
          fmt::format("Invalid Context object provided: '{}' field must be an object", member.key));
  }
  tested.context = *text;
  return {};
}

// Whether `state` stands somewhere below `container`.
auto is_inside(asl::Definition const& definition, asl::State const& state,
               asl::StateIndex container) -> bool {
  auto owner = definition.region(state.region).owner;
  while (owner && *owner != container)
    owner = definition.region(definition.state(*owner).region).owner;
  return owner.has_value();
}

auto check_cause(StateTestRequest const& test, Parts const& parts) -> std::optional<ApiError> {
  auto const* const name = parts.configured("errorCausedByState");
  if (name == nullptr) return std::nullopt;
  auto const& definition = *test.definition;
  bool const found = std::ranges::any_of(definition.states, [&](asl::State const& state) {
    return state.name == name->as_string() && is_inside(definition, state, test.tested.state);
  });
  if (found) return std::nullopt;
  return invalid("State not found in definition").error();
}

auto read_mock(StateTestRequest& test, Parts const& parts, integrations::ResponseModels& models)
    -> std::expected<void, ApiError> {
  if (parts.mock == nullptr) return {};
  auto const& state = test.definition->state(test.tested.state);
  auto const* const map = std::get_if<asl::Map>(&state.details);
  Mock mock;
  mock.iterations_failed =
      static_cast<std::uint32_t>(parts.count("mapIterationFailureCount").value_or(0));
  if (parts.result != nullptr) {
    auto const text = parts.result->as_string();
    auto const mode = text_of(*parts.mock, "fieldValidationMode").value_or("STRICT");
    if (auto bad = check_mock_result(state, text, {mode, models}))
      return std::unexpected(*std::move(bad));
    if (auto bad = check_failures(state, text, mock.iterations_failed))
      return std::unexpected(*std::move(bad));
    mock.outcome = std::string(text);
  } else {
    auto const part = [&](std::string_view name) -> std::optional<std::string> {
      auto const text = text_of(*parts.error_output, name);
      return text ? std::optional(std::string(*text)) : std::nullopt;
    };
    mock.outcome = interpreter::Failure{.error = part("error"), .cause = part("cause")};
  }
  if (auto const* data = parts.configured("mapItemReaderData"); data != nullptr && map != nullptr) {
    if (map->reader && !interpreter::can_read(map->reader->input))
      return invalid("This release of treadle reads mapItemReaderData as JSON and JSONL only.");
    mock.reader_data = data->as_string();
  }
  test.tested.mock = std::move(mock);
  test.tested.retries_done =
      static_cast<std::uint32_t>(parts.count("retrierRetryCount").value_or(0));
  return {};
}

// The execution has no name of its own: random ones, in an ARN as recorded.
auto invent_execution(StateTestSetting const& setting, json::Value request)
    -> interpreter::TestedExecution {
  interpreter::TestedExecution execution;
  auto const uuid = [&] {
    auto const id = setting.random.next_entity_id();
    return uuid_v4(id.high, id.low);
  };
  execution.name = uuid();
  execution.machine_name = uuid();
  execution.machine_arn = state_machine_arn({.region = setting.region, .account = setting.account},
                                            execution.machine_name);
  execution.arn = fmt::format("arn:aws:states:{}:{}:express:{}:{}", setting.region, setting.account,
                              execution.machine_name, execution.name);
  if (auto const role = text_of(request, "roleArn")) execution.role_arn = std::string(*role);
  return execution;
}

}  // namespace

auto read_state_test(StateTestSetting const& setting, json::Value request)
    -> std::expected<StateTestRequest, ApiError> {
  auto const parts = TRY(read_parts(request));
  if (auto const role = text_of(request, "roleArn"))
    if (auto bad = check_role(*role)) return std::unexpected(*std::move(bad));
  auto test = TRY(find_state(request));
  if (auto bad = check_state(test.definition->state(test.tested.state), parts))
    return std::unexpected(*std::move(bad));
  test.tested.input = text_of(request, "input").value_or("{}");
  if (auto const why = why_not_json(test.tested.input))
    return std::unexpected(ApiError{
        "InvalidExecutionInput", fmt::format("Invalid State Machine Execution Input: '{}'", *why)});
  TRY(read_variables(request, test.tested));
  TRY(read_context(request, test.tested));
  if (auto bad = check_cause(test, parts)) return std::unexpected(*std::move(bad));
  TRY(read_mock(test, parts, setting.response_models));
  test.tested.execution = invent_execution(setting, request);
  return test;
}

}  // namespace treadle::api
