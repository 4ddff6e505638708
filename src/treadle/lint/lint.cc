#include "treadle/lint/lint.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

#include "treadle/asl/parser.h"
#include "treadle/base/assert.h"
#include "treadle/json/arena.h"
#include "treadle/json/parse.h"
#include "treadle/lint/checks.h"
#include "treadle/lint/text_position.h"

namespace treadle::lint {
namespace {

auto findings_of_rules(asl::Definition const& definition, Options const& options)
    -> std::vector<Finding> {
  json::Arena arena;
  auto const root = json::parse(arena, definition.text);
  TREADLE_ASSERT(root.has_value());  // it has been parsed before
  Machine const machine(definition, Place(definition.text, *root), options.type);
  Report report(machine, options.disabled);
  if (options.strict_aws) {
    report.raise(Rule::kUnknownResource, Level::kError);
    report.raise(Rule::kUnknownService, Level::kError);
  }
  for (auto* check : {check_error_flow, check_handlers, check_data_flow, check_variables,
                      check_durations, check_express, check_resources})
    check(machine, report);
  return report.take();
}

// Rules that say the same as a diagnostic, and better.
auto is_covered(asl::Diagnostic const& diagnostic, std::vector<Finding> const& findings) -> bool {
  auto const covers = {info_of(Rule::kUnknownResource).code,
                       info_of(Rule::kExpressUnsupported).code};
  return std::ranges::any_of(findings, [&](Finding const& finding) {
    return finding.location == diagnostic.location &&
           std::ranges::find(covers, finding.code) != covers.end();
  });
}

}  // namespace

auto lint(std::string_view definition, Options const& options) -> std::vector<Finding> {
  // The rules look at any machine that treadle can read; whether it may be made as asked is the
  // diagnostics' matter.
  auto const readable = asl::parse_definition(definition).definition;
  auto findings = readable ? findings_of_rules(*readable, options) : std::vector<Finding>();
  auto const judged =
      asl::parse_definition(definition, {.type = options.type, .strict_aws = options.strict_aws});
  std::vector<Finding> all;
  for (auto const& diagnostic : judged.diagnostics) {
    if (is_covered(diagnostic, findings)) continue;
    // kUnknownResource says it, or was told not to.
    if (diagnostic.code == "INVALID_RESOURCE") continue;
    auto const is_error = diagnostic.severity == asl::Severity::kError;
    all.push_back({.code = diagnostic.code,
                   .level = is_error ? Level::kError : Level::kWarning,
                   .message = diagnostic.message,
                   .location = diagnostic.location,
                   .position = position_of(definition, diagnostic)});
  }
  all.insert(all.end(), std::make_move_iterator(findings.begin()),
             std::make_move_iterator(findings.end()));
  std::ranges::stable_sort(all, {}, [](Finding const& finding) {
    return std::pair(finding.position.line, finding.position.column);
  });
  return all;
}

}  // namespace treadle::lint
