// What the actions on state machines share.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "treadle/api/action.h"
#include "treadle/api/object_writer.h"
#include "treadle/asl/parser.h"

namespace treadle::api {

// What a request says of them; empty where it says nothing. As JSON text with the defaults filled
// in.
struct MachineSettings {
  std::string logging;
  std::string tracing;
  std::string encryption;
};

// InvalidLoggingConfiguration, InvalidTracingConfiguration,
// InvalidEncryptionConfiguration or ValidationException for what can't be; else the
// settings as JSON text, empty where the request has none.
[[nodiscard]] auto read_settings(json::Value request) -> std::expected<MachineSettings, ApiError>;

// Whether two machines are set up alike; a setting that was never given is the default.
[[nodiscard]] auto same_settings(runtime::Machine const& a, runtime::Machine const& b) -> bool;

// InvalidArn unless it may name a role.
[[nodiscard]] auto check_role(std::string_view arn) -> std::optional<ApiError>;

// ValidationException for a version's description without `publish`.
[[nodiscard]] auto check_publish(json::Value request) -> std::optional<ApiError>;

// The compiled definition, or InvalidDefinition with AWS's text.
[[nodiscard]] auto compile(std::string_view definition, asl::MachineType type)
    -> std::expected<asl::DefinitionPtr, ApiError>;

// TooManyTags, ValidationException; or the tags. `current` are those that stay.
[[nodiscard]] auto read_tags(json::Value const* tags, std::vector<runtime::Tag> current)
    -> std::expected<std::vector<runtime::Tag>, ApiError>;

enum class IncludedData : std::uint8_t { kAll, kMetadata };
[[nodiscard]] auto included_data(json::Value request) -> IncludedData;

// Adds the definition ("{}" with METADATA_ONLY, as the API reference says) and the variables that
// its states refer to.
void add_definition(ObjectWriter& out, asl::Definition const& definition, IncludedData included);

// Adds loggingConfiguration, tracingConfiguration, encryptionConfiguration and revisionId.
void add_settings(ObjectWriter& out, runtime::Machine const& machine);

[[nodiscard]] auto type_name(asl::MachineType type) -> std::string_view;

// A fresh UUID.
[[nodiscard]] auto new_uuid(Services& services) -> std::string;

}  // namespace treadle::api
