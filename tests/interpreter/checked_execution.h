// An execution that is checked after every command: what was decided can be decided again, read back and replayed, and its
// rows are what the state waits for.
#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "tests/interpreter/execution.h"
#include "tests/support/state_text.h"
#include "treadle/interpreter/apply.h"
#include "treadle/interpreter/can_apply.h"
#include "treadle/interpreter/state_codec.h"
#include "treadle/record/codec.h"

namespace treadle::interpreter {

// The rows written so far, command by command.
class FoldedRows {
 public:
  void add(record::JournalEvent const& event) {
    RowChanges changes;
    index(event, changes);
    for (auto const& row : changes.timers) change(rows_.timers, row.timer, row.put);
    for (auto const& row : changes.outbox)
      change(rows_.outbox, std::pair(row.history_id, row.kind), row.put);
    for (auto const& row : changes.tokens) change(rows_.tokens, row.scheduled, row.put);
  }
  [[nodiscard]] auto rows() const -> Pending const& { return rows_; }

 private:
  template <typename T>
  void change(std::vector<T>& rows, T const& row, bool put) {
    auto const at = std::ranges::lower_bound(rows, row);
    bool const there = at != rows.end() && *at == row;
    if (put && !there) rows.insert(at, row);
    if (!put && there) rows.erase(at);
  }
  Pending rows_;
};

// A history event as text, every field of it.
inline auto history_text(record::HistoryEvent const& e) -> std::string {
  auto out = fmt::format("{}<{} {} {} {}", e.id, e.previous_id,
                         e.timestamp.time_since_epoch().count(), e.type, e.details_name);
  for (auto const& field : e.details) {
    out += fmt::format(" {}=", field.name);
    if (auto const* text = std::get_if<std::string_view>(&field.value)) out += *text;
    if (auto const* number = std::get_if<std::uint64_t>(&field.value))
      out += std::to_string(*number);
    if (auto const* id = std::get_if<record::PayloadId>(&field.value))
      out += fmt::format("#{}", id->value());
    if (auto const* made = std::get_if<std::span<record::Assignment const>>(&field.value))
      for (auto const& a : *made) out += fmt::format("{}#{},", a.name, a.value.value());
  }
  return out;
}

class CheckedExecution {
 public:
  CheckedExecution(std::string_view definition, std::uint64_t seed) : live_(definition, seed) {}

  [[nodiscard]] auto live() -> Execution& { return live_; }
  [[nodiscard]] auto state() const -> ExecutionState const& { return live_.state; }

  auto tell(record::Command const& command) -> record::Reply {
    auto const before = state_text(live_.state);
    auto const events_before = live_.events.size();
    ExecutionState state = live_.state;
    SeededRandom random = live_.random;
    record::PayloadTable payloads = live_.payloads;

    auto const reply = live_.tell(command);
    auto const events = std::span(live_.events).subspan(events_before);
    EXPECT_EQ(reply == record::Reply::kDone, !events.empty());
    EXPECT_TRUE(reply == record::Reply::kDone || state_text(live_.state) == before);
    check_decided_again(command, reply, events, {state, random, payloads});
    check_replay(events);
    return reply;
  }

  // The process dies: what goes on is what the rows give back.
  void kill() { live_.state = replayed_; }

  // What must hold once it has ended.
  void check_ended() const {
    EXPECT_TRUE(state().is_over());
    EXPECT_TRUE(state().scopes.empty());
    EXPECT_EQ(pending_text(rows_.rows()), pending_text({}));
    EXPECT_EQ(shown_, state().last_history_id);
    EXPECT_EQ(endings_, 1);
    auto at = live_.events.rbegin();
    while (std::holds_alternative<record::JobStopped>(at->fact)) ++at;  // may come later
    auto const& last = at->fact;
    EXPECT_TRUE(std::holds_alternative<record::ExecutionSucceeded>(last) ||
                std::holds_alternative<record::ExecutionEnded>(last));
  }

 private:
  struct Before {
    ExecutionState& state;
    SeededRandom& random;
    record::PayloadTable& payloads;
  };

  // The same command on the same state, with the same draws, gives the same events and payloads.
  void check_decided_again(record::Command const& command, record::Reply reply,
                           std::span<record::JournalEvent const> events, Before before) {
    World world{.now = live_.now, .random = before.random, .tokens = live_.tokens};
    world.history_events_max = live_.history_events_max;
    if (live_.way_back) world.way_back = &*live_.way_back;
    std::vector<record::JournalEvent> again;
    EXPECT_EQ(decide(before.state, *live_.definition, command, world, before.payloads, again),
              reply);
    EXPECT_EQ(record::encode(again), record::encode(events));
    EXPECT_EQ(before.payloads.next(), live_.payloads.next());
  }

  // One row a command, as the engine writes it: read back, it gives the same state, rows and history.
  void check_replay(std::span<record::JournalEvent const> events) {
    auto const row = record::encode(events);
    std::vector<record::JournalEvent> decoded;
    auto const ok = record::decode(row, scratch_, decoded);
    ASSERT_TRUE(ok) << ok.error();
    ASSERT_EQ(decoded.size(), events.size());
    for (std::size_t i = 0; i < decoded.size(); ++i) {
      ASSERT_TRUE(can_apply(replayed_, decoded[i])) << "event " << decoded[i].first_history_id;
      apply(replayed_, decoded[i]);
      rows_.add(decoded[i]);
      check_history(decoded[i], events[i]);
    }
    EXPECT_EQ(state_text(replayed_), state_text(live_.state));
    replayed_ = decode_state(encode_state(live_.state)).value();
    EXPECT_EQ(state_text(replayed_), state_text(live_.state)) << "as a snapshot";
    EXPECT_EQ(pending_text(pending(live_.state)), pending_text(rows_.rows()));
    scratch_.reset();
  }

  void check_history(record::JournalEvent const& decoded, record::JournalEvent const& event) {
    auto const shown = project(decoded);
    auto const live = project(event);
    ASSERT_EQ(shown.has_value(), live.has_value());
    EXPECT_GE(event.timestamp, at_);
    at_ = event.timestamp;
    if (!shown) return;
    EXPECT_EQ(history_text(*shown), history_text(*live));
    EXPECT_EQ(shown->id, ++shown_);
    EXPECT_LT(shown->previous_id, shown->id);
    EXPECT_EQ(shown->type == "ExecutionStarted", shown_ == 1);
    if (shown->type.starts_with("Execution") && shown_ != 1)
      endings_ = shown->type == "ExecutionRedriven" ? 0 : endings_ + 1;
  }

  Execution live_;
  ExecutionState replayed_;
  FoldedRows rows_;
  json::Arena scratch_;
  HistoryId shown_ = 0;
  Timestamp at_{};
  int endings_ = 0;
};

}  // namespace treadle::interpreter
