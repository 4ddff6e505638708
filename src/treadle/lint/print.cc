#include "treadle/lint/print.h"

#include <string_view>

#include <fmt/format.h>

#include "treadle/json/print.h"

namespace treadle::lint {
namespace {

auto json_of(std::string_view file, Finding const& finding) -> std::string {
  return fmt::format(
      R"({{"file":{},"line":{},"column":{},"level":"{}","code":{},"message":{},"location":{}}})",
      json::print_string(file), finding.position.line, finding.position.column,
      level_name(finding.level), json::print_string(finding.code),
      json::print_string(finding.message), json::print_string(finding.location));
}

}  // namespace

auto to_text(std::span<FileFindings const> files) -> std::string {
  std::string out;
  for (auto const& [file, findings] : files)
    for (auto const& finding : findings)
      out += fmt::format("{}:{}:{}: {}: {} [{}]\n", file, finding.position.line,
                         finding.position.column, level_name(finding.level), finding.message,
                         finding.code);
  return out;
}

auto to_json(std::span<FileFindings const> files) -> std::string {
  std::vector<std::string> objects;
  for (auto const& [file, findings] : files)
    for (auto const& finding : findings) objects.push_back(json_of(file, finding));
  return fmt::format("{{\"findings\":[{}]}}\n", fmt::join(objects, ",\n "));
}

}  // namespace treadle::lint
