// StartExecution. Of a Standard machine it is idempotent by name while the execution runs with the
// same input; of an Express machine every call starts another execution.

#include "treadle/api/actions/actions.h"
#include "treadle/api/actions/machine_common.h"
#include "treadle/api/actions/start_common.h"
#include "treadle/api/arns.h"
#include "treadle/api/object_writer.h"
#include "treadle/api/parameters.h"

namespace treadle::api {
namespace {

auto started_body(runtime::Started const& started) -> std::string {
  return ObjectWriter()
      .text("executionArn", started.execution_arn)
      .time("startDate", started.started_at)
      .take();
}

void start_express(ActionCall& call, StartCall start, OnResult done) {
  call.services.express.start_async(
      express_start(call.services.random, std::move(start)),
      // The request's arena lives until `done` returns.
      [input = text_of(call.request, "input").value_or("{}"),
       done = std::move(done)](runtime::Answer<runtime::Started> started) mutable {
        if (!started && started.error().code == "InvalidExecutionInput")
          return done(std::unexpected(invalid_input(input)));
        if (!started) return done(std::unexpected(to_api_error(started.error())));
        done(started_body(*started));
      });
}

auto standard_request(ActionCall& call, StartCall start) -> runtime::StartRequest {
  runtime::StartRequest request;
  request.named_by_caller = start.name.has_value();
  request.name = start.name ? std::string(*start.name) : new_uuid(call.services);
  auto const& plan = *start.plan;
  request.execution_arn =
      execution_arn(plan.scope(), {.machine = plan.machine.name, .execution = request.name});
  request.machine = plan.machine;
  request.input = std::move(start.input);
  request.trace_header = std::move(start.trace_header);
  request.log = plan.log;
  return request;
}

}  // namespace

void start_execution(ActionCall& call, OnResult done) {
  auto start = read_start(call, InputCheck::kHereIfStandard);
  if (!start) return done(std::unexpected(start.error()));
  if (start->plan->type == asl::MachineType::kExpress)
    return start_express(call, std::move(*start), std::move(done));
  auto request = standard_request(call, std::move(*start));
  auto const arn = request.execution_arn;
  call.services.router.start_execution(
      std::move(request),
      [&router = call.services.router, arn, wait = call.wait,
       done = std::move(done)](runtime::Answer<runtime::Started> started) mutable {
        if (!started) return done(std::unexpected(to_api_error(started.error())));
        auto body = started_body(*started);
        if (wait == Milliseconds{0}) return done(std::move(body));
        router.wait_for_end(arn, wait,
                            [body = std::move(body), done = std::move(done)](
                                runtime::Answer<bool>) mutable { done(std::move(body)); });
      });
}

}  // namespace treadle::api
