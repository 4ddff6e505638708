// SARIF 2.1.0, which code hosts show beside the lines of a change.
// Source: "Static Analysis Results Interchange Format (SARIF) Version 2.1.0", OASIS.
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "treadle/json/print.h"
#include "treadle/lint/print.h"

namespace treadle::lint {
namespace {

// A path as a relative or file URI (RFC 3986): all but unreserved characters and '/' escaped.
auto uri_of(std::string_view file) -> std::string {
  constexpr std::string_view kPlain =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/";
  std::string uri = file.starts_with('/') ? "file://" : "";
  for (auto const c : file) {
    if (kPlain.find(c) != std::string_view::npos)
      uri += c;
    else
      uri += fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return uri;
}

// A rule, or a code of validation, which has no summary here.
struct Descriptor {
  std::string code;
  Level level = Level::kError;
  std::string summary = "The definition is not valid.";
};

// Every rule, and behind them the codes of validation that occur.
auto descriptors_of(std::span<FileFindings const> files) -> std::vector<Descriptor> {
  std::vector<Descriptor> all;
  for (auto const& rule : all_rules())
    all.push_back({std::string(rule.code), rule.level, std::string(rule.summary)});
  std::map<std::string, Level> others;
  for (auto const& file : files)
    for (auto const& finding : file.findings)
      if (!find_rule(finding.code)) others.emplace(finding.code, finding.level);
  for (auto const& [code, level] : others) all.push_back({.code = code, .level = level});
  return all;
}

auto descriptor_text(Descriptor const& descriptor) -> std::string {
  return fmt::format(
      R"({{"id":{},"shortDescription":{{"text":{}}},"defaultConfiguration":{{"level":"{}"}}}})",
      json::print_string(descriptor.code), json::print_string(descriptor.summary),
      level_name(descriptor.level));
}

auto result_text(std::string_view file, Finding const& finding, std::size_t rule_index)
    -> std::string {
  auto const logical = finding.location.empty()
                           ? std::string()
                           : fmt::format(R"(,"logicalLocations":[{{"fullyQualifiedName":{}}}])",
                                         json::print_string(finding.location));
  return fmt::format(R"({{"ruleId":{},"ruleIndex":{},"level":"{}","message":{{"text":{}}},)"
                     R"("locations":[{{"physicalLocation":{{"artifactLocation":{{"uri":{}}},)"
                     R"("region":{{"startLine":{},"startColumn":{}}}}}{}}}]}})",
                     json::print_string(finding.code), rule_index, level_name(finding.level),
                     json::print_string(finding.message), json::print_string(uri_of(file)),
                     finding.position.line, finding.position.column, logical);
}

}  // namespace

auto to_sarif(std::span<FileFindings const> files) -> std::string {
  std::vector<std::string> rules;
  std::map<std::string, std::size_t> index_of;
  for (auto const& descriptor : descriptors_of(files)) {
    index_of.emplace(descriptor.code, rules.size());
    rules.push_back(descriptor_text(descriptor));
  }
  std::vector<std::string> results;
  for (auto const& [file, findings] : files)
    for (auto const& finding : findings)
      results.push_back(result_text(file, finding, index_of.at(finding.code)));
  return fmt::format(
      R"({{"$schema":"https://json.schemastore.org/sarif-2.1.0.json","version":"2.1.0","runs":[{{)"
      R"("tool":{{"driver":{{"name":"treadle lint","rules":[{}]}}}},)"
      R"("columnKind":"unicodeCodePoints","results":[{}]}}]}})"
      "\n",
      fmt::join(rules, ",\n "), fmt::join(results, ",\n "));
}

}  // namespace treadle::lint
