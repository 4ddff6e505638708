// TestState: runs one state and shows what it did with its data.

#include <utility>

#include "treadle/api/actions/actions.h"
#include "treadle/api/actions/state_test_answer.h"
#include "treadle/api/actions/state_test_request.h"
#include "treadle/api/arns.h"
#include "treadle/api/parameters.h"

namespace treadle::api {

void test_state(ActionCall& call, OnResult done) {
  auto& services = call.services;
  auto test = read_state_test({.random = services.random,
                               .region = services.region,
                               .account = services.account,
                               .response_models = services.response_models},
                              call.request);
  if (!test) return done(std::unexpected(test.error()));
  bool const inspect = text_of(call.request, "inspectionLevel").value_or("INFO") != "INFO";
  services.state_tests.run(std::move(test->tested),
                           [inspect, definition = test->definition, done = std::move(done)](
                               runtime::Answer<runtime::StateTests::Tested> answer) mutable {
                             if (!answer)
                               return done(std::unexpected(to_api_error(answer.error())));
                             done(state_test_answer(**answer, *definition, inspect));
                           });
}

}  // namespace treadle::api
