// Random state machines, for the property tests: every state type, nested, with
// retriers, catchers and time-outs.
#pragma once

#include <map>
#include <string>

#include <fmt/format.h>

#include "treadle/base/random.h"

namespace treadle::interpreter {

class RandomMachine {
 public:
  explicit RandomMachine(SeededRandom& random) : random_(random) {}

  auto make() -> std::string {
    auto const timeout =
        chance(5) ? fmt::format("\"TimeoutSeconds\":{},", 5 + pick(60)) : std::string();
    if (!timeout.empty()) ++seen["execution time-out"];
    return "{" + timeout + region(0) + "}";
  }

  std::map<std::string, int> seen;  // how often each feature was put into a machine

 private:
  auto pick(std::uint64_t n) -> std::uint64_t { return random_.next_u64() % n; }
  auto chance(std::uint64_t one_in) -> bool { return pick(one_in) == 0; }

  // "StartAt":...,"States":{...}: a chain in which each state goes on to the next,
  // and some also elsewhere.
  auto region(int depth) -> std::string {
    auto const count = 1 + pick(depth == 0 ? 4 : 3);
    auto const base = names_;
    names_ += count + 1;
    std::string states;
    for (std::uint64_t i = 0; i < count; ++i)
      states += state(depth, base + i, base + i + 1, base) + ",";
    // The last but one asks whether an error was caught, and fails if so.
    auto const last = base + count;
    ++seen["Succeed"];
    ++seen["Fail"];
    return fmt::format(
        R"("StartAt":"S{}","States":{{{}"S{}":{{"Type":"Choice","Choices":[{{"Variable":"$.e","IsPresent":true,"Next":"F{}"}}],)"
        R"("Default":"E{}"}},"F{}":{{"Type":"Fail","Error":"E1","Cause":"c"}},"E{}":{{"Type":"Succeed"}}}})",
        base, states, last, last, last, last, last);
  }

  auto state(int depth, std::uint64_t self, std::uint64_t next, std::uint64_t first)
      -> std::string {
    auto const kind = pick(depth < 3 ? 8 : 5);
    auto const go = fmt::format(R"("Next":"S{}")", next);
    switch (kind) {
      case 0: return named(self, "Pass", pass(depth, go));
      case 1:
        return named(self, "Wait", fmt::format(R"("Type":"Wait","Seconds":{},{})", pick(30), go));
      case 2: return named(self, "Choice", choice(next, first));
      case 3:
      case 4: return named(self, "Task", task(go, next));
      case 5: return named(self, "Parallel", parallel(depth, go, next));
      case 6: return named(self, "Map", map(depth, go, next));
      default: return named(self, "Task", task(go, next));
    }
  }

  auto named(std::uint64_t self, std::string const& type, std::string const& body) -> std::string {
    ++seen[type];
    return fmt::format(R"("S{}":{{{}}})", self, body);
  }

  auto pass(int depth, std::string const& go) -> std::string {
    std::string out = R"("Type":"Pass",)";
    if (chance(3)) out += R"("Result":{"list":[1,2,3],"v":1},"ResultPath":"$.r",)";
    if (chance(4)) {
      ++seen["Assign"];
      // No inner scope may assign what an outer one does.
      auto const* const value = chance(10) ? "States.ArrayGetItem(States.Array(1), 5)" : "$";
      out += fmt::format(R"("Assign":{{"x{0}.$":"{1}","y{0}":1}},)", depth, value);
    }
    if (chance(25)) out += R"("InputPath":"$.missing",)";
    return out + go;
  }

  auto choice(std::uint64_t next, std::uint64_t first) -> std::string {
    auto const back = chance(20) ? first : next;
    if (back == first) ++seen["loop"];
    return fmt::format(
        R"("Type":"Choice","Choices":[{{"Variable":"$.v","IsPresent":true,"Next":"S{}"}}],"Default":"S{}")",
        next, back);
  }

  auto task(std::string const& go, std::uint64_t next) -> std::string {
    auto const kind = pick(5);
    std::string out = R"("Type":"Task",)";
    if (kind == 0) {
      ++seen["activity"];
      out += R"("Resource":"arn:aws:states:us-east-1:123456789012:activity:a",)";
    } else if (kind == 1) {
      ++seen["token"];
      out +=
          R"("Resource":"arn:aws:states:::lambda:invoke.waitForTaskToken","Parameters":{"FunctionName":"f","Payload":{"t.$":"$$.Task.Token"}},)";
    } else if (kind == 2 && chance(2)) {
      ++seen["nested"];
      out +=
          R"("Resource":"arn:aws:states:::states:startExecution.sync","Parameters":{"StateMachineArn":"arn:aws:states:us-east-1:123456789012:stateMachine:n"},)";
    } else if (kind == 2) {
      ++seen["job"];
      out +=
          R"("Resource":"arn:aws:states:::batch:submitJob.sync","Parameters":{"JobName":"j","JobQueue":"q","JobDefinition":"d"},)";
    } else {
      out += R"("Resource":"arn:aws:lambda:us-east-1:123456789012:function:f",)";
      // Fails before anything is scheduled, with an error that a Retrier may take.
      if (chance(15)) {
        ++seen["bad expression"];
        out += R"-("Parameters":{"x.$":"States.ArrayGetItem(States.Array(1), 5)"},)-";
      }
    }
    if (chance(2)) {
      ++seen["time-out"];
      out += fmt::format(R"("TimeoutSeconds":{},)", 20 + pick(40));
      if (chance(2)) {
        ++seen["heartbeat"];
        out += fmt::format(R"("HeartbeatSeconds":{},)", 5 + pick(10));
      }
    }
    return out + R"("ResultPath":"$.t",)" + errors(next) + go;
  }

  auto errors(std::uint64_t next) -> std::string {
    std::string out;
    if (chance(2)) {
      ++seen["Retry"];
      out += fmt::format(
          R"("Retry":[{{"ErrorEquals":["{}"],"IntervalSeconds":{},"MaxAttempts":{},"JitterStrategy":"{}"}}],)",
          chance(2) ? "States.ALL" : "E1", 1 + pick(5), pick(3), chance(2) ? "FULL" : "NONE");
    }
    if (chance(2)) {
      ++seen["Catch"];
      out += fmt::format(R"("Catch":[{{"ErrorEquals":["{}"],"ResultPath":"$.e","Next":"S{}"}}],)",
                         chance(2) ? "States.ALL" : "E2", next);
    }
    return out;
  }

  auto parallel(int depth, std::string const& go, std::uint64_t next) -> std::string {
    std::string branches;
    for (auto i = 1 + pick(3); i > 0; --i)
      branches += (branches.empty() ? "{" : ",{") + region(depth + 1) + "}";
    return R"("Type":"Parallel","ResultPath":"$.p","Branches":[)" + branches + "]," + errors(next) +
           go;
  }

  auto map(int depth, std::string const& go, std::uint64_t next) -> std::string {
    return fmt::format(
               R"("Type":"Map","ItemsPath":"$$.Execution.Input.items","ResultPath":"$.m","MaxConcurrency":{},)",
               pick(4)) +
           R"("ItemSelector":{"i.$":"$$.Map.Item.Value"},"ItemProcessor":{)" + region(depth + 1) +
           "}," + errors(next) + go;
  }

  SeededRandom& random_;
  std::uint64_t names_ = 0;
};

}  // namespace treadle::interpreter
