// The routing configuration of an alias.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "treadle/api/action.h"
#include "treadle/base/arn.h"

namespace treadle::api {

struct AliasRoutes {
  std::string machine_arn;  // of the one machine whose versions they are
  std::vector<runtime::AliasRoute> routes;
};

// The routes of a request: one or two different versions of one machine whose weights give 100.
// InvalidArn, or ValidationException with the reason INVALID_ROUTING_CONFIGURATION.
[[nodiscard]] auto read_routes(json::Value list) -> std::expected<AliasRoutes, ApiError>;

// ResourceNotFound for a route to a version that is not there.
[[nodiscard]] auto check_versions(Services const& services, runtime::Machine const& machine,
                                  std::vector<runtime::AliasRoute> const& routes)
    -> std::optional<ApiError>;

// As JSON.
[[nodiscard]] auto routes_json(runtime::Machine const& machine,
                               std::vector<runtime::AliasRoute> const& routes) -> std::string;

// The alias that an ARN names, and its machine; ResourceNotFound, InvalidArn, ValidationException
// (the ARN of a version).
struct FoundAlias {
  runtime::Machine machine;
  runtime::MachineAlias alias;
};
[[nodiscard]] auto find_alias(Services const& services, std::string_view text)
    -> std::expected<FoundAlias, ApiError>;

}  // namespace treadle::api
