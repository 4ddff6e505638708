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

// What the answer repeats of the request, which it views: that lives until it is answered.
struct Subject {
  StartPlanPtr plan;
  std::optional<std::string_view> name;
  std::string_view input;
  std::string_view trace_header;
  bool with_data = true;
};

// Of an execution that was not given one: the id that its ARN ends in.
auto own_name(std::string_view execution_arn) -> std::string_view {
  return execution_arn.substr(execution_arn.rfind(':') + 1);
}

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
  constexpr std::size_t kMembers = 1'024;  // but for the data
  auto const output = end.output ? end.output->size() : 0;
  ObjectWriter out;
  if (subject.with_data) out.reserve(kMembers + 2 * (subject.input.size() + output));
  out.text("executionArn", end.execution_arn)
      .text("stateMachineArn", subject.plan->machine.arn)
      .text("name", subject.name.value_or(own_name(end.execution_arn)))
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
  if (checked->plan->type != asl::MachineType::kExpress)
    return done(std::unexpected(type_not_supported()));
  Subject subject{.plan = checked->plan,
                  .name = checked->name,
                  .input = text_of(call.request, "input").value_or("{}"),
                  .trace_header = text_of(call.request, "traceHeader").value_or(""),
                  .with_data = text_of(call.request, "includedData") != "METADATA_ONLY"};
  auto start = express_start(call.services.random, std::move(*checked));
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
