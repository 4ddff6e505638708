#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "treadle/saga/definition.h"

namespace treadle::saga {
namespace {

TEST(ReadSaga, ReadsEveryMember) {
  auto const saga = read_saga(R"(
name: order-saga
onCompensationFailure: park
park: arn:aws:states:us-east-1:123456789012:activity:operators
queryLanguage: JSONata
steps:
  - name: ReserveInventory
    execute: arn:aws:lambda:...:reserve-inventory
    compensate: release-inventory
    arguments: {sku: "{% $states.input.sku %}"}
    compensateArguments: {sku: x}
    timeoutSeconds: 60
    heartbeatSeconds: 5
    retry: {errors: [Busy, E1], intervalSeconds: 2, maxAttempts: 4, backoffRate: 1.5, maxDelaySeconds: 9, jitter: false}
    compensateRetry: {intervalSeconds: 3, maxAttempts: 7, backoffRate: 3, maxDelaySeconds: 30, jitter: false}
    onAmbiguous: ignore
  - name: Side
    parallel:
      - {name: A, execute: a, compensate: none}
      - {name: B, execute: b, compensate: c}
  - {name: Charge, execute: charge, pivot: true}
  - {name: Ship, execute: ship}
)",
                              "saga.yaml", {.region = "eu-west-1", .number = "000000000001"});
  ASSERT_TRUE(saga) << saga.error();
  EXPECT_EQ(saga->name, "order-saga");
  EXPECT_EQ(saga->on_compensation_failure, OnCompensationFailure::kPark);
  EXPECT_EQ(saga->park, "arn:aws:states:us-east-1:123456789012:activity:operators");
  EXPECT_EQ(saga->language, asl::QueryLanguage::kJsonata);
  ASSERT_EQ(saga->units.size(), 4U);
  auto const& step = saga->units[0].steps[0];
  EXPECT_EQ(step.execute, "arn:aws:lambda:eu-west-1:000000000001:function:reserve-inventory");
  EXPECT_EQ(step.compensate, "arn:aws:lambda:eu-west-1:000000000001:function:release-inventory");
  EXPECT_EQ(step.timeout_seconds, 60U);
  EXPECT_EQ(step.heartbeat_seconds, 5U);
  EXPECT_EQ(step.on_ambiguous, OnAmbiguous::kIgnore);
  ASSERT_EQ(step.retry.size(), 1U);
  EXPECT_EQ(step.retry[0].errors, (std::vector<std::string>{"Busy", "E1"}));
  EXPECT_EQ(step.retry[0].interval_seconds, 2U);
  EXPECT_EQ(step.retry[0].attempts_max, 4U);
  EXPECT_EQ(step.retry[0].backoff_rate, 1.5);
  EXPECT_EQ(step.retry[0].delay_seconds_max, 9U);
  EXPECT_FALSE(step.retry[0].has_jitter);
  EXPECT_EQ(step.compensate_retry.interval_seconds, 3U);
  EXPECT_EQ(step.compensate_retry.attempts_max, 7U);
  EXPECT_EQ(saga->units[1].group_name, "Side");
  EXPECT_TRUE(saga->units[1].steps[0].is_read_only);
  EXPECT_TRUE(saga->units[2].steps[0].is_pivot);
}

TEST(ReadSaga, TellsSagasFromDefinitions) {
  EXPECT_TRUE(looks_like_saga("const a = [{name: 'A'}]"));
  EXPECT_TRUE(looks_like_saga("steps: []"));
  EXPECT_FALSE(looks_like_saga(R"({"StartAt": "A", "States": {}})"));
  EXPECT_FALSE(looks_like_saga(R"({"StartAt": )"));
}

TEST(ReadSaga, RefusesWithPlaceAndFix) {
  struct Row {
    std::string_view name;
    std::string text;
    std::string error;
  };
  std::string const head = "steps:\n";
  Row const rows[] = {
      {"no steps", "name: a\n", "s.yaml:1:1: expected 'steps': a list of steps"},
      {"empty", "[]", "s.yaml:1:1: expected a list of at least one step"},
      {"unknown key", head + "  - {name: A, execute: a, undo: b}\n",
       "s.yaml:2:27: expected one of name, execute, compensate, arguments, compensateArguments, "
       "timeoutSeconds, heartbeatSeconds, retry, compensateRetry, pivot, onAmbiguous, comment, but "
       "not 'undo'"},
      {"no name", head + "  - {execute: a, compensate: b}\n",
       "s.yaml:2:5: expected 'name': what the step is called"},
      {"no execute", head + "  - {name: A, compensate: b}\n",
       "s.yaml:2:5: expected 'execute' in step 'A': the ARN of a function or another resource"},
      {"no compensate", head + "  - {name: A, execute: a}\n",
       "s.yaml:2:5: expected 'compensate' in step 'A': what undoes it, or 'compensate: none' if it "
       "leaves nothing to undo"},
      {"name twice",
       head +
           "  - {name: A, execute: a, compensate: b}\n  - {name: A, execute: a, compensate: b}\n",
       "s.yaml:3:12: expected the name 'A' only once"},
      {"odd name", head + "  - {name: \"A'B\", execute: a, compensate: b}\n",
       "s.yaml:2:12: expected a name of letters, digits, blanks and _ - . instead of 'A'B'"},
      {"own name", head + "  - {name: SagaFailed, execute: a, compensate: b}\n",
       "s.yaml:2:12: expected another name than 'SagaFailed', which the compiled saga uses itself"},
      {"long name", head + "  - {name: " + std::string(81, 'a') + ", execute: a, compensate: b}\n",
       "s.yaml:2:12: expected a name of at most 80 characters"},
      {"bad number", head + "  - {name: A, execute: a, compensate: b, timeoutSeconds: soon}\n",
       "s.yaml:2:58: expected a whole number from 1 to 99999999 as 'timeoutSeconds'"},
      {"heartbeat",
       head + "  - {name: A, execute: a, compensate: b, timeoutSeconds: 5, "
              "heartbeatSeconds: 5}\n",
       "s.yaml:2:79: expected fewer seconds as 'heartbeatSeconds' than as 'timeoutSeconds'"},
      {"two pivots",
       head + "  - {name: A, execute: a, pivot: true}\n  - {name: B, execute: a, pivot: true}\n",
       "s.yaml:3:5: expected only one pivot, but 'B' is a second"},
      {"pivot in a group", head + "  - parallel: [{name: A, execute: a, pivot: true}]\n",
       "s.yaml:2:16: expected no pivot in a group: make it a step of its own"},
      {"group in a group", head + "  - parallel: [{parallel: [{name: A, execute: a}]}]\n",
       "s.yaml:2:16: expected a step: a group can't stand in a group"},
      {"mode", "onCompensationFailure: stop\n" + head,
       "s.yaml:1:24: expected retry or park or fail as 'onCompensationFailure', but not 'stop'"},
      {"park without the mode", "park: a\n" + head,
       "s.yaml:1:7: expected the ARN of an activity, a function or a topic, or the URL of a queue "
       "as "
       "'park', but not 'a'"},
      {"endless with attempts",
       head + "  - {name: A, execute: a, compensate: b, compensateRetry: {maxAttempts: 3}}\n",
       "s.yaml:2:5: expected no 'maxAttempts' in 'compensateRetry' beside 'onCompensationFailure: "
       "retry', which never gives up"},
      {"endless and short",
       head + "  - {name: A, execute: a, compensate: b, compensateRetry: {maxDelaySeconds: 60}}\n",
       "s.yaml:2:5: expected at least 3600 as 'maxDelaySeconds' of 'compensateRetry': an execution "
       "has room for 25,000 events"},
      {"all before others",
       head + "  - {name: A, execute: a, compensate: b, retry: [{}, {errors: E}]}\n",
       "s.yaml:2:50: expected the rule for all errors to be the last one"},
      {"yaml", "steps: [\n", "s.yaml:2:1: end of sequence flow not found"},
      {"listing", "const a = [{name: b}]",
       "s.yaml:1:19: expected a literal, but not the name 'b': nothing of a listing is computed"},
  };
  for (auto const& row : rows) {
    SCOPED_TRACE(row.name);
    auto const saga = read_saga(row.text, "s.yaml");
    ASSERT_FALSE(saga);
    EXPECT_EQ(saga.error(), row.error);
  }
}

}  // namespace
}  // namespace treadle::saga
