#include "treadle/asl/parser.h"

#include <memory>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "treadle/asl/json_error.h"
#include "treadle/asl/parsing.h"
#include "treadle/asl/reachability.h"
#include "treadle/asl/schema.h"
#include "treadle/asl/values.h"
#include "treadle/asl/variable_scopes.h"
#include "treadle/base/limits.h"
#include "treadle/json/parse.h"

namespace treadle::asl {
namespace {

constexpr Range kTimeoutRange{1, static_cast<std::int64_t>(limits::kTimerSecondsMax)};

// Any text but "JSONPath" counts as JSONata, as it does on AWS, after it is reported.
auto machine_language(Fields const& fields, Report& report) -> QueryLanguage {
  static_cast<void>(read_choice(fields, "QueryLanguage", {"JSONPath", "JSONata"}, report));
  auto const text = fields.text("QueryLanguage");
  return !text || *text == "JSONPath" ? QueryLanguage::kJsonPath : QueryLanguage::kJsonata;
}

void parse_machine(Parsing& parsing, json::Value root) {
  auto& definition = parsing.definition;
  auto& report = parsing.report;
  Fields const fields(root, Location(), QueryLanguage::kJsonPath);
  check_shape(fields, Shape::kMachine, report);
  static_cast<void>(read_choice(fields, "Version", {"1.0"}, report));
  definition.language = machine_language(fields, report);
  definition.timeout_seconds = read_integer(fields, "TimeoutSeconds", kTimeoutRange, report);
  static_cast<void>(parse_region(parsing, fields, {std::nullopt, parsing.options.type, 0}));
}

// The root of the definition's text; nullopt after reporting that it is no JSON object.
auto parse_json(Parsing& parsing) -> std::optional<json::Value> {
  auto const& text = parsing.definition.text;
  auto& report = parsing.report;
  if (text.size() > limits::kDefinitionBytes) {
    report.error(Location::none(),
                 fmt::format("Definition must have at most {} bytes", limits::kDefinitionBytes));
    return std::nullopt;
  }
  constexpr std::string_view kNoObject = "Definition must be a valid JSON object";
  if (text.find_first_not_of(" \t\r\n") == std::string::npos) {
    report.error(Location::none(), std::string(kNoObject));
    return std::nullopt;
  }
  auto const root =
      json::parse(*parsing.definition.arena, text, {.duplicates = json::Duplicates::kRefuse});
  if (!root) {
    auto described = describe_json_error(text, root.error());
    report.error(Code::kInvalidJsonDescription, Location::verbatim(std::move(described.source)),
                 std::move(described.message));
    return std::nullopt;
  }
  if (root->is_object()) return *root;
  report.error(Location::none(), std::string(kNoObject));
  return std::nullopt;
}

}  // namespace

namespace {

// {"StartAt":"StateName","States":{"StateName":state}}
auto machine_around(json::Value state, json::Arena& arena) -> json::Value {
  json::Member const states[] = {{kLoneStateName, state}};
  json::Member const machine[] = {{"StartAt", json::make_string(arena, kLoneStateName)},
                                  {"States", json::make_object(arena, states)}};
  return json::make_object(arena, machine);
}

auto parse(std::string_view text, ParseOptions options, Targets targets) -> ParseOutcome {
  auto definition = std::make_shared<Definition>();
  definition->text = std::string(text);
  definition->arena = std::make_shared<json::Arena>();
  Parsing parsing(options, *definition, targets);
  if (auto const root = parse_json(parsing); root) {
    bool const is_machine = targets == Targets::kMustExist;
    parse_machine(parsing, is_machine ? *root : machine_around(*root, *definition->arena));
    // Where a state is malformed, its transitions are not known well enough to judge the others.
    if (!parsing.report.has_errors()) {
      check_transitions(parsing);
      check_variable_scopes(parsing);
    }
  }
  auto const is_sound = !parsing.report.has_errors();
  return {is_sound ? std::move(definition) : nullptr, parsing.report.take()};
}

}  // namespace

auto parse_definition(std::string_view text, ParseOptions options) -> ParseOutcome {
  return parse(text, options, Targets::kMustExist);
}

auto parse_lone_state(std::string_view text, ParseOptions options) -> ParseOutcome {
  return parse(text, options, Targets::kMayBeElsewhere);
}

}  // namespace treadle::asl
