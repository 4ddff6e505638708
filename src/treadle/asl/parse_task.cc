#include <string>
#include <utility>

#include <fmt/format.h>

#include "treadle/asl/express_rules.h"
#include "treadle/asl/parsing.h"
#include "treadle/asl/required_parameters.h"
#include "treadle/asl/resource.h"
#include "treadle/asl/schema.h"
#include "treadle/asl/unsupported_headers.h"
#include "treadle/asl/values.h"
#include "treadle/base/limits.h"

namespace treadle::asl {
namespace {

constexpr Range kSecondsRange{1, static_cast<std::int64_t>(limits::kTimerSecondsMax)};

auto not_recognized(std::string_view resource) -> std::string {
  if (!resource.starts_with("arn:")) return "Value is not a valid resource ARN";
  return fmt::format(
      "The resource provided {} is not recognized. The value is not a valid resource ARN, or the "
      "resource "
      "is not available in this region.",
      resource);
}

auto read_resource(Parsing& parsing, Fields const& fields) -> ParsedResource {
  auto const text = fields.text("Resource");
  if (!text) return {};
  auto parsed = parse_resource(*text);
  auto const where = fields.at("Resource");
  bool const is_ours =
      parsed.verdict == ResourceVerdict::kLenient || parsed.verdict == ResourceVerdict::kExtension;
  if (parsed.verdict == ResourceVerdict::kRefused || (is_ours && parsing.options.strict_aws)) {
    parsing.report.error(where, not_recognized(*text));
  } else if (parsed.verdict == ResourceVerdict::kExtension) {
    parsing.report.warning(
        Code::kInvalidResource, where,
        fmt::format("{} is an extension of treadle's: AWS does not recognize it", *text));
  } else if (parsed.verdict == ResourceVerdict::kLenient) {
    parsing.report.warning(
        Code::kInvalidResource, where,
        fmt::format("AWS does not recognize the resource {}; treadle takes it as a call of the "
                    "service '{}'",
                    *text, parsed.resource.service));
  }
  return parsed;
}

// What Credentials hold is AWS's matter for the resources that AWS runs; the language itself does
// not say.
void check_credentials(Fields const& fields, ResourceVerdict verdict, Report& report) {
  auto const credentials = fields.object("Credentials");
  if (!credentials || verdict != ResourceVerdict::kSupported) return;
  if (credentials->has("RoleArn") || (fields.is_json_path() && credentials->has("RoleArn.$")))
    return;
  report.error(credentials->where(), missing_field_message("RoleArn"));
}

void check_heartbeat(Task const& task, Fields const& fields, Report& report) {
  auto const timeout = fields.integer("TimeoutSeconds");
  auto const heartbeat = task.heartbeat_seconds.literal;
  if (!heartbeat || !timeout || static_cast<std::int64_t>(*heartbeat) < *timeout) return;
  report.error(fields.at("HeartbeatSeconds"),
               "HeartbeatSeconds must be smaller than TimeoutSeconds");
}

}  // namespace

auto parse_task(Parsing& parsing, Scope const& scope, Fields const& fields) -> Task {
  auto& report = parsing.report;
  auto [resource, verdict] = read_resource(parsing, fields);
  if (verdict != ResourceVerdict::kRefused)
    check_express_task(scope.type, resource, fields, report);
  Task task;
  task.resource = std::move(resource);
  task.parameters = read_arguments(fields, report);
  task.result_selector = read_template(fields, "ResultSelector", report);
  task.result_path = read_result_path(fields, report);
  task.timeout_seconds = read_number_field(fields, "TimeoutSeconds", kSecondsRange, report);
  task.heartbeat_seconds = read_number_field(fields, "HeartbeatSeconds", kSecondsRange, report);
  check_heartbeat(task, fields, report);
  check_credentials(fields, verdict, report);
  if (verdict == ResourceVerdict::kSupported)
    check_required_parameters(task.resource, fields, report);
  check_headers(task.resource, fields, report);
  task.credentials = read_either_template(fields, "Credentials", report);
  return task;
}

}  // namespace treadle::asl
