// Names that change their form between a model, a Resource and the SDK; private to the folder.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace treadle::integrations::aws_sdk {

// "putItem" and "PutItem" are "PutItem".
[[nodiscard]] auto upper_first(std::string_view text) -> std::string;

// A service id as a Resource writes it: "cloudwatchlogs" of "CloudWatch Logs".
[[nodiscard]] auto as_in_resources(std::string_view service_id) -> std::string;

// The name that takes the fewest insertions, deletions and exchanges of characters to become
// `wanted`; empty where even that would take more than a third of it.
[[nodiscard]] auto nearest_name(std::string_view wanted, std::span<std::string_view const> names)
    -> std::string_view;

}  // namespace treadle::integrations::aws_sdk
