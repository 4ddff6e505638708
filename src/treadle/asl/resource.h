// What a Task's Resource asks for.
// Source: Step Functions Developer Guide, "Integrating services"; Amazon States Language, "Task
// State".
#pragma once

#include <cstdint>
#include <string_view>

#include "treadle/asl/model.h"

namespace treadle::asl {

enum class ResourceVerdict : std::uint8_t {
  kSupported,  // AWS takes it
  kLenient,    // an ARN that AWS refuses and treadle tries to run: "arn:aws:states:::s3:putObject"
  kExtension,  // treadle's own: "arn:aws:states:::treadle:approval.waitForTaskToken"
  kRefused,    // no ARN, or an action or pattern that the service does not have
};

struct ParsedResource {
  Resource resource;  // `text` alone is set when refused
  ResourceVerdict verdict = ResourceVerdict::kRefused;
};

// Takes an ARN of any partition apart. Whether the function or activity exists is not asked.
[[nodiscard]] auto parse_resource(std::string_view text) -> ParsedResource;

// As a definition spells it: "", ".sync", ".sync:2", ".waitForTaskToken".
[[nodiscard]] auto pattern_suffix(Pattern pattern) -> std::string_view;

}  // namespace treadle::asl
