#include "treadle/approvals/machine_tags.h"

#include <algorithm>
#include <charconv>

namespace treadle::approvals {
namespace {

constexpr std::string_view kPrefix = "treadle:appro";

auto words(std::string_view text) -> std::vector<AllowedApprover> {
  std::vector<AllowedApprover> out;
  while (!text.empty()) {
    auto const end = std::min(text.find(' '), text.size());
    if (end > 0) out.push_back({.id = std::string(text.substr(0, end))});
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

auto nobody(std::string_view tag) -> std::vector<AllowedApprover> {
  return {{.id = "(nobody: the tag " + std::string(tag) + " is wrong)"}};
}

}  // namespace

auto rules_of(std::vector<runtime::Tag> const& tags) -> std::optional<Rules> {
  std::optional<Rules> out;
  std::string_view wrong;
  for (auto const& [key, value] : tags) {
    if (!key.starts_with(kPrefix)) continue;
    if (!out) out.emplace();
    if (key == "treadle:approvers") {
      out->approvers = words(value);
      if (out->approvers.empty()) wrong = key;
    } else if (key == "treadle:approval-title") {
      out->title = value;
    } else if (key == "treadle:approval-quorum") {
      auto const* const end = value.data() + value.size();
      auto const [at, error] = std::from_chars(value.data(), end, out->quorum);
      if (error != std::errc{} || at != end || out->quorum == 0) wrong = key;
    } else {
      wrong = key;
    }
  }
  if (!out) return out;
  if (!out->approvers.empty() && out->quorum > out->approvers.size())
    wrong = "treadle:approval-quorum";
  if (!wrong.empty()) out->approvers = nobody(wrong);
  return out;
}

}  // namespace treadle::approvals
