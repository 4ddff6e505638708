#include "treadle/api/actions/machine_versions.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "treadle/api/arns.h"
#include "treadle/api/errors.h"
#include "treadle/base/limits.h"

namespace treadle::api {
namespace {

using runtime::AliasRoute;
using runtime::MachineVersion;

auto does_not_exist(std::string_view arn) -> std::unexpected<ApiError> {
  return std::unexpected(
      ApiError{"StateMachineDoesNotExist", fmt::format("State Machine Does Not Exist: '{}'", arn)});
}

// `machine` as it was when the version was published.
void wear(runtime::Machine& machine, MachineVersion const& version) {
  machine.description = version.description;
  machine.created_at = version.created_at;
  machine.updated_at = version.updated_at;
  machine.revision = version.revision;
  machine.revision_id = version.revision_id;
  machine.role_arn = version.role_arn;
  machine.logging_configuration = version.logging_configuration;
  machine.tracing_configuration = version.tracing_configuration;
  machine.encryption_configuration = version.encryption_configuration;
}

auto choose(Services& services, std::vector<AliasRoute> const& routes, Routing routing)
    -> std::uint64_t {
  if (routing == Routing::kHeaviest)
    return std::ranges::max_element(routes, {}, &AliasRoute::weight)->version;
  auto left = services.random.next_u64() % 100;
  for (auto const& route : routes) {
    if (left < route.weight) return route.version;
    left -= route.weight;
  }
  return routes.back().version;
}

}  // namespace

auto Target::version_arn() const -> std::string {
  return version ? api::version_arn(machine, version->number) : std::string();
}

auto Target::alias_arn() const -> std::string {
  return alias ? qualified_arn(machine.arn, alias->name) : std::string();
}

auto find_target(Services& services, std::string_view text, Routing routing)
    -> std::expected<Target, ApiError> {
  using enum StatesResource;
  auto const arn = TRY(read_arn(text, {kStateMachine, kQualifiedStateMachine}));
  if (arn.kind == kStateMachine) return Target{.machine = TRY(find_machine(services, text))};
  auto found = find_machine(services, machine_arn_of(arn));
  if (!found && found.error().code == "StateMachineDoesNotExist") return does_not_exist(text);
  if (!found) return std::unexpected(found.error());
  Target target{.machine = std::move(*found)};
  auto number = version_number(arn.qualifier);
  if (!number) {
    auto alias = services.catalog.find_alias(target.machine, arn.qualifier);
    if (!alias) return std::unexpected(to_api_error(alias.error()));
    if (!*alias) return does_not_exist(text);
    number = choose(services, (*alias)->routes, routing);
    target.alias = std::move(**alias);
  }
  auto version = services.catalog.find_version(target.machine, *number);
  if (!version) return std::unexpected(to_api_error(version.error()));
  if (!*version) return does_not_exist(text);
  target.version = std::move(**version);
  wear(target.machine, *target.version);
  return target;
}

auto version_number(std::string_view qualifier) -> std::optional<std::uint64_t> {
  std::uint64_t number = 0;
  auto const* const end = qualifier.data() + qualifier.size();
  auto const read = std::from_chars(qualifier.data(), end, number);
  if (read.ec != std::errc() || read.ptr != end || qualifier.starts_with('0')) return std::nullopt;
  return number;
}

auto machine_arn_of(StatesArn const& arn) -> std::string {
  return state_machine_arn(arn.scope, arn.name);
}

auto version_arn(runtime::Machine const& machine, std::uint64_t number) -> std::string {
  return qualified_arn(machine.arn, std::to_string(number));
}

auto publish(MachineChange& change, std::string_view description, Timestamp now)
    -> std::expected<std::uint64_t, ApiError> {
  auto& m = *change.now;
  if (m.published_version != 0) return m.published_version;
  if (m.version_count >= limits::kVersions)
    return std::unexpected(quota_exceeded(
        fmt::format("A state machine can have {} versions. Delete versions of {} that are no "
                    "longer used.",
                    limits::kVersions, m.arn)));
  m.published_version = ++m.last_version;
  ++m.version_count;
  change.qualifiers.put_version =
      MachineVersion{.number = m.published_version,
                     .description = std::string(description),
                     .created_at = now,
                     .revision = m.revision,
                     .revision_id = m.revision_id,
                     .role_arn = m.role_arn,
                     .updated_at = m.updated_at,
                     .logging_configuration = m.logging_configuration,
                     .tracing_configuration = m.tracing_configuration,
                     .encryption_configuration = m.encryption_configuration};
  return m.published_version;
}

}  // namespace treadle::api
