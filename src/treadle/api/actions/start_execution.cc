// StartExecution. Of a Standard machine it is idempotent by name while the execution runs with the
// same input; of an Express machine every call starts another execution.

#include "treadle/api/actions/actions.h"
#include "treadle/api/actions/machine_common.h"
#include "treadle/api/actions/start_common.h"
#include "treadle/api/arns.h"
#include "treadle/api/object_writer.h"

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
      [done = std::move(done)](runtime::Answer<runtime::Started> started) mutable {
        if (!started) return done(std::unexpected(to_api_error(started.error())));
        done(started_body(*started));
      });
}

auto standard_request(ActionCall& call, StartCall start) -> runtime::StartRequest {
  runtime::StartRequest request;
  request.named_by_caller = start.name.has_value();
  request.name = start.name ? std::string(*start.name) : new_uuid(call.services);
  request.execution_arn =
      execution_arn(start.scope, {.machine = start.machine.name, .execution = request.name});
  request.machine = std::move(start.machine);
  request.input = std::move(start.input);
  request.trace_header = std::move(start.trace_header);
  request.log = std::move(start.log);
  return request;
}

}  // namespace

void start_execution(ActionCall& call, OnResult done) {
  auto start = read_start(call);
  if (!start) return done(std::unexpected(start.error()));
  if (start->type == asl::MachineType::kExpress)
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
