// Tests of single states on one node: what a mock does not answer is called as an execution calls
// it, and waits are waited for. Nothing is written.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include "treadle/base/random.h"
#include "treadle/integrations/connector.h"
#include "treadle/interpreter/state_test.h"
#include "treadle/net/event_loop.h"
#include "treadle/runtime/express_runner.h"
#include "treadle/runtime/router.h"

namespace treadle::runtime {

class StateTests {
 public:
  using Tested = std::unique_ptr<interpreter::StateTest>;

  // All arguments outlive it, but for `seed`.
  StateTests(net::EventLoops& loops, ExpressParts parts, Random& seed);
  StateTests(StateTests const&) = delete;
  auto operator=(StateTests const&) -> StateTests& = delete;
  ~StateTests();  // after the loops were stopped

  // Answers once the state has been left, at most limits::kStateTestSeconds later, or with
  // ThrottlingException where too many wait already. The test has ended; whoever gets it owns it.
  // Any thread; runs on the calling thread where that is a loop's.
  void run(interpreter::TestedState tested, OnAnswer<Tested> done);

 private:
  class Runner;  // of one loop

  ExpressParts const parts_;
  std::vector<std::unique_ptr<Runner>> runners_;
};

}  // namespace treadle::runtime
