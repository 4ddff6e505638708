// What the actions on state machines share.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "treadle/api/action.h"
#include "treadle/asl/parser.h"

namespace treadle::api {

struct MachineSettings {
  std::string logging;
  std::string tracing;
  std::string encryption;
};

// InvalidLoggingConfiguration, InvalidTracingConfiguration,
// InvalidEncryptionConfiguration or ValidationException for what can't be; else the
// settings as JSON text, empty where the request has none.
[[nodiscard]] auto read_settings(json::Value request) -> std::expected<MachineSettings, ApiError>;

// ValidationException for `publish`, which is not supported yet, and for a
// version's description without it.
[[nodiscard]] auto check_publish(json::Value request) -> std::optional<ApiError>;

// The compiled definition, or InvalidDefinition with AWS's text.
[[nodiscard]] auto compile(std::string_view definition, asl::MachineType type)
    -> std::expected<asl::DefinitionPtr, ApiError>;

// TooManyTags, ValidationException; or the tags. `current` are those that stay.
[[nodiscard]] auto read_tags(json::Value const* tags, std::vector<runtime::Tag> current)
    -> std::expected<std::vector<runtime::Tag>, ApiError>;

// The body of DescribeStateMachine.
enum class IncludedData : std::uint8_t { kAll, kMetadata };
[[nodiscard]] auto describe_machine(runtime::Machine const& machine, std::string_view definition,
                                    IncludedData included) -> std::string;

[[nodiscard]] auto type_name(asl::MachineType type) -> std::string_view;

// A fresh UUID.
[[nodiscard]] auto new_uuid(Services& services) -> std::string;

}  // namespace treadle::api
