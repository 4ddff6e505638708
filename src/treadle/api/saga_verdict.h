// What the checker of sagas says of state machines on the server: when they are made or changed, for those with the
// tag `treadle:saga`, and whenever somebody asks.
#pragma once

#include <expected>
#include <optional>
#include <vector>

#include "treadle/api/http_api.h"
#include "treadle/saga/check.h"

namespace treadle::api {

// The roles that the definition's Comments and the tag tell.
[[nodiscard]] auto saga_roles(asl::DefinitionPtr const& definition,
                              std::vector<runtime::Tag> const& tags)
    -> std::expected<saga::Roles, ApiError>;

// The tag's deadline; nullopt also where there is no tag, or one that can't be read.
[[nodiscard]] auto saga_deadline(std::vector<runtime::Tag> const& tags)
    -> std::optional<std::uint64_t>;

// Checks a definition by the roles that its Comments and the tag tell, with bounds that an event loop can bear.
// ValidationException for a tag that says what it can't say, or that names states which are not there.
[[nodiscard]] auto saga_report(asl::DefinitionPtr const& definition,
                               std::vector<runtime::Tag> const& tags)
    -> std::expected<saga::CheckReport, ApiError>;

// The verdict on a machine that has the tag, to be stored with it; nullopt of one without, which is not looked at.
// Refuses a tag that is wrong, and what the tag wants verified and is not: InvalidDefinition. What is let through with a
// counterexample is logged.
[[nodiscard]] auto judge_saga(asl::DefinitionPtr const& definition, runtime::Machine const& machine,
                              Timestamp now)
    -> std::expected<std::optional<runtime::SagaVerdict>, ApiError>;

// The same for a machine whose tags were changed, as what is to be stored or erased along with it. A definition that is
// not verified is then a ValidationException.
[[nodiscard]] auto judge_new_tags(Services& services, runtime::Machine const& before,
                                  runtime::Machine const& now)
    -> std::expected<runtime::QualifierChanges, ApiError>;

// What changes along with a machine whose definition or tags do, where `verdict` is on what it is then.
[[nodiscard]] auto verdict_change(std::optional<runtime::Machine> const& before,
                                  runtime::Machine const& now,
                                  std::optional<runtime::SagaVerdict> verdict)
    -> runtime::QualifierChanges;

// Whether a verdict was made under the tags that the machine has.
[[nodiscard]] auto is_of_tags(std::optional<runtime::SagaVerdict> const& verdict,
                              std::vector<runtime::Tag> const& tags) -> bool;

// GET /v1/state-machines/NAME/saga: the report on a machine, or a version or alias behind a colon; as JSON, or as text
// with ?format=text. The one that was stored, else one that is made now. For callers who may call everything.
[[nodiscard]] auto saga_service(Services const& services) -> OtherService;

}  // namespace treadle::api
