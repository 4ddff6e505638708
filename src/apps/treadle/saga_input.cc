#include "apps/treadle/saga_input.h"

#include <cstdlib>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "apps/treadle/api_client.h"
#include "apps/treadle/files.h"
#include "treadle/api/object_writer.h"
#include "treadle/asl/parser.h"
#include "treadle/json/parse.h"
#include "treadle/lint/text_position.h"
#include "treadle/saga/compile.h"
#include "treadle/saga/definition.h"

namespace treadle::app {
namespace {

auto shown_name(std::string const& file) -> std::string { return file == "-" ? "<stdin>" : file; }

auto read(std::string const& file) -> Result<std::string, std::string> {
  auto text = read_file(file);
  if (!text) return std::unexpected(fmt::format("can't read {}", shown_name(file)));
  return *text;
}

auto compile_text(std::string const& text, SagaOptions const& options)
    -> Result<std::string, std::string> {
  auto const file = shown_name(options.file);
  auto const saga =
      TRY(saga::read_saga(text, file, {.region = options.region, .number = options.account}));
  auto compiled = saga::compile(saga);
  if (!compiled)
    return std::unexpected(fmt::format("{}:{}:{}: {}", file, compiled.error().mark.line,
                                       compiled.error().mark.column, compiled.error().message));
  return *compiled;
}

auto parse(std::string const& text, std::string const& name)
    -> Result<asl::DefinitionPtr, std::string> {
  auto const parsed = asl::parse_definition(text);
  if (parsed.definition) return parsed.definition;
  auto const& diagnostic = parsed.diagnostics.front();
  auto const at = lint::position_of(text, diagnostic);
  return std::unexpected(fmt::format("{}:{}:{}: {} at {}", name, at.line, at.column,
                                     diagnostic.message, diagnostic.location));
}

// The definition that a server has, with the roles of its tag.
auto fetch(SagaOptions const& options, SagaInput& input) -> Result<void, std::string> {
  ApiClient client(options.endpoint);
  auto const said = [&](CallFailure const& failure) {
    return std::unexpected(failure.code.empty()
                               ? fmt::format("{} ({})", failure.message, client.endpoint())
                               : fmt::format("{}: {}", failure.code, failure.message));
  };
  auto const arn = machine_arn_of(client, options.machine);
  if (!arn) return said(arn.error());
  auto const described =
      client.call("DescribeStateMachine", api::ObjectWriter().text("stateMachineArn", *arn).take());
  if (!described) return said(described.error());
  auto const tagged =
      client.call("ListTagsForResource", api::ObjectWriter().text("resourceArn", *arn).take());
  if (!tagged) return said(tagged.error());
  json::Arena arena;
  auto const machine = json::parse(arena, *described);
  auto const tags = json::parse(arena, *tagged);
  auto const* list = tags ? tags->find("tags") : nullptr;
  if (!machine || list == nullptr || !list->is_array())
    return std::unexpected("the server's answer is no JSON");
  input.text = member(*machine, "definition");
  for (auto const tag : list->elements())
    if (member(tag, "key") == saga::kTag)
      merge(input.roles, TRY(saga::read_tag(member(tag, "value"))).roles);
  return {};
}

auto read_own_roles(SagaOptions const& options, saga::Roles& roles) -> Result<void, std::string> {
  if (!options.side.empty()) {
    auto const text = TRY(read(options.side));
    merge(roles, TRY(saga::read_roles(text, options.side)));
  }
  for (auto const& text : options.compensates)
    roles.undos.push_back(TRY(saga::read_undo(text, ',')));
  roles.read_only.insert(roles.read_only.end(), options.read_only.begin(), options.read_only.end());
  return {};
}

}  // namespace

void SagaOptions::add_account_to(CLI::App& app) {
  if (auto const* set = std::getenv("AWS_REGION"); set != nullptr && *set != '\0') region = set;
  app.add_option("--region", region, "Of functions that are named without")->capture_default_str();
  app.add_option("--account", account, "Likewise")->capture_default_str();
}

void SagaOptions::add_roles_to(CLI::App& app) {
  app.add_option("--compensates", compensates,
                 "UNDO=STEP[,STEP...]: which state undoes which; may be repeated")
      ->allow_extra_args(false);
  app.add_option("--read-only", read_only, "A state that leaves nothing to undo; may be repeated")
      ->allow_extra_args(false)
      ->type_name("STATE");
  app.add_option("--side", side, "A file (YAML or JSON) that says the same: docs/sagas.md")
      ->type_name("FILE");
  app.add_option("--machine", machine,
                 "Instead of FILE: a state machine of a server, by name or ARN");
  app.add_option("--endpoint", endpoint, "Of that server, else AWS_ENDPOINT_URL_SFN");
  add_account_to(app);
}

auto compile_saga(SagaOptions const& options) -> Result<std::string, std::string> {
  return compile_text(TRY(read(options.file)), options);
}

auto read_saga_input(SagaOptions const& options) -> Result<SagaInput, std::string> {
  if (options.file.empty() == options.machine.empty())
    return std::unexpected("name a file, or --machine");
  SagaInput input;
  if (!options.machine.empty()) {
    TRY(fetch(options, input));
  } else {
    input.text = TRY(read(options.file));
    if (saga::looks_like_saga(input.text)) input.text = TRY(compile_text(input.text, options));
  }
  input.definition =
      TRY(parse(input.text, options.machine.empty() ? shown_name(options.file) : options.machine));
  merge(input.roles, TRY(saga::roles_of_comments(input.text)));
  TRY(read_own_roles(options, input.roles));
  return input;
}

}  // namespace treadle::app
