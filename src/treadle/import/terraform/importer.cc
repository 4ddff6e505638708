#include "treadle/import/terraform/importer.h"

#include <algorithm>
#include <memory>
#include <set>

#include <fmt/format.h>

#include "treadle/asl/parser.h"
#include "treadle/base/limits.h"
#include "treadle/import/terraform/function_import.h"
#include "treadle/json/arena.h"
#include "treadle/json/parse.h"
#include "treadle/json/print.h"

namespace treadle::import::terraform {
namespace {

// Text of jsonencode, indented. Anything that is no JSON after all stays as it is.
auto lay_out(std::string const& text) -> std::string {
  json::Arena arena;
  auto const value = json::parse(arena, text);
  return value ? json::print_pretty(*value) + "\n" : text;
}

auto without_handler(std::string name) -> ImportedFunction {
  ImportedFunction out;
  out.function.name = std::move(name);
  out.remark = "no handler yet: invoked at the Lambda endpoint";
  return out;
}

class MachineImport {
 public:
  MachineImport(Configuration& configuration, Block const& block, Instance const& instance)
      : configuration_(configuration), block_(block), label_(block.labels[1] + instance.suffix) {
    enter(scopes_, instance);
  }

  auto run() -> Outcome<StateMachine> {
    StateMachine machine;
    machine.name = TRY(name());
    machine.type = TRY(type());
    machine.definition = TRY(definition());
    machine.role_arn = TRY(text(block_.body, "role_arn")).value_or(machine.role_arn);
    TRY(read_logging(machine));
    if (auto const* tracing = TRY(nested("tracing_configuration")))
      machine.is_tracing_enabled = TRY(flag(*tracing, "enabled"));
    TRY(read_tags(machine));
    return machine;
  }

 private:
  auto value(Body const& body, std::string_view attribute) -> Outcome<std::optional<Value>> {
    return configuration_.attribute(body, attribute, scopes_.innermost);
  }

  auto text(Body const& body, std::string_view attribute) -> Outcome<std::optional<std::string>> {
    auto const found = TRY(value(body, attribute));
    if (!found) return std::nullopt;
    if (auto out = to_text(*found)) return out;
    return problem(body.attribute(attribute)->at,
                   fmt::format("expected a string as '{}', but it is {}", attribute,
                               kind_name(found->kind())));
  }

  auto flag(Body const& body, std::string_view attribute) -> Outcome<bool> {
    auto const found = TRY(value(body, attribute));
    if (!found) return false;
    if (auto const b = to_bool(*found)) return *b;
    return problem(body.attribute(attribute)->at,
                   fmt::format("expected true or false as '{}'", attribute));
  }

  auto name() -> Outcome<std::string> {
    auto const prefix = TRY(text(block_.body, "name_prefix"));
    auto out = TRY(text(block_.body, "name")).value_or(prefix.value_or("") + label_);
    if (is_machine_name(out)) return out;
    auto const* attribute = block_.body.attribute("name");
    return problem(
        attribute == nullptr ? block_.at : attribute->at,
        fmt::format("expected a name of 1 to {} letters, digits, '-' and '_', but it is '{}'",
                    limits::kNameChars, out));
  }

  auto type() -> Outcome<asl::MachineType> {
    auto const out = TRY(text(block_.body, "type")).value_or("STANDARD");
    if (out == "STANDARD") return asl::MachineType::kStandard;
    if (out == "EXPRESS") return asl::MachineType::kExpress;
    return problem(block_.body.attribute("type")->at,
                   fmt::format("expected STANDARD or EXPRESS as the type, but it is '{}'", out));
  }

  auto definition() -> Outcome<std::string> {
    auto const out = TRY(value(block_.body, "definition"));
    if (!out) return problem(block_.at, "expected a 'definition' in this state machine");
    if (!out->is_string())
      return problem(
          block_.body.attribute("definition")->at,
          fmt::format("expected a string as the definition (jsonencode makes one), but it is {}",
                      kind_name(out->kind())));
    return out->is_encoded_json() ? lay_out(out->as_string()) : out->as_string();
  }

  // The nested block of that type, written out or made by `dynamic`; nullptr when there is none.
  auto nested(std::string_view block_type) -> Outcome<Body const*> {
    for (auto const& block : block_.body.blocks) {
      if (block.type == block_type) return &block.body;
      if (block.type != "dynamic" || block.labels != std::vector{std::string(block_type)}) continue;
      auto const collection = TRY(value(block.body, "for_each"));
      auto const content = std::ranges::find(block.body.blocks, "content", &Block::type);
      if (!collection || content == block.body.blocks.end())
        return problem(block.at, "expected 'for_each' and a 'content' block in a dynamic block");
      auto const iterations = iterate(*collection, Order::kSorted);
      if (iterations.empty()) continue;
      enter_dynamic(TRY(text(block.body, "iterator")).value_or(std::string(block_type)),
                    iterations[0]);
      return &content->body;
    }
    return nullptr;
  }

  // The names that a dynamic block brings hold until the end of the import of this resource.
  void enter_dynamic(std::string name, Iteration const& iteration) {
    auto& [iterator_name, scope] = dynamic_.emplace_back(
        std::make_unique<std::string>(std::move(name)), std::make_unique<Scope>());
    *scope = {scopes_.innermost, *iterator_name,
              Value::object({{"key", iteration.key}, {"value", iteration.value}})};
    scopes_.innermost = scope.get();
  }

  auto read_logging(StateMachine& machine) -> Outcome<void> {
    auto const* body = TRY(nested("logging_configuration"));
    if (body == nullptr) return {};
    LoggingConfiguration logging;
    logging.level = TRY(text(*body, "level")).value_or("OFF");
    constexpr std::string_view kLevels[] = {"ALL", "ERROR", "FATAL", "OFF"};
    if (std::ranges::find(kLevels, logging.level) == std::end(kLevels))
      return problem(body->attribute("level")->at,
                     fmt::format("expected ALL, ERROR, FATAL or OFF as the level, but it is '{}'",
                                 logging.level));
    logging.include_execution_data = TRY(flag(*body, "include_execution_data"));
    logging.log_group_arn = TRY(text(*body, "log_destination")).value_or("");
    machine.logging = std::move(logging);
    return {};
  }

  auto read_tags(StateMachine& machine) -> Outcome<void> {
    auto const tags = TRY(value(block_.body, "tags"));
    if (!tags) return {};
    auto const at = block_.body.attribute("tags")->at;
    if (!tags->is_object())
      return problem(at,
                     fmt::format("expected a map of tags, but it is {}", kind_name(tags->kind())));
    for (auto const& [key, tag] : tags->members()) {
      auto text_of_tag = to_text(tag);
      if (!text_of_tag) return problem(at, fmt::format("expected a string as the tag '{}'", key));
      machine.tags.emplace_back(key, std::move(*text_of_tag));
    }
    return {};
  }

  Configuration& configuration_;
  Block const& block_;
  std::string label_;
  InstanceScopes scopes_;
  std::vector<std::pair<std::unique_ptr<std::string>, std::unique_ptr<Scope>>> dynamic_;
};

class Import {
 public:
  Import(Configuration& configuration, std::filesystem::path const& folder, ImportOutcome& outcome)
      : configuration_(configuration), folder_(folder), outcome_(outcome) {}

  void run() {
    for (auto const* block : configuration_.resources("aws_sfn_state_machine"))
      for_each_instance(*block, [&](Instance const& instance) { add_machine(*block, instance); });
    std::set<std::string> declared;
    for (auto const* block : configuration_.resources("aws_lambda_function"))
      for_each_instance(*block, [&](Instance const& instance) {
        outcome_.project.functions.push_back(
            import_function(configuration_, *block, instance, folder_));
        declared.insert(outcome_.project.functions.back().function.name);
      });
    for (auto const& name : configuration_.functions_referred_to())
      if (!declared.contains(name)) outcome_.project.functions.push_back(without_handler(name));
  }

 private:
  void add_error(Problem error) {
    outcome_.problems.push_back(std::move(error));
    outcome_.verdict = Verdict::kUnreadable;
  }

  void for_each_instance(Block const& block, auto act) {
    auto const instances = configuration_.instances(block);
    if (!instances) return add_error(instances.error());
    for (auto const& instance : *instances) act(instance);
  }

  void add_machine(Block const& block, Instance const& instance) {
    auto machine = MachineImport(configuration_, block, instance).run();
    if (!machine) return add_error(machine.error());
    if (!names_.insert(machine->name).second)
      return add_error({.message = fmt::format(
                            "expected a name of its own: another state machine is called '{}' too",
                            machine->name),
                        .at = block.at});
    validate(*machine, block);
    outcome_.project.state_machines.push_back(std::move(*machine));
  }

  void validate(StateMachine const& machine, Block const& block) {
    auto const* attribute = block.body.attribute("definition");
    for (auto const& diagnostic :
         asl::parse_definition(machine.definition, {.type = machine.type}).diagnostics) {
      auto message = fmt::format(
          "{}: {}: {}{}", machine.name, diagnostic.code, diagnostic.message,
          diagnostic.location.empty() ? "" : fmt::format(" at {}", diagnostic.location));
      if (diagnostic.severity == asl::Severity::kError) {
        outcome_.problems.push_back({.message = std::move(message), .at = attribute->at});
        if (outcome_.verdict == Verdict::kOk) outcome_.verdict = Verdict::kInvalidDefinition;
      } else {
        outcome_.problems.push_back(
            {.message = std::move(message), .at = attribute->at, .severity = Severity::kWarning});
      }
    }
  }

  Configuration& configuration_;
  std::filesystem::path const& folder_;
  ImportOutcome& outcome_;
  std::set<std::string> names_;
};

}  // namespace

auto import_terraform(Sources& sources, Inputs inputs, ReadFile read_file,
                      std::filesystem::path const& folder) -> ImportOutcome {
  ImportOutcome outcome;
  auto configuration = Configuration::load(sources, std::move(inputs), std::move(read_file));
  if (!configuration) {
    outcome.problems.push_back(configuration.error());
    outcome.verdict = Verdict::kUnreadable;
    return outcome;
  }
  Import(**configuration, folder, outcome).run();
  auto const& warnings = (*configuration)->warnings();
  outcome.problems.insert(outcome.problems.begin(), warnings.begin(), warnings.end());
  return outcome;
}

}  // namespace treadle::import::terraform
