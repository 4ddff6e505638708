#include "treadle/api/execution_json.h"

#include <iterator>

namespace treadle::api {
namespace {

constexpr std::string_view kStatusNames[] = {"RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT",
                                             "ABORTED"};
constexpr std::string_view kIncluded = R"({"included":true})";

}  // namespace

auto read_status(std::string_view name) -> std::optional<runtime::ExecutionStatus> {
  for (std::size_t i = 0; i < std::size(kStatusNames); ++i)
    if (name == kStatusNames[i]) return static_cast<runtime::ExecutionStatus>(i);
  return std::nullopt;
}

void add_summary(ObjectWriter& out, runtime::ExecutionSummary const& s) {
  out.text("executionArn", s.execution_arn)
      .text("stateMachineArn", s.state_machine_arn)
      .text("name", s.name);
  if (!s.version_arn.empty()) out.text("stateMachineVersionArn", s.version_arn);
  if (!s.alias_arn.empty()) out.text("stateMachineAliasArn", s.alias_arn);
  out.text("status", kStatusNames[static_cast<std::size_t>(s.status)])
      .time("startDate", s.started_at);
  if (s.stopped_at) out.time("stopDate", *s.stopped_at);
}

void add_description(ObjectWriter& out, runtime::ExecutionDescription const& d,
                     ExecutionData data) {
  bool const with_data = data == ExecutionData::kIncluded;
  add_summary(out, d.summary);
  if (with_data) out.text("input", d.input).raw("inputDetails", kIncluded);
  if (with_data && d.output) out.text("output", d.output).raw("outputDetails", kIncluded);
  if (!d.summary.trace_header.empty()) out.text("traceHeader", d.summary.trace_header);
  out.text("error", d.error).text("cause", d.cause);
}

}  // namespace treadle::api
