// Changes to a machine with its versions and aliases: decided on what is read, and decided again
// where somebody else was first.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "treadle/api/action.h"

namespace treadle::api {

struct MachineChange {
  std::optional<runtime::Machine> before;  // nullopt: there is none
  std::optional<runtime::Machine> now;     // nullopt: it goes, with its versions and aliases
  asl::DefinitionPtr definition = {};      // of `now`, where it may be new
  runtime::QualifierChanges qualifiers = {};
};

struct Decision {
  std::string answer;                   // given once the change is durable
  std::optional<MachineChange> change;  // nullopt: nothing is to be done
};

// Reads, and decides; called again for each attempt, perhaps on the store's commit thread, so that
// it must be quick. What it captures must live until `done` is called, as the request does.
using Decide = std::function<std::expected<Decision, ApiError>()>;

// ConflictException after many attempts that others overtook.
void change_machine(Services& services, Decide decide, OnResult done);

// The change that makes whoever else decides on versions or aliases now read again.
[[nodiscard]] auto begin_change(runtime::Machine const& machine) -> MachineChange;

}  // namespace treadle::api
