// What a rule's target gets of an event: Input, InputPath, InputTransformer.
// Source: EventBridge User Guide, "Input transformation".
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "treadle/json/value.h"

namespace treadle::targets {

// `target` is an entry of PutTargets; `text` is the event's JSON.
[[nodiscard]] auto target_input(json::Value target, json::Value event, std::string_view text)
    -> std::string;
// The value at "$.detail.items[0].id"; nullptr where there is none.
[[nodiscard]] auto value_at(json::Value root, std::string_view path) -> json::Value const*;

}  // namespace treadle::targets
