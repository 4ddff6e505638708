// Points in time as the AWS protocols write them; private to the folder.
// Source: Smithy 2.0, "timestampFormat trait"; RFC 9110, 5.6.7.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "treadle/base/time.h"
#include "treadle/integrations/aws_sdk/service_model.h"

namespace treadle::integrations::aws_sdk {

// What a parameter may be: RFC 3339 or a date alone; nullopt for anything else and for years beyond
// 1 to 9999.
[[nodiscard]] auto read_parameter_time(std::string_view text) -> std::optional<Timestamp>;

// Seconds since 1970 as a decimal number, cut to milliseconds.
[[nodiscard]] auto read_epoch_seconds(std::string_view text) -> std::optional<Timestamp>;

// What a service may answer, whatever its model says: ISO 8601, RFC 822 or seconds since 1970.
[[nodiscard]] auto read_answered_time(std::string_view text) -> std::optional<Timestamp>;

// `format` is not kDefault. Of kUnixTimestamp the text is a JSON number. Milliseconds are written
// where there are any, but for RFC 822, which has none.
[[nodiscard]] auto write_time(Timestamp time, TimestampFormat format) -> std::string;

}  // namespace treadle::integrations::aws_sdk
