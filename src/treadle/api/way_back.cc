#include "treadle/api/way_back.h"

#include <utility>

#include "treadle/api/saga_verdict.h"
#include "treadle/base/error_names.h"
#include "treadle/base/log.h"
#include "treadle/saga/way_back.h"

namespace treadle::api {
namespace {

constexpr std::string_view kCause = "The execution that waits for this one goes back.";

// Whether another try may be answered otherwise.
auto may_pass(runtime::Refusal const& refusal) -> bool {
  return refusal.code == "ThrottlingException" || refusal.code == "ServiceUnavailable" ||
         refusal.code == "InternalFailure";
}

}  // namespace

auto way_back_of(runtime::Catalog const& catalog, EntityId machine, std::string_view machine_arn,
                 asl::DefinitionPtr const& definition) -> std::shared_ptr<asl::WayBack const> {
  auto const found = catalog.find_machine(machine_arn);
  bool const is_there = found && *found && (*found)->id == machine;
  auto const roles =
      saga_roles(definition, is_there ? (*found)->tags : std::vector<runtime::Tag>());
  auto way = roles ? saga::find_way_back(definition, *roles)
                   : Result<asl::WayBack, std::string>(std::unexpected(roles.error().message));
  if (way) return std::make_shared<asl::WayBack const>(std::move(*way));
  log(LogLevel::kWarning, "what a saga's states undo can't be told",
      {{"stateMachine", std::string(machine_arn)}, {"cause", way.error()}});
  return nullptr;
}

void ask_to_compensate(runtime::Router& router, std::string execution_arn,
                       std::move_only_function<void(bool)> done) {
  auto told = [&router, arn = execution_arn,
               done = std::move(done)](runtime::Answer<runtime::Compensating> answer) mutable {
    if (answer) return done(true);
    auto const& refusal = answer.error();
    if (refusal.code == "StateMachineNotSaga")
      return router.stop_execution(arn, std::string(errors::kCompensate), std::string(kCause),
                                   [done = std::move(done)](auto stopped) mutable {
                                     done(stopped || !may_pass(stopped.error()));
                                   });
    log(LogLevel::kInfo, "a nested execution does not compensate, and is waited for",
        {{"execution", arn}, {"cause", refusal.message}});
    done(!may_pass(refusal));
  };
  router.compensate_execution(std::move(execution_arn), std::string(kCause), std::move(told));
}

}  // namespace treadle::api
