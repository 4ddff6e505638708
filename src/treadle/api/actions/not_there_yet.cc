#include <fmt/format.h>

#include "treadle/api/actions/actions.h"
#include "treadle/api/arns.h"
#include "treadle/api/object_writer.h"
#include "treadle/api/parameters.h"

namespace treadle::api {

// The ARN that the request names, under whichever name, must be one; what it names can't exist yet.
void not_there_yet(ActionCall& call, OnResult done) {
  using enum StatesResource;
  constexpr std::string_view kNames[] = {"stateMachineArn", "stateMachineVersionArn",
                                         "stateMachineAliasArn", "executionArn", "mapRunArn"};
  for (auto const name : kNames) {
    auto const text = text_of(call.request, name);
    if (!text) continue;
    auto const arn = read_arn(*text, {kStateMachine, kQualifiedStateMachine, kExecution, kMapRun});
    if (!arn) return done(std::unexpected(arn.error()));
    if (arn->kind == kStateMachine)
      if (auto const machine = find_machine(call.services, *text); !machine)
        return done(std::unexpected(machine.error()));
    if (arn->kind == kExecution) {
      auto const execution = call.services.router.describe_execution(*text);
      if (!execution) return done(std::unexpected(to_api_error(execution.error())));
    }
    if (arn->kind == kQualifiedStateMachine || arn->kind == kMapRun)
      return done(std::unexpected(
          ApiError{"ResourceNotFound", "Request references a resource that does not exist."}));
  }
  done(std::unexpected(
      ApiError{"ValidationException", "This release of treadle does not support this operation."}));
}

}  // namespace treadle::api
