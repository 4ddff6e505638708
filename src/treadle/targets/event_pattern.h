// Patterns of EventBridge's rules, and of SNS's filter policies, which are a part of them.
// Source: EventBridge User Guide, "Comparison operators for use in event patterns"; SNS Developer
// Guide, "Filter policies". Pure; time is linear in pattern times event.
#pragma once

#include <optional>
#include <string>

#include "treadle/json/value.h"

namespace treadle::targets {

// What is wrong with a pattern; nullopt if it may be used.
[[nodiscard]] auto check_pattern(json::Value pattern) -> std::optional<std::string>;

// `pattern` has passed check_pattern().
[[nodiscard]] auto matches_pattern(json::Value pattern, json::Value event) -> bool;

}  // namespace treadle::targets
