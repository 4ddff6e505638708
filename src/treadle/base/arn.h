// Amazon Resource Names, and those of Step Functions taken apart.
// Source: IAM User Guide, "Amazon Resource Names"; Step Functions API reference.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "treadle/base/limits.h"

namespace treadle {

// arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE. Views into the text that it was parsed from.
struct Arn {
  std::string_view partition;  // "aws", "aws-cn", ...
  std::string_view service;
  std::string_view region;  // may be empty, as may the account: "arn:aws:states:::lambda:invoke"
  std::string_view account;
  std::string_view resource;  // with any ':' and '/' in it
};

// By its colons alone: partition, service and resource are not empty. nullopt for anything else.
[[nodiscard]] auto parse_arn(std::string_view text) -> std::optional<Arn>;
[[nodiscard]] auto to_string(Arn const& arn) -> std::string;

// Whether the parts have the form that AWS gives them: lower-case partition and service of letters,
// digits and '-', a region like "eu-central-1" or none, an account of 12 digits or none.
[[nodiscard]] auto is_well_formed(Arn const& arn) -> bool;

// Whether `name` may name a state machine, execution, activity or alias: 1 to kNameChars
// characters, no white space, control characters or any of <>{}[]?*"#%\^|~`$&,;:/ . Source: API
// reference, CreateStateMachine, StartExecution, "name".
[[nodiscard]] auto is_valid_resource_name(std::string_view name) -> bool;

// What an ARN of service "states" names.
enum class StatesResource : std::uint8_t {
  kStateMachine,           // stateMachine:NAME
  kQualifiedStateMachine,  // stateMachine:NAME:QUALIFIER (a version or an alias)
  kMapStateMachine,        // stateMachine:NAME/LABEL
  kExecution,              // execution:NAME:EXECUTION, execution:NAME/LABEL:EXECUTION
  kExpressExecution,       // express:NAME:EXECUTION:ID, express:NAME/LABEL:EXECUTION:ID
  kMapRun,                 // mapRun:NAME/LABEL:ID
  kActivity,               // activity:NAME
};

// Where resources are.
struct ArnScope {
  std::string_view partition = "aws";
  std::string_view region;
  std::string_view account;

  friend auto operator==(ArnScope const&, ArnScope const&) -> bool = default;
};

// Views into the text that it was parsed from. What the kind does not have is empty.
struct StatesArn {
  ArnScope scope;
  StatesResource kind = StatesResource::kStateMachine;
  std::string_view name;            // of the state machine or activity
  std::string_view label = {};      // of the distributed Map
  std::string_view qualifier = {};  // version number or alias
  std::string_view execution = {};
  std::string_view id = {};  // of the map run or Express execution

  friend auto operator==(StatesArn const&, StatesArn const&) -> bool = default;
};

// nullopt unless the text is an ARN of service "states" whose resource has one of the forms above,
// with no part empty. Checks neither characters nor lengths.
[[nodiscard]] auto parse_states_arn(std::string_view text) -> std::optional<StatesArn>;
[[nodiscard]] auto to_string(StatesArn const& arn) -> std::string;

// Whether AWS could have given this ARN out: well-formed, region and account present, every name
// valid, at most `chars_max` characters.
[[nodiscard]] auto is_valid_states_arn(std::string_view text,
                                       std::size_t chars_max = limits::kArnChars) -> bool;

[[nodiscard]] auto state_machine_arn(ArnScope const& scope, std::string_view name) -> std::string;
[[nodiscard]] auto qualified_arn(std::string_view state_machine_arn, std::string_view qualifier)
    -> std::string;

// The execution's state machine by name, or by "NAME/LABEL" inside a distributed Map.
struct ExecutionName {
  std::string_view machine;
  std::string_view execution;
};
[[nodiscard]] auto execution_arn(ArnScope const& scope, ExecutionName const& name) -> std::string;
[[nodiscard]] auto express_arn(ArnScope const& scope, ExecutionName const& name,
                               std::string_view id) -> std::string;

struct MapRunName {
  std::string_view machine;
  std::string_view label;
  std::string_view id;
};
[[nodiscard]] auto map_run_arn(ArnScope const& scope, MapRunName const& name) -> std::string;
[[nodiscard]] auto activity_arn(ArnScope const& scope, std::string_view name) -> std::string;

}  // namespace treadle
