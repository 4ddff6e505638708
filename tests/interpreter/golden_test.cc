// Golden journals: the walks of docs/walkthroughs.md, event by event, with a hash of the state
// after each and the bytes of the journal. A file that differs means that histories, rows or
// states of released journals would change.
//
// TREADLE_UPDATE_GOLDEN=1 writes the files anew (make golden); review them as code.

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "tests/interpreter/execution.h"
#include "tests/support/state_text.h"
#include "treadle/base/hmac.h"
#include "treadle/interpreter/apply.h"
#include "treadle/record/codec.h"

namespace treadle::interpreter {
namespace {

// One walk: a machine, and what happens to an execution of it.
struct Walk {
  char const* name;
  char const* definition;
  char const* input;
  void (*happen)(Execution& e);
  std::vector<std::string_view> way_back = {};
  std::optional<std::uint64_t> deadline_seconds = {};
};

void nothing(Execution&) {}

Walk const kWalks[] = {
    {"parallel_one_branch_fails",
     R"({"StartAt":"L","States":{"L":{"Type":"Parallel","End":true,"Catch":[{"ErrorEquals":["Boom"],"ResultPath":"$.error","Next":"C"}],
      "Branches":[{"StartAt":"T","States":{"T":{"Type":"Task","Resource":"arn:aws:lambda:us-east-1:123456789012:function:f","TimeoutSeconds":60,"End":true}}},
      {"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":5,"Next":"F"},"F":{"Type":"Fail","Error":"Boom","Cause":"why"}}}]},
      "C":{"Type":"Pass","End":true}}})",
     R"({"order":1})", [](Execution& e) { e.fire_next_timer(); }},
    {"token_before_the_call_returns",
     R"({"StartAt":"T","States":{"T":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke.waitForTaskToken","HeartbeatSeconds":30,
      "TimeoutSeconds":60,"Parameters":{"FunctionName":"f","Payload":{"token.$":"$$.Task.Token"}},"End":true}}})",
     "{}",
     [](Execution& e) {
       e.tell(record::TokenSucceeded{.scheduled = 3, .output = R"({"approved":true})"});
       e.tell(record::CallSucceeded{.scheduled = 3, .output = "{}"});
     }},
    {"choice_loop_without_a_wait",
     R"({"StartAt":"A","States":{"A":{"Type":"Pass","Next":"C"},"C":{"Type":"Choice","Choices":[{"Variable":"$.never","IsPresent":true,"Next":"S"}],
      "Default":"A"},"S":{"Type":"Succeed"}}})",
     "{}",
     [](Execution& e) {
       while (e.state.yielded) e.tell(record::Continue{});
     }},
    {"map_with_retry",
     R"({"StartAt":"M","States":{"M":{"Type":"Map","ItemsPath":"$.items","MaxConcurrency":2,"Retry":[{"ErrorEquals":["E"],"MaxAttempts":1}],"End":true,
      "ItemProcessor":{"StartAt":"T","States":{"T":{"Type":"Task","Resource":"arn:aws:lambda:us-east-1:123456789012:function:f","End":true}}}}}})",
     R"({"items":[1,2,3]})",
     [](Execution& e) {
       e.tell(record::CallFailed{.scheduled = e.open_task(), .error = {"E", "first"}});
       e.fire_next_timer();
       while (e.open_task() != 0)
         e.tell(record::CallSucceeded{.scheduled = e.open_task(), .output = "7"});
     }},
    {"task_retried_and_caught",
     R"({"StartAt":"T","States":{"T":{"Type":"Task","Resource":"arn:aws:lambda:us-east-1:123456789012:function:f",
      "Retry":[{"ErrorEquals":["Slow"],"IntervalSeconds":5,"MaxAttempts":1}],"Catch":[{"ErrorEquals":["States.ALL"],"Assign":{"why.$":"$.Error"},"Next":"C"}],
      "End":true},"C":{"Type":"Pass","Parameters":{"was.$":"$why"},"End":true}}})",
     "{}",
     [](Execution& e) {
       for (int i = 0; i < 2; ++i) {
         e.tell(record::CallFailed{.scheduled = e.open_task(), .error = {"Slow", "too slow"}});
         e.fire_next_timer();
       }
     }},
    {"activity",
     R"({"StartAt":"T","States":{"T":{"Type":"Task","Resource":"arn:aws:states:us-east-1:123456789012:activity:a","End":true}}})",
     "{}",
     [](Execution& e) {
       e.tell(record::ActivityTaken{.scheduled = 3, .worker = "w-1"});
       e.tell(record::TokenFailed{.scheduled = 3, .error = "Refused", .cause = "no"});
     }},
    {"stopped_while_waiting",
     R"({"StartAt":"W","TimeoutSeconds":90,"States":{"W":{"Type":"Wait","Seconds":60,"End":true}}})",
     "[1, 2]", [](Execution& e) { e.tell(record::StopExecution{.error = "Enough", .cause = {}}); }},
    {"variables_and_choice",
     R"({"StartAt":"A","States":{"A":{"Type":"Pass","Assign":{"x":42},"Next":"C"},"C":{"Type":"Choice","Choices":[{"Variable":"$x","NumericEquals":42,
      "Assign":{"y.$":"$x"},"Next":"S"}],"Default":"A"},"S":{"Type":"Succeed"}}})",
     "{}", nothing},
    {"compensated",
     R"({"StartAt":"T","States":{"T":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke.waitForTaskToken","TimeoutSeconds":60,
      "Parameters":{"FunctionName":"f","Payload":{"token.$":"$$.Task.Token"}},"Retry":[{"ErrorEquals":["States.ALL"]}],
      "Catch":[{"ErrorEquals":["States.ALL"],"Next":"U"}],"End":true},
      "U":{"Type":"Task","Resource":"arn:aws:lambda:us-east-1:123456789012:function:u","Next":"F"},"F":{"Type":"Fail","Error":"Undone"}}})",
     "{}",
     [](Execution& e) {
       e.tell(record::CompensateExecution{.cause = "enough"});
       e.tell(record::CallSucceeded{.scheduled = e.open_task(), .output = "1"});
     },
     {"U", "F"}},
    {"compensated_child_first",
     R"({"StartAt":"N","States":{"N":{"Type":"Task","Resource":"arn:aws:states:::states:startExecution.sync","Parameters":{"StateMachineArn":"m"},
      "Catch":[{"ErrorEquals":["States.ALL"],"Next":"F"}],"End":true},"F":{"Type":"Fail","Error":"Undone"}}})",
     "{}",
     [](Execution& e) {
       e.tell(record::CallSucceeded{.scheduled = 3, .output = R"({"ExecutionArn":"c"})"});
       e.tell(record::CompensateExecution{.cause = "enough"});
       e.tell(record::JobFailed{.scheduled = 3, .error = {"States.TaskFailed", "undone"}});
     },
     {"F"}},
    {"deadline_in_a_wait",
     R"({"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":60,"Next":"T"},"T":{"Type":"Task","Resource":"arn:aws:lambda:us-east-1:123456789012:function:f",
      "Catch":[{"ErrorEquals":["States.ALL"],"Next":"F"}],"End":true},"F":{"Type":"Fail","Error":"Undone"}}})",
     "{}",
     [](Execution& e) { e.fire_next_timer(); },
     {"F"},
     20},
};

// Of a long journal the beginning and the end; its bytes as a hash.
auto dump(Execution const& e) -> std::string {
  constexpr std::size_t kShown = 30;
  std::string out;
  ExecutionState state;
  for (std::size_t i = 0; i < e.events.size(); ++i) {
    auto const& event = e.events[i];
    apply(state, event);
    if (e.events.size() > 10 * kShown && i >= kShown && i + kShown < e.events.size()) continue;
    auto const shown = project(event);
    auto const what = shown ? fmt::format("{}<{} {}", shown->id, shown->previous_id, shown->type)
                            : fmt::format("fact {}", event.fact.index());
    auto const hash = to_hex(sha256(state_text(state))).substr(0, 16);
    out += fmt::format("{} {}\n", hash, what);
  }
  auto const bytes = record::encode(e.events);
  return out + fmt::format("bytes {} {}\n", bytes.size(),
                           bytes.size() > 4'096 ? to_hex(sha256(bytes)) : to_hex(bytes));
}

TEST(Golden, Journals) {
  bool const update = std::getenv("TREADLE_UPDATE_GOLDEN") != nullptr;
  for (auto const& walk : kWalks) {
    SCOPED_TRACE(walk.name);
    Execution e(walk.definition);
    ASSERT_TRUE(e.definition);
    if (!walk.way_back.empty()) e.goes_back(walk.way_back);
    e.start(walk.input, walk.deadline_seconds);
    walk.happen(e);
    EXPECT_TRUE(e.state.is_over());
    auto const path = std::filesystem::path(TREADLE_SOURCE_DIR) / "tests/golden/journals" /
                      (std::string(walk.name) + ".txt");
    if (update) {
      std::ofstream(path) << dump(e);
      continue;
    }
    std::ifstream in(path);
    ASSERT_TRUE(in.is_open()) << path;
    EXPECT_EQ(std::string(std::istreambuf_iterator<char>(in), {}), dump(e));
  }
}

}  // namespace
}  // namespace treadle::interpreter
