// nodejs and python functions: processes that are kept from one invocation to the next.
#pragma once

#include <list>
#include <memory>

#include "treadle/integrations/functions/function_runner.h"
#include "treadle/integrations/functions/runtime_process.h"

namespace treadle::integrations::functions {

class ProcessPool final : public FunctionRunner {
 public:
  // Both outlive the pool.
  ProcessPool(RunnerContext const& context, FunctionSpec const& function)
      : context_(context), function_(function) {}

  // By a process that is free, the one used last first, else by a new one.
  void run(Invocation invocation, OutcomeDone done) override;

 private:
  struct Member {
    std::shared_ptr<RuntimeProcess> process;
    net::Timer idle;
  };
  using Members = std::list<Member>;

  auto free_member() -> Members::iterator;
  auto add_member() -> Members::iterator;
  void assign(Members::iterator member, PendingInvocation pending);

  RunnerContext const& context_;
  FunctionSpec const& function_;
  Members members_;  // the one used last in front
};

}  // namespace treadle::integrations::functions
