#include "treadle/integrations/aws_sdk/discovered_endpoints.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "treadle/json/arena.h"
#include "treadle/json/parse.h"
#include "treadle/net/uri.h"

namespace treadle::integrations::aws_sdk {
namespace {

constexpr std::size_t kEntriesMax =
    1'000;  // roles come from definitions, and there is no end of those
constexpr Milliseconds kGrace = std::chrono::minutes(1);
constexpr double kMinutesMax = 7 * 24 * 60;

auto reason_of(CallProblem const& problem) -> std::string {
  auto const& error = problem.error;
  return error.code.empty() ? error.message : fmt::format("{}: {}", error.code, error.message);
}

}  // namespace

auto read_endpoint(std::string_view output) -> Result<DiscoveredEndpoint, std::string> {
  json::Arena arena;
  auto const parsed = json::parse(arena, output);
  auto const* const list = parsed ? parsed->find("Endpoints") : nullptr;
  if (list == nullptr || !list->is_array() || list->size() == 0)
    return std::unexpected("the answer names no endpoint");
  auto const first = list->elements()[0];
  auto const* const address = first.find("Address");
  auto const* const minutes = first.find("CachePeriodInMinutes");
  if (address == nullptr || !address->is_string() || minutes == nullptr || !minutes->is_number())
    return std::unexpected("the answer names an endpoint without address or time");
  auto url = std::string(address->as_string());
  if (!url.contains("://")) url.insert(0, "https://");
  auto const parts = net::split_absolute(url);
  if (!parts || !parts->rest.empty())
    return std::unexpected(fmt::format("'{}' is no endpoint", address->as_string()));
  auto const life = std::clamp(minutes->as_double(), 0.0, kMinutesMax);
  return DiscoveredEndpoint{std::move(url), Milliseconds(static_cast<std::int64_t>(life * 60'000))};
}

void DiscoveredEndpoints::get(EndpointKey const& key, Ask ask, Done done) {
  std::optional<std::string> known;
  bool must_ask = false;
  {
    std::lock_guard const lock(mutex_);
    make_room();
    auto& entry = entries_[key];
    if (!entry.url.empty() && clock_.now() < entry.expires) {
      known = entry.url;
    } else {
      must_ask = entry.waiting.empty();
      entry.waiting.push_back(std::move(done));
    }
  }
  if (known) return done(*known);
  if (!must_ask) return;
  ask([this, key](ServiceResult const& result) {
    keep(key, result ? read_endpoint(result->output) : std::unexpected(reason_of(result.error())));
  });
}

void DiscoveredEndpoints::keep(EndpointKey const& key,
                               Result<DiscoveredEndpoint, std::string> const& found) {
  std::vector<Done> waiting;
  Got got;
  {
    std::lock_guard const lock(mutex_);
    auto& entry = entries_[key];
    if (found) {
      entry.url = found->url;
      entry.expires = clock_.now() + found->life;
    } else if (!entry.url.empty()) {
      entry.expires = clock_.now() + kGrace;
    }
    if (entry.url.empty())
      got = std::unexpected(found.error());
    else
      got = entry.url;
    waiting = std::exchange(entry.waiting, {});
  }
  for (auto& done : waiting) done(got);
}

void DiscoveredEndpoints::refused(EndpointKey const& key, std::string_view url) {
  std::lock_guard const lock(mutex_);
  auto const at = entries_.find(key);
  if (at != entries_.end() && at->second.url == url) at->second.url.clear();
}

void DiscoveredEndpoints::make_room() {
  if (entries_.size() < kEntriesMax) return;
  std::erase_if(entries_, [](auto const& entry) { return entry.second.waiting.empty(); });
}

}  // namespace treadle::integrations::aws_sdk
