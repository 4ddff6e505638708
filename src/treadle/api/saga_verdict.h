// What the checker of sagas says of state machines on the server: when they are made or changed, for those with the
// tag `treadle:saga`, and whenever somebody asks.
#pragma once

#include <expected>
#include <optional>
#include <vector>

#include "treadle/api/http_api.h"
#include "treadle/saga/check.h"

namespace treadle::api {

// Checks a definition by the roles that its Comments and the tag tell, with bounds that an event loop can bear.
// ValidationException for a tag that says what it can't say, or that names states which are not there.
[[nodiscard]] auto saga_report(asl::DefinitionPtr const& definition,
                               std::vector<runtime::Tag> const& tags)
    -> std::expected<saga::CheckReport, ApiError>;

// Refuses a machine whose tag is wrong, and one that its tag wants verified and that is not: InvalidDefinition. What is
// let through with a counterexample is logged. Machines without the tag are not looked at.
[[nodiscard]] auto refuse_saga(asl::DefinitionPtr const& definition,
                               std::vector<runtime::Tag> const& tags) -> std::optional<ApiError>;

// GET /v1/state-machines/NAME/saga: the report of the machine as it is now; as JSON, or as text with ?format=text. For
// callers who may call everything.
[[nodiscard]] auto saga_service(Services const& services) -> OtherService;

}  // namespace treadle::api
