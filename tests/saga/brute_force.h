// Every way that an execution can go, on the interpreter itself: each outcome of each open task, in every order, each
// way of each Choice, with the whole ledger. Nothing here comes from the checker.
//
// A run is copied wherever it forks. A state that was seen before, with the same ledger, is not run again, so that loops
// end. A Choice of the machines asks $random(), which the forks answer both ways. A retry that waits is let go on at
// once; a retrier that never ends is believed to succeed after two retries.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "tests/saga/oracle_ledger.h"
#include "treadle/base/clock.h"
#include "treadle/interpreter/decide.h"
#include "treadle/interpreter/effects.h"
#include "treadle/json/arena.h"

namespace treadle::saga::testing {

// Draws low and high halves of [0, 1) as told; low once it was told no more.
class ScriptedRandom final : public Random {
 public:
  [[nodiscard]] auto next_u64() -> std::uint64_t override {
    auto const high = drawn_ < script_.size() && script_[drawn_];
    ++drawn_;
    return high ? ~std::uint64_t{0} : 0;
  }
  void start(std::vector<bool> script) {
    script_ = std::move(script);
    drawn_ = 0;
  }
  [[nodiscard]] auto drawn() const -> std::size_t { return drawn_; }

 private:
  std::vector<bool> script_;
  std::size_t drawn_ = 0;
};

class NoTokens final : public interpreter::TokenMint {
 public:
  [[nodiscard]] auto token(record::HistoryId, std::uint32_t) const -> std::string override {
    return "token";
  }
};

class BruteForce {
 public:
  // With a `way_back` each execution may be asked to compensate, once and wherever it stands.
  BruteForce(asl::Definition const& definition, Roles const& roles,
             asl::WayBack const* way_back = nullptr)
      : definition_(definition),
        oracle_(definition, roles),
        way_back_(way_back),
        payloads_(arena_) {}

  // The bad ends that some execution comes to, as "property step", with the length of the shortest way; nullopt if there
  // are too many ways.
  auto run(std::size_t states_max) -> std::optional<std::map<std::string, std::uint32_t>> {
    fork({}, record::StartExecution{.execution_arn = "arn:e",
                                    .name = "e",
                                    .state_machine_arn = "arn:m",
                                    .state_machine_name = "m",
                                    .revision = "r",
                                    .role_arn = "arn:r",
                                    .trace_header = {},
                                    .input = "{}"});
    while (!open_.empty()) {
      if (seen_.size() > states_max) return std::nullopt;
      auto const at = std::move(open_.begin()->second);
      open_.erase(open_.begin());
      if (seen_[key(at)] == at.ledger.length) go_on(at);
    }
    return oracle_.found();
  }
  [[nodiscard]] auto states() const -> std::size_t { return seen_.size(); }
  // Requests that were followed, and that were refused or changed nothing.
  [[nodiscard]] auto followed() const -> std::size_t { return followed_; }
  [[nodiscard]] auto left_alone() const -> std::size_t { return left_alone_; }

 private:
  struct At {
    interpreter::ExecutionState state;
    OracleLedger ledger;
    Timestamp now;
  };

  // Every way that `command` may take: those that Choices make of it.
  void fork(At const& from, record::Command const& command,
            std::optional<OracleOutcome> const& outcome = std::nullopt) {
    std::vector<std::vector<bool>> scripts = {{}};
    while (!scripts.empty()) {
      auto script = std::move(scripts.back());
      scripts.pop_back();
      random_.start(script);
      auto to = from;
      interpreter::World world{.now = to.now, .random = random_, .tokens = tokens_};
      world.way_back = way_back_;
      std::vector<record::JournalEvent> events;
      auto const reply =
          interpreter::decide(to.state, definition_, command, world, payloads_, events);
      if (std::holds_alternative<record::CompensateExecution>(command)) {
        ++(reply == record::Reply::kDone ? followed_ : left_alone_);
        if (reply != record::Reply::kDone) return;
      }
      EXPECT_EQ(reply, record::Reply::kDone);
      auto const told = script.size();
      script.resize(random_.drawn());
      for (auto i = told; i < script.size(); ++i) {
        auto other = std::vector<bool>(script.begin(), script.begin() + static_cast<long>(i));
        other.push_back(true);
        scripts.push_back(std::move(other));
      }
      oracle_.follow(to.ledger, outcome, events);
      if (to.state.is_over()) continue;
      auto const length = to.ledger.length;
      auto const [at, is_new] = seen_.try_emplace(key(to), length);
      if (!is_new && at->second <= length) continue;
      at->second = length;
      open_.emplace(length, std::move(to));
    }
  }

  void go_on(At const& at) {
    if (way_back_ != nullptr) compensate(at);
    if (at.state.yielded) return fork(at, record::Continue{});
    auto const timers = interpreter::pending(at.state).timers;
    auto const fire = [&](record::Timer const& timer) {
      auto later = at;
      later.now = std::max(later.now, timer.due);
      fork(later, record::TimerDue{timer});
    };
    for (auto const& timer : timers)
      if (timer.kind == record::TimerKind::kRetry) return fire(timer);
    for (auto const& timer : timers)
      if (timer.kind == record::TimerKind::kWait) fire(timer);
    for (auto const& scope : at.state.scopes)
      if (scope.task) answer(at, scope);
  }

  // A task that runs is cut off, and may have done its work; one that backs off has failed before.
  void compensate(At const& at) {
    auto const& top = at.state.scopes.front();
    std::optional<OracleOutcome> outcome;
    if (top.phase == interpreter::Phase::kTask)
      outcome = OracleOutcome{top.id, top.state, "States.Timeout"};
    else if (top.phase == interpreter::Phase::kBackoff)
      outcome = OracleOutcome{top.id, top.state, "E1"};
    fork(at, record::CompensateExecution{.cause = "asked"}, outcome);
  }

  void answer(At const& at, interpreter::Scope const& scope) {
    auto const id = scope.task->scheduled;
    bool const has_worker = scope.task->kind == asl::ResourceKind::kActivity;
    auto const succeed =
        has_worker ? record::Command(record::TokenSucceeded{.scheduled = id, .output = "{}"})
                   : record::Command(record::CallSucceeded{.scheduled = id, .output = "{}"});
    fork(at, succeed, OracleOutcome{scope.id, scope.state, {}});
    if (is_patient(scope)) return;
    // Of each kind one that handlers may name, and one that they never do.
    for (std::string_view const error : {"E1", "E2", "SlowTimeout", "Other", "States.Timeout",
                                         "Lambda.ServiceException", "Lambda.Unknown"}) {
      if (!oracle_.is_raised(scope.state, error)) continue;
      auto const fail =
          has_worker
              ? record::Command(record::TokenFailed{.scheduled = id, .error = error, .cause = ""})
              : record::Command(record::CallFailed{.scheduled = id,
                                                   .how = record::TaskFailure::kFailed,
                                                   .error = {std::string(error), ""}});
      fork(at, fail, OracleOutcome{scope.id, scope.state, error});
    }
    for (auto const& timer : interpreter::pending(at.state).timers)
      if (timer.kind == record::TimerKind::kHeartbeat && timer.history_id == id)
        fork(at, record::TimerDue{timer},
             OracleOutcome{scope.id, scope.state, "States.HeartbeatTimeout"});
  }

  // Whether a retrier that never ends has had its share of failures.
  [[nodiscard]] auto is_patient(interpreter::Scope const& scope) const -> bool {
    auto const& retriers = definition_.state(scope.state).retriers;
    for (std::size_t i = 0; i < scope.retries_done.size(); ++i)
      if (retriers[i].attempts_max > 1'000 && scope.retries_done[i] >= 2) return true;
    return false;
  }

  auto text_of(record::PayloadId id) -> std::string { return std::string(payloads_.text(id)); }

  [[nodiscard]] auto key(At const& at) -> std::string {
    std::string out;
    std::map<record::ScopeId, std::size_t> order;
    for (auto const& scope : at.state.scopes) {
      order.emplace(scope.id, order.size());
      out += std::to_string(scope.parent == record::ScopeId{} ? 0 : order[scope.parent]) + "/" +
             std::to_string(scope.index) + ":" + std::to_string(scope.state.value()) + "," +
             std::to_string(static_cast<int>(scope.phase));
      for (auto const done : scope.retries_done) out += "r" + std::to_string(done);
      out += at.ledger.visit_key(scope.id) + ";";
      for (auto const& variable : scope.variables) out += variable.name + text_of(variable.value);
    }
    out += "c" + std::to_string(static_cast<int>(at.state.compensation.stage));
    return out + at.ledger.key();
  }

  asl::Definition const& definition_;
  Oracle oracle_;
  asl::WayBack const* way_back_;
  std::size_t followed_ = 0;
  std::size_t left_alone_ = 0;
  json::Arena arena_;
  record::PayloadTable payloads_;
  ScriptedRandom random_;
  NoTokens tokens_;
  std::map<std::string, std::uint32_t> seen_;  // the shortest way to it
  std::multimap<std::uint32_t, At> open_;      // by that
};

}  // namespace treadle::saga::testing
