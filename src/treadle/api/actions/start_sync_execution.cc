// StartSyncExecution: runs an execution of an Express machine and answers with its end, however it
// ended. A client that goes away does not stop it.

#include <algorithm>

#include "treadle/api/actions/actions.h"
#include "treadle/api/actions/start_common.h"
#include "treadle/api/arns.h"
#include "treadle/api/object_writer.h"
#include "treadle/api/parameters.h"

namespace treadle::api {
namespace {

using runtime::ExecutionStatus;
using runtime::ExpressEnd;

constexpr std::string_view kIncluded = R"({"included":true})";

// What the answer repeats of the request.
struct Subject {
  std::string execution_arn;
  std::string machine_arn;
  std::string name;
  std::string input;
  std::string trace_header;
  bool with_data = true;
};

auto status_name(ExecutionStatus status) -> std::string_view {
  if (status == ExecutionStatus::kSucceeded) return "SUCCEEDED";
  return status == ExecutionStatus::kTimedOut ? "TIMED_OUT" : "FAILED";
}

// Source: Step Functions pricing: durations rounded up to 100 ms, memory to 64 MB.
auto billing(ExpressEnd const& end) -> std::string {
  constexpr std::uint64_t kStepMs = 100;
  constexpr std::uint64_t kStepMb = 64;
  constexpr std::uint64_t kMb = 1'048'576;
  auto const up = [](std::uint64_t value, std::uint64_t step) {
    return std::max<std::uint64_t>(1, (value + step - 1) / step);
  };
  auto const ms = static_cast<std::uint64_t>((end.stopped_at - end.started_at).count());
  return ObjectWriter()
      .number("billedMemoryUsedInMB", up(end.memory_bytes, kStepMb * kMb) * kStepMb)
      .number("billedDurationInMilliseconds", up(ms, kStepMs) * kStepMs)
      .take();
}

auto body_of(Subject const& subject, ExpressEnd const& end) -> std::string {
  ObjectWriter out;
  out.text("executionArn", subject.execution_arn)
      .text("stateMachineArn", subject.machine_arn)
      .text("name", subject.name)
      .time("startDate", end.started_at)
      .time("stopDate", end.stopped_at)
      .text("status", status_name(end.status))
      .text("error", end.error)
      .text("cause", end.cause);
  if (subject.with_data) {
    out.text("input", subject.input).raw("inputDetails", kIncluded);
    out.text("output", end.output).raw("outputDetails", kIncluded);
  }
  if (!subject.trace_header.empty()) out.text("traceHeader", subject.trace_header);
  return out.raw("billingDetails", billing(end)).take();
}

}  // namespace

void start_sync_execution(ActionCall& call, OnResult done) {
  auto checked = read_start(call, InputCheck::kWhereItRuns);
  if (!checked) return done(std::unexpected(checked.error()));
  if (checked->type != asl::MachineType::kExpress)
    return done(std::unexpected(type_not_supported()));
  auto start = express_start(call.services.random, std::move(*checked));
  Subject subject{.execution_arn = start.execution_arn,
                  .machine_arn = start.machine.arn,
                  .name = start.name,
                  .input = start.input,
                  .trace_header = start.trace_header,
                  .with_data = text_of(call.request, "includedData") != "METADATA_ONLY"};
  call.services.express.start_sync(
      std::move(start), [subject = std::move(subject),
                         done = std::move(done)](runtime::Answer<ExpressEnd> end) mutable {
        if (!end && end.error().code == "InvalidExecutionInput")
          return done(std::unexpected(invalid_input(subject.input)));
        if (!end) return done(std::unexpected(to_api_error(end.error())));
        done(body_of(subject, *end));
      });
}

}  // namespace treadle::api
