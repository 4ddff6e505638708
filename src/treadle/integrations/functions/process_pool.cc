#include "treadle/integrations/functions/process_pool.h"

#include <algorithm>
#include <utility>

namespace treadle::integrations::functions {

void ProcessPool::run(Invocation invocation, OutcomeDone done) {
  assign(free_member(), {std::move(invocation), std::move(done)});
}

auto ProcessPool::free_member() -> Members::iterator {
  auto const found = std::ranges::find_if(
      members_, [](Member const& member) { return member.process->is_free(); });
  if (found == members_.end()) return add_member();
  members_.splice(members_.begin(), members_, found);
  return members_.begin();
}

auto ProcessPool::add_member() -> Members::iterator {
  members_.emplace_front();
  auto const member = members_.begin();
  member->process = RuntimeProcess::start(context_, function_, [this, member](auto untaken) {
    members_.erase(member);
    if (untaken) assign(free_member(), *std::move(untaken));
  });
  return member;
}

void ProcessPool::assign(Members::iterator member, PendingInvocation pending) {
  member->idle.cancel();
  member->process->run(std::move(pending.invocation),
                       [this, member, done = std::move(pending.done)](Outcome outcome) mutable {
                         member->idle = context_.loop().run_after(
                             context_.options.idle_time, [member] { member->process->kill(); });
                         done(std::move(outcome));
                       });
}

}  // namespace treadle::integrations::functions
