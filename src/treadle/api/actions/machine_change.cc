#include "treadle/api/actions/machine_change.h"

#include "treadle/api/arns.h"
#include "treadle/api/errors.h"

namespace treadle::api {
namespace {

constexpr int kAttempts = 100;

void attempt(Services& services, Decide decide, OnResult done, int attempts_left) {
  auto decision = decide();
  if (!decision) return done(std::unexpected(decision.error()));
  if (!decision->change) return done(std::move(decision->answer));
  auto const change = std::move(*decision->change);
  auto told = [&services, decide = std::move(decide), answer = std::move(decision->answer),
               done = std::move(done), attempts_left](runtime::Answer<bool> changed) mutable {
    if (!changed) return done(std::unexpected(to_api_error(changed.error())));
    if (*changed) return done(std::move(answer));
    if (attempts_left == 0)
      return done(std::unexpected(conflict("The state machine is being changed. Try again.")));
    attempt(services, std::move(decide), std::move(done), attempts_left - 1);
  };
  if (change.now)
    services.catalog.change_machine(change.before, *change.now, change.definition, std::move(told),
                                    change.qualifiers);
  else
    services.catalog.erase_machine(*change.before, std::move(told));
}

}  // namespace

void change_machine(Services& services, Decide decide, OnResult done) {
  attempt(services, std::move(decide), std::move(done), kAttempts);
}

auto begin_change(runtime::Machine const& machine) -> MachineChange {
  MachineChange change{.before = machine, .now = machine};
  ++change.now->changes;
  return change;
}

}  // namespace treadle::api
