#include "treadle/asl/jsonata_values.h"
#include "treadle/asl/parsing.h"
#include "treadle/asl/schema.h"
#include "treadle/asl/values.h"
#include "treadle/base/limits.h"
#include "treadle/base/time.h"

namespace treadle::asl {
namespace {

constexpr Range kSecondsRange{0, static_cast<std::int64_t>(limits::kTimerSecondsMax)};

auto read_timestamp(Fields const& fields, Report& report) -> std::optional<Timestamp> {
  auto const* value = fields.find("Timestamp");
  if (value == nullptr || !value->is_string()) return std::nullopt;
  if (!fields.is_json_path() && is_expression(*value)) return std::nullopt;
  auto const timestamp = parse_rfc3339(value->as_string());
  if (!timestamp) report.error(fields.at("Timestamp"), "String does not match RFC3339 timestamp");
  return timestamp;
}

}  // namespace

auto parse_wait(Parsing& parsing, Fields const& fields) -> Wait {
  auto& report = parsing.report;
  if (fields.is_json_path())
    check_exactly_one(fields, {"Seconds", "SecondsPath", "Timestamp", "TimestampPath"}, report);
  else
    check_exactly_one(fields, {"Seconds", "Timestamp"}, report);
  Wait wait;
  wait.seconds = {read_integer(fields, "Seconds", kSecondsRange, report),
                  read_reference_path(fields, "SecondsPath", report),
                  read_expression(fields, "Seconds", report)};
  wait.timestamp = read_timestamp(fields, report);
  wait.timestamp_path = read_reference_path(fields, "TimestampPath", report);
  wait.timestamp_expression = read_expression(fields, "Timestamp", report);
  return wait;
}

}  // namespace treadle::asl
