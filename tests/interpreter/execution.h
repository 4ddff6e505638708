// An execution under test: a definition, a fake clock, and tasks that the test answers by hand.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "treadle/asl/parser.h"
#include "treadle/base/random.h"
#include "treadle/interpreter/decide.h"
#include "treadle/interpreter/effects.h"
#include "treadle/interpreter/project.h"
#include "treadle/json/print.h"

namespace treadle::interpreter {

class FixedTokens : public TokenMint {
 public:
  [[nodiscard]] auto token(HistoryId scheduled, std::uint32_t) const -> std::string override {
    return "token-" + std::to_string(scheduled);
  }
};

class Execution {
 public:
  explicit Execution(std::string_view definition_text, std::uint64_t seed = 1)
      : definition(asl::parse_definition(definition_text).definition),
        random(seed),
        payloads(arena) {}

  // Makes it a saga whose compensations are these states of the top level, and in which nothing undoes those.
  void goes_back(std::vector<std::string_view> const& by,
                 std::vector<std::string_view> const& not_undone = {}) {
    auto const& states = definition->states;
    way_back = asl::WayBack{
        .is_saga = true, .is_back = std::vector<bool>(states.size()), .not_undone = {}};
    way_back->not_undone.resize(states.size());
    for (std::uint32_t i = 0; i < states.size(); ++i) {
      way_back->is_back[i] = std::ranges::find(by, states[i].name) != by.end();
      if (std::ranges::find(not_undone, states[i].name) != not_undone.end())
        way_back->not_undone[i] = asl::StateIndex(i);
    }
  }

  auto start(std::string_view input = "{}", std::optional<std::uint64_t> deadline_seconds = {})
      -> record::Reply {
    return tell(record::StartExecution{
        .execution_arn = "arn:aws:states:us-east-1:123456789012:execution:m:e",
        .name = "e",
        .state_machine_arn = "arn:aws:states:us-east-1:123456789012:stateMachine:m",
        .state_machine_name = "m",
        .revision = "r",
        .role_arn = "arn:aws:iam::123456789012:role/r",
        .trace_header = {},
        .input = input,
        .deadline_seconds = deadline_seconds});
  }

  auto tell(record::Command const& command) -> record::Reply {
    World world{.now = now, .random = random, .tokens = tokens};
    world.history_events_max = history_events_max;
    if (way_back) world.way_back = &*way_back;
    return decide(state, *definition, command, world, payloads, events);
  }

  // The clock moves to the earliest timer, which fires. False if there is none.
  auto fire_next_timer() -> bool {
    auto const waiting = pending(state);
    if (waiting.timers.empty()) return false;
    auto const timer = waiting.timers.front();
    now = std::max(now, timer.due);
    tell(record::TimerDue{timer});
    return true;
  }

  // The Scheduled event of the only open task.
  [[nodiscard]] auto open_task() const -> HistoryId {
    for (auto const& s : state.scopes)
      if (s.task) return s.task->scheduled;
    return 0;
  }

  // "2<0 PassStateEntered" for each history event: id, previousEventId, type.
  [[nodiscard]] auto shape() const -> std::vector<std::string> {
    std::vector<std::string> out;
    for (auto const& e : events)
      if (auto const shown = project(e))
        out.push_back(std::to_string(shown->id) + "<" + std::to_string(shown->previous_id) + " " +
                      std::string(shown->type));
    return out;
  }

  [[nodiscard]] auto output() -> std::string { return std::string(payloads.text(state.output)); }

  json::Arena arena;
  asl::DefinitionPtr definition;
  SeededRandom random;
  FixedTokens tokens;
  record::PayloadTable payloads;
  ExecutionState state;
  std::vector<record::JournalEvent> events;
  Timestamp now{std::chrono::milliseconds(1'700'000'000'000)};
  std::uint32_t history_events_max = limits::kHistoryEvents;
  std::optional<asl::WayBack> way_back;
};

}  // namespace treadle::interpreter
