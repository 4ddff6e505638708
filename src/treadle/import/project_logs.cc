#include "treadle/import/project_logs.h"

namespace treadle::import {
namespace {

constexpr std::pair<std::string_view, LogRules::Place> kPlaces[] = {
    {"files", LogRules::Place::kFiles},
    {"stdout", LogRules::Place::kStandardOutput},
    {"cloudwatch", LogRules::Place::kCloudWatch},
    {"nowhere", LogRules::Place::kNowhere},
};
constexpr std::uint64_t kFileMegabytesMax = 1U << 20U;
constexpr std::uint64_t kFilesMax = 1'000;

}  // namespace

auto read_logs(NodeReader const& reader, yaml::Node const& root) -> Read<LogRules> {
  LogRules rules;
  auto const* const node = root.find("logs");
  if (node == nullptr || node->is_null()) return rules;
  TRY(reader.check_keys(*node, {"to", "fileMegabytes", "files"}));
  auto const to = TRY(reader.text(*node, "to"));
  for (auto const& [name, place] : kPlaces)
    if (to == name) rules.to = place;
  if (!to.empty() && !rules.to)
    return reader.refuse(node->find("to")->mark(),
                         "expected files, stdout, cloudwatch or nowhere as 'to'");
  rules.file_megabytes = TRY(reader.whole_number(*node, "fileMegabytes", kFileMegabytesMax));
  rules.files = TRY(reader.whole_number(*node, "files", kFilesMax));
  return rules;
}

}  // namespace treadle::import
