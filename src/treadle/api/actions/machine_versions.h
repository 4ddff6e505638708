// Versions and aliases of machines, as several actions need them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "treadle/api/action.h"
#include "treadle/api/actions/machine_change.h"
#include "treadle/base/arn.h"

namespace treadle::api {

// What an ARN of a machine, a version or an alias leads to.
struct Target {
  runtime::Machine machine;  // as the version has it, where one is named or drawn
  std::optional<runtime::MachineVersion> version = {};
  std::optional<runtime::MachineAlias> alias = {};

  [[nodiscard]] auto version_arn() const -> std::string;  // empty without a version
  [[nodiscard]] auto alias_arn() const -> std::string;    // empty without an alias
};

// Which version an alias of two leads to: one drawn by their weights, or the heavier one.
enum class Routing : std::uint8_t { kDrawn, kHeaviest };

// InvalidArn, ValidationException (a distributed Map's ARN), StateMachineDoesNotExist.
[[nodiscard]] auto find_target(Services& services, std::string_view text, Routing routing)
    -> std::expected<Target, ApiError>;

// The number of a version, nullopt for the name of an alias.
[[nodiscard]] auto version_number(std::string_view qualifier) -> std::optional<std::uint64_t>;

// The ARN of the machine that a qualified ARN belongs to.
[[nodiscard]] auto machine_arn_of(StatesArn const& arn) -> std::string;

[[nodiscard]] auto version_arn(runtime::Machine const& machine, std::uint64_t number)
    -> std::string;

// Makes the current revision of `*change.now` a version, unless one has it already; the number of
// that version. ServiceQuotaExceededException.
[[nodiscard]] auto publish(MachineChange& change, std::string_view description, Timestamp now)
    -> std::expected<std::uint64_t, ApiError>;

}  // namespace treadle::api
