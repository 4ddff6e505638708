#include "treadle/api/actions/alias_routes.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "treadle/api/actions/machine_versions.h"
#include "treadle/api/arns.h"
#include "treadle/api/errors.h"
#include "treadle/api/object_writer.h"
#include "treadle/api/parameters.h"

namespace treadle::api {
namespace {

constexpr Parameter kRoute[] = {
    {"stateMachineVersionArn", ParameterType::kString, true, 1, 256},
    {"weight", ParameterType::kInteger, true, 0, 100},
};

template <typename Received>
auto bad_routing(std::string_view rule, std::vector<Received> const& received)
    -> std::unexpected<ApiError> {
  return std::unexpected(
      invalid_because("INVALID_ROUTING_CONFIGURATION",
                      fmt::format("{} Received: [{}]", rule, fmt::join(received, ", "))));
}

// The members of each route, each of its type and in its range.
auto check_forms(json::Value list) -> std::optional<ApiError> {
  for (std::size_t i = 0; i < list.size(); ++i) {
    auto const route = list.elements()[i];
    auto const name = fmt::format("routingConfiguration.{}.member", i + 1);
    if (!route.is_object())
      return ApiError{"SerializationException", name + " cannot be converted to START_OBJECT"};
    if (auto const bad = check_members(name + ".", kRoute, route)) return bad;
  }
  return std::nullopt;
}

}  // namespace

auto read_routes(json::Value list) -> std::expected<AliasRoutes, ApiError> {
  using enum StatesResource;
  if (auto const bad = check_forms(list)) return std::unexpected(*bad);
  std::vector<std::string_view> received;
  std::vector<std::uint32_t> weights;
  for (auto const& route : list.elements()) {
    received.push_back(*text_of(route, "stateMachineVersionArn"));
    weights.push_back(static_cast<std::uint32_t>(*number_of(route, "weight")));
  }
  AliasRoutes out;
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i < received.size(); ++i) {
    auto const arn = TRY(read_arn(received[i], {kStateMachine, kQualifiedStateMachine}));
    auto const number = version_number(arn.qualifier);
    if (!number)
      return bad_routing("Routing configuration must contain state machine version ARNs.",
                         received);
    auto const machine = machine_arn_of(arn);
    if (i == 0) out.machine_arn = machine;
    if (machine != out.machine_arn)
      return bad_routing("Routing configuration must contain versions of one state machine.",
                         received);
    out.routes.push_back({*number, weights[i]});
    sum += weights[i];
  }
  if (out.routes.size() == 2 && out.routes[0].version == out.routes[1].version)
    return bad_routing("Routing configuration must contain distinct state machine version ARNs.",
                       received);
  if (sum != 100)
    return bad_routing("Sum of routing configuration weights must equal 100.", weights);
  return out;
}

auto check_versions(Services const& services, runtime::Machine const& machine,
                    std::vector<runtime::AliasRoute> const& routes) -> std::optional<ApiError> {
  for (auto const& route : routes) {
    auto const there = services.catalog.find_version(machine, route.version);
    if (!there) return to_api_error(there.error());
    if (!*there) return resource_not_found(version_arn(machine, route.version));
  }
  return std::nullopt;
}

auto routes_json(runtime::Machine const& machine, std::vector<runtime::AliasRoute> const& routes)
    -> std::string {
  ListWriter list;
  for (auto const& route : routes)
    list.add(ObjectWriter()
                 .text("stateMachineVersionArn", version_arn(machine, route.version))
                 .number("weight", route.weight));
  return list.take();
}

auto find_alias(Services const& services, std::string_view text)
    -> std::expected<FoundAlias, ApiError> {
  auto const arn = TRY(read_arn(text, {StatesResource::kQualifiedStateMachine}));
  if (version_number(arn.qualifier))
    return std::unexpected(
        ApiError{"ValidationException",
                 fmt::format("The ARN must be that of a state machine alias. Received: {}", text)});
  auto machine = find_machine(services, machine_arn_of(arn));
  if (!machine && machine.error().code == "StateMachineDoesNotExist")
    return std::unexpected(resource_not_found(text));
  if (!machine) return std::unexpected(machine.error());
  auto alias = services.catalog.find_alias(*machine, arn.qualifier);
  if (!alias) return std::unexpected(to_api_error(alias.error()));
  if (!*alias) return std::unexpected(resource_not_found(text));
  return FoundAlias{std::move(*machine), std::move(**alias)};
}

}  // namespace treadle::api
