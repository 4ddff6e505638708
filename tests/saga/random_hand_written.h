// Random state machines as people write them by hand: steps, compensations that fit or do not, catchers that forget
// something, Parallels, loops. Choices ask $random().
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "treadle/base/random.h"
#include "treadle/saga/roles.h"

namespace treadle::saga::testing {

class RandomHandWritten {
 public:
  explicit RandomHandWritten(SeededRandom& random) : random_(random) {}

  auto make() -> std::string {
    std::vector<std::string> names;
    for (auto i = 2 + pick(4); i > 0; --i) names.push_back(fmt::format("S{}", names.size()));
    names.emplace_back("Bad");
    std::vector<State> states;
    for (std::uint64_t i = 0; i + 1 < names.size(); ++i) add_state(names, i, states);
    states.push_back(
        {.name = "Bad", .body = R"("Type":"Fail","Error":"Bad")", .to = {}, .tasks = {}});
    return "{" + region(names.front(), states, tasks_) + "}";
  }

  // Which of the tasks undo which; a compensation does not stand beside what it undoes.
  auto make_roles() -> Roles {
    Roles roles;
    std::vector<std::string> steps;
    for (auto const& task : tasks_) {
      auto const kind = pick(10);
      if (kind < 5 || steps.empty())
        steps.push_back(task);
      else if (kind < 9)
        roles.undos.push_back({task, some_of(steps, task)});
      else
        roles.read_only.push_back(task);
    }
    std::erase_if(roles.undos, [](Roles::Undo const& undo) { return undo.steps.empty(); });
    for (auto const& undo : roles.undos)
      if (pick(8) == 0) roles.operators.push_back(undo.state);
    if (steps.empty()) return roles;
    if (pick(8) == 0) roles.ignore_ambiguity.push_back(steps[pick(steps.size())]);
    if (pick(8) == 0) roles.answers_for_key.push_back(steps[pick(steps.size())]);
    return roles;
  }

 private:
  struct State {
    std::string name;
    std::string body;
    std::vector<std::string> to;     // where it may lead
    std::vector<std::string> tasks;  // it, or those inside of it
  };

  // What can be reached of the states; adds their tasks.
  static auto region(std::string const& start, std::vector<State> const& states,
                     std::vector<std::string>& tasks) -> std::string {
    std::vector<std::string> reached = {start};
    std::vector<std::string> parts;
    for (std::size_t i = 0; i < reached.size(); ++i)
      for (auto const& state : states) {
        if (state.name != reached[i]) continue;
        for (auto const& name : state.to)
          if (std::ranges::find(reached, name) == reached.end()) reached.push_back(name);
      }
    for (auto const& state : states) {
      if (std::ranges::find(reached, state.name) == reached.end()) continue;
      parts.push_back(fmt::format(R"("{}":{{{}}})", state.name, state.body));
      tasks.insert(tasks.end(), state.tasks.begin(), state.tasks.end());
    }
    return fmt::format(R"("StartAt":"{}","States":{{{}}})", start, fmt::join(parts, ","));
  }

  auto pick(std::uint64_t n) -> std::uint64_t { return random_.next_u64() % n; }
  auto chance(std::uint64_t one_in) -> bool { return pick(one_in) == 0; }

  // "P1B0T" stands in branch 0 of Parallel 1: tasks of two branches of one Parallel do not undo each other.
  static auto beside(std::string const& a, std::string const& b) -> bool {
    return a[0] == 'P' && b[0] == 'P' && a.substr(0, a.find('B')) == b.substr(0, b.find('B')) &&
           a.substr(0, a.find('T')) != b.substr(0, b.find('T'));
  }

  auto some_of(std::vector<std::string> const& steps, std::string const& undo)
      -> std::vector<std::string> {
    std::vector<std::string> out;
    for (auto n = chance(6) ? 2 : 1; n > 0; --n) {
      auto const& step = steps[pick(steps.size())];
      if (!beside(step, undo) && std::ranges::find(out, step) == out.end()) out.push_back(step);
    }
    return out;
  }

  // The interpreter goes through states that do not wait at once, before the other branches do anything. Elsewhere they
  // take time. So a branch waits before each of them.
  void add_state(std::vector<std::string> const& names, std::uint64_t i,
                 std::vector<State>& states) {
    State out{.name = names[i], .body = {}, .to = {}, .tasks = {}};
    bool const in_branch = names[0] != "S0";
    auto const kind = pick(!in_branch ? 10 : i == 0 ? 6 : 8);
    if (kind < 6) {
      task(names, i, out);
    } else if (kind == 6) {
      out.body =
          (in_branch ? R"("Type":"Wait","Seconds":1,)" : R"("Type":"Pass",)") + go(names, i, out);
    } else if (kind == 7 && in_branch) {
      State choosing{.name = names[i] + "c", .body = {}, .to = {}, .tasks = {}};
      choice(names, i, choosing);
      out.to.push_back(choosing.name);
      out.body = fmt::format(R"("Type":"Wait","Seconds":1,"Next":"{}")", choosing.name);
      states.push_back(std::move(choosing));
    } else if (kind == 7) {
      choice(names, i, out);
    } else {
      parallel(names, i, out);
    }
    states.push_back(std::move(out));
  }

  // On to a later state mostly, or to the end.
  auto go(std::vector<std::string> const& names, std::uint64_t i, State& out) -> std::string {
    if (i + 2 >= names.size() || chance(8)) return R"("End":true)";
    out.to.push_back(names[i + 1]);
    return fmt::format(R"("Next":"{}")", names[i + 1]);
  }

  auto elsewhere(std::vector<std::string> const& names, std::uint64_t i, State& out)
      -> std::string {
    auto const to = chance(15) ? pick(names.size()) : i + 1 + pick(names.size() - i - 1);
    out.to.push_back(names[to]);
    return names[to];
  }

  void task(std::vector<std::string> const& names, std::uint64_t i, State& out) {
    out.tasks.push_back(names[i]);
    out.body = R"("Type":"Task","Resource":"arn:aws:lambda:us-east-1:123456789012:function:f",)";
    if (chance(6)) out.body += R"("TimeoutSeconds":60,"HeartbeatSeconds":5,)";
    if (chance(3)) out.body += assign(names);
    out.body += handlers(names, i, out) + go(names, i, out);
  }

  // One of two variables of the top level, which Choices ask for.
  auto assign(std::vector<std::string> const& names) -> std::string {
    if (names[0] != "S0") return "";
    return fmt::format(R"("Assign":{{"v{}":{}}},)", pick(2), chance(2) ? "true" : "false");
  }

  auto question(std::vector<std::string> const& names) -> std::string {
    if (names[0] != "S0" || chance(2))
      return R"("QueryLanguage":"JSONata","Choices":[{"Condition":"{% $random() < 0.5 %}",)";
    auto const variable = pick(2);
    if (chance(2))
      return fmt::format(R"("Choices":[{{"Variable":"$v{}","IsPresent":true,)", variable);
    return fmt::format(
        R"("Choices":[{{"And":[{{"Variable":"$v{0}","IsPresent":true}},{{"Variable":"$v{0}","BooleanEquals":true}}],)",
        variable);
  }

  auto error() -> std::string {
    constexpr const char* kNames[] = {"E1",
                                      "E2",
                                      "SlowTimeout",
                                      "States.Timeout",
                                      "States.TaskFailed",
                                      "States.HeartbeatTimeout",
                                      "Lambda.ServiceException"};
    return kNames[pick(std::size(kNames))];
  }

  auto handlers(std::vector<std::string> const& names, std::uint64_t i, State& state)
      -> std::string {
    std::string out;
    if (chance(3))
      out += fmt::format(
          R"("Retry":[{{"ErrorEquals":["{}"],"MaxAttempts":{},"IntervalSeconds":1{}}}],)",
          chance(2) ? "States.ALL" : error(),
          chance(6)   ? 0
          : chance(4) ? 99'999'999
                      : 1 + pick(2),
          chance(2) ? R"(,"MaxDelaySeconds":7200)" : "");
    if (chance(5)) return out;
    std::string catchers;
    if (chance(2))
      catchers = fmt::format(R"({{"ErrorEquals":["{}"],{}"Next":"{}"}})", error(),
                             chance(3) ? assign(names) : "", elsewhere(names, i, state));
    if (catchers.empty() || chance(2))
      catchers += fmt::format(R"({}{{"ErrorEquals":["States.ALL"],"Next":"{}"}})",
                              catchers.empty() ? "" : ",", elsewhere(names, i, state));
    return out + R"("Catch":[)" + catchers + "],";
  }

  void choice(std::vector<std::string> const& names, std::uint64_t i, State& out) {
    out.body = fmt::format(R"("Type":"Choice",{}"Next":"{}"}}])", question(names),
                           elsewhere(names, i, out));
    if (chance(4)) return;
    out.to.push_back(names[i + 1]);
    out.body += fmt::format(R"(,"Default":"{}")", names[i + 1]);
  }

  // The branches' last states are reached by catchers and Choices only: Succeed or Fail.
  void parallel(std::vector<std::string> const& names, std::uint64_t i, State& out) {
    auto const number = parallels_++;
    std::vector<std::string> branches;
    auto const count = 2 + pick(2);
    for (std::uint64_t b = 0; b < count; ++b) {
      std::vector<std::string> inner;
      for (auto left = 1 + pick(2); left > 0; --left)
        inner.push_back(fmt::format("P{}B{}T{}", number, b, inner.size()));
      inner.push_back(fmt::format("P{}B{}Tw", number, b));
      auto const last = fmt::format("P{}B{}Tx", number, b);
      std::vector<State> states;
      for (std::uint64_t n = 0; n + 1 < inner.size(); ++n) add_state(inner, n, states);
      states.push_back({.name = inner.back(),
                        .body = fmt::format(R"("Type":"Wait","Seconds":1,"Next":"{}")", last),
                        .to = {last},
                        .tasks = {}});
      states.push_back({.name = last,
                        .body = chance(3) ? R"("Type":"Succeed")" : R"("Type":"Fail","Error":"E1")",
                        .to = {},
                        .tasks = {}});
      branches.push_back("{" + region(inner.front(), states, out.tasks) + "}");
    }
    auto caught = handlers(names, i, out);
    if (auto const endless = caught.find("99999999"); endless != std::string::npos)
      caught.replace(endless, 8, "1");
    out.body = fmt::format(R"("Type":"Parallel","Branches":[{}],{}{})", fmt::join(branches, ","),
                           caught, go(names, i, out));
  }

  SeededRandom& random_;
  std::vector<std::string> tasks_;
  int parallels_ = 0;
};

}  // namespace treadle::saga::testing
