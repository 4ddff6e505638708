#include "treadle/library/bindings.h"

#include <algorithm>

#include "treadle/integrations/lambda_message.h"

namespace treadle::library {
namespace {

constexpr std::string_view kStates = ":states:::";
constexpr std::string_view kFunction = "function:";

// How a resource is looked up: a function by its name, an integration as "SERVICE:ACTION".
auto name_of(asl::Resource const& resource) -> std::string {
  if (resource.kind != asl::ResourceKind::kService)
    return std::string(integrations::short_function_name(resource.text));
  return resource.history_resource_type + ":" + resource.action;
}

// What a caller may write for that: whole ARNs, patterns of a task's way to wait.
auto normal_form(std::string_view written) -> std::string {
  if (auto const at = written.find(kStates); written.starts_with("arn:") && at != written.npos)
    written.remove_prefix(at + kStates.size());
  else if (written.starts_with("arn:") && written.find(kFunction) != written.npos)
    return std::string(integrations::short_function_name(written));
  auto const colon = written.rfind(':');
  if (colon == written.npos) return std::string(written);
  // "lambda:invoke.waitForTaskToken", "states:startExecution.sync:2"
  auto const dot = written.find('.');
  return std::string(written.substr(0, dot));
}

}  // namespace

auto matches_pattern(std::string_view pattern, std::string_view text) -> bool {
  std::size_t p = 0;
  std::size_t t = 0;
  auto star = pattern.npos;
  std::size_t retry = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      retry = t;
    } else if (p < pattern.size() && pattern[p] == text[t]) {
      ++p;
      ++t;
    } else if (star != pattern.npos) {
      p = star + 1;
      t = ++retry;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

auto Bindings::add(std::string_view resource, Bound function) -> bool {
  auto name = normal_form(resource);
  if (name.find('*') == name.npos)
    return exact_.try_emplace(std::move(name), std::move(function)).second;
  for (auto const& [pattern, bound] : patterns_)
    if (pattern == name) return false;
  patterns_.emplace_back(std::move(name), std::move(function));
  known_.clear();
  return true;
}

void Bindings::learn(asl::Definition const& definition) {
  for (auto const& state : definition.states)
    if (auto const* const task = std::get_if<asl::Task>(&state.details))
      if (auto const* const found = search(task->resource))
        known_.insert_or_assign(task->resource.text, found);
}

auto Bindings::find(asl::Resource const& resource) const -> Bound const* {
  auto const known = known_.find(std::string_view(resource.text));
  return known != known_.end() ? known->second : search(resource);
}

auto Bindings::search(asl::Resource const& resource) const -> Bound const* {
  if (resource.kind == asl::ResourceKind::kActivity) return nullptr;
  return search(name_of(resource));
}

auto Bindings::search(std::string_view name) const -> Bound const* {
  if (auto const found = exact_.find(name); found != exact_.end()) return &found->second;
  auto const found = std::ranges::find_if(
      patterns_, [&](auto const& entry) { return matches_pattern(entry.first, name); });
  return found == patterns_.end() ? nullptr : &found->second;
}

auto Bindings::find_function(std::string_view function) const -> Bound const* {
  return search(integrations::short_function_name(function));
}

}  // namespace treadle::library
