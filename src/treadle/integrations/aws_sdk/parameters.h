// The parameters of a call beside the model: whether they fit, and what their values are as text;
// private to the folder.
#pragma once

#include <string>
#include <vector>

#include "treadle/integrations/aws_sdk/service_model.h"
#include "treadle/json/value.h"

namespace treadle::integrations::aws_sdk {

// Deeper parameters are refused: nothing that reads them may need more stack than that.
inline constexpr std::size_t kParametersDepthMax = 200;

// The value that `object` gives a member, by the name that Step Functions shows or the model's own;
// nullptr without one, or where it is null.
[[nodiscard]] auto given(json::Value object, Member const& member) -> json::Value const*;

// All that keeps `parameters` from being sent, a sentence each; a hundred at most. What passes can
// be written in the service's protocol without further questions.
[[nodiscard]] auto check_parameters(ServiceModel const& service, Operation const& operation,
                                    json::Value parameters) -> std::vector<std::string>;

// The bytes of a blob: text as UTF-8, anything else as JSON.
[[nodiscard]] auto blob_bytes(json::Value value) -> std::string;

// A checked scalar as protocols without JSON write it: blobs base64, timestamps in the member's
// format, else in `format`.
[[nodiscard]] auto scalar_text(ServiceModel const& service, Member const& member, json::Value value,
                               TimestampFormat format) -> std::string;

// A checked timestamp in the member's format, else in `format`.
[[nodiscard]] auto timestamp_text(Member const& member, json::Value value, TimestampFormat format)
    -> std::string;

}  // namespace treadle::integrations::aws_sdk
