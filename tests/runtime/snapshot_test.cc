// Snapshots of long executions: where loading begins, and that nothing depends on them.
#include "treadle/runtime/snapshot.h"

#include <algorithm>

#include "tests/runtime/machines.h"
#include "tests/runtime/test_node.h"
#include "tests/support/state_text.h"
#include "treadle/interpreter/state_codec.h"
#include "treadle/runtime/live_execution.h"

namespace treadle::runtime::test {
namespace {

using interpreter::state_text;

auto const kRows = EngineOptions{}.snapshot_rows;

// One function a turn, a journal row each, until it says so; every turn keeps the first payload.
auto long_machine() -> std::string {
  return R"({"StartAt":"T","States":{"T":{"Type":"Task",)"
         R"("Resource":"arn:aws:lambda:us-east-1:123456789012:function:f","ResultPath":"$.go",)"
         R"("Next":"C"},"C":{"Type":"Choice","Choices":[)"
         R"({"Variable":"$.go","BooleanEquals":true,"Next":"T"}],"Default":"E"},)"
         R"("E":{"Type":"Succeed"}}})";
}

class Snapshots : public EngineSuite {
 protected:
  void SetUp() override {
    ASSERT_EQ(outcome(node.start(node.machine(long_machine()), "e", R"({"first":"payload"})")),
              "ok");
  }
  void turn(std::string_view result = "true") {
    ASSERT_EQ(node.connector.open().size(), 1U);
    node.connector.succeed(0, std::string(result));
    node.settle();
  }
  void turns(int count) {
    for (int i = 0; i < count && !HasFatalFailure(); ++i) turn();
  }
  auto place() -> Place {
    return *read_place(*store::test::get(node.store(), Table::kName, arn_of("e")));
  }
  auto snapshot() -> std::optional<std::string> {
    return store::test::get(node.store(), Table::kSnapshot, place_key(place()));
  }
  void put_snapshot(std::optional<std::string_view> row) {
    store::Batch batch;
    if (row)
      batch.put(Table::kSnapshot, place_key(place()), *row);
    else
      batch.erase(Table::kSnapshot, place_key(place()));
    ASSERT_EQ(store::test::commit(node.store().behind(), std::move(batch)),
              store::CommitOutcome::kCommitted);
  }
  // What loading makes of the rows.
  auto loaded() -> std::string {
    json::Arena arena;
    auto const live =
        LiveExecution::load(node.store(), node.engine().definitions(), place(), arena);
    if (!live) return live.error();
    return fmt::format("{}next row {}\n", state_text((*live)->state), (*live)->next_row());
  }
  // Takes the call that waits to its end; the first payload is still found.
  void finish() {
    turn("false");
    EXPECT_EQ(node.output("e"), R"({"first":"payload","go":false})");
    EXPECT_EQ(node.rows_in(Table::kOutbox), 0U);
  }
};

TEST_P(Snapshots, are_not_made_of_short_executions) {
  turns(static_cast<int>(kRows) - 2);
  EXPECT_EQ(node.rows_in(Table::kSnapshot), 0U);
  finish();
  EXPECT_EQ(node.rows_in(Table::kSnapshot), 1U) << "the row that made it long";
}

TEST_P(Snapshots, give_the_state_that_the_journal_gives) {
  for (int i = 0; i < 6; ++i) {
    turns(99);
    auto const with = loaded();
    auto const row = snapshot();
    EXPECT_EQ(row.has_value(), i >= 2) << i;
    put_snapshot({});
    EXPECT_EQ(loaded(), with);
    if (row) put_snapshot(*row);
  }
  auto const read = read_snapshot(*snapshot());
  ASSERT_TRUE(read);
  EXPECT_EQ(read->last.row + 1, 2 * kRows) << "the last one replaces the one before";
  finish();
}

TEST_P(Snapshots, bring_a_long_execution_back) {
  turns(600);
  node.restart();
  ASSERT_EQ(node.connector.open().size(), 1U) << "the open call is read from its event";
  auto const again = node.connector.open()[0].call.parameters;
  EXPECT_EQ(again, R"({"first":"payload","go":true})");
  turns(100);
  node.restart();
  auto const all = node.history("e", 100'000);
  EXPECT_EQ(all.size(), 1U + 7U * 700U + 3U);
  finish();
  EXPECT_EQ(node.history("e", 100'000, true).size(), all.size() + 7U);
}

TEST_P(Snapshots, find_what_was_made_before_them) {
  turns(300);
  node.close();
  node.open();
  json::Arena arena;
  auto const live = LiveExecution::load(node.store(), node.engine().definitions(), place(), arena);
  ASSERT_TRUE(live && *live);
  for (record::HistoryId const id : {5U, 12U, 1'500U, 2'103U}) {
    auto const event = (*live)->find_event(node.store(), id, arena);
    ASSERT_TRUE(event) << event.error();
    EXPECT_EQ(event->first_history_id, id);
  }
  auto payloads = (*live)->payload_table(arena, node.store());
  EXPECT_EQ(payloads.text(record::PayloadId{1}), R"({"first":"payload"})");
  auto const missing = (*live)->find_event(node.store(), 0, arena);
  EXPECT_FALSE(missing);
}

struct Damage {
  std::string_view name;
  std::string (*apply)(std::string row);
};
Damage const kDamages[] = {
    {"empty", [](std::string) { return std::string(); }},
    {"cut", [](std::string row) { return row.substr(0, row.size() / 2); }},
    {"longer", [](std::string row) { return row + "x"; }},
    {"another version",
     [](std::string row) {
       row[0] = static_cast<char>(interpreter::kStateVersion + 1);
       return row;
     }},
    {"a bit flipped",
     [](std::string row) {
       row[row.size() - 20] = static_cast<char>(row[row.size() - 20] ^ 1);
       return row;
     }},
    {"of another execution",
     [](std::string) {
       return write_snapshot({.first_history_id = 7, .first_payload = 7, .row = 7}, 9, {});
     }},
};

TEST_P(Snapshots, that_are_damaged_are_ignored) {
  turns(300);
  auto const row = *snapshot();
  auto const good = loaded();
  for (auto const& damage : kDamages) {
    SCOPED_TRACE(damage.name);
    put_snapshot(damage.apply(row));
    EXPECT_EQ(loaded(), good);
  }
  node.restart();
  EXPECT_EQ(node.connector.open().size(), 1U);
  finish();
  EXPECT_FALSE(node.why_stopped);
}

TEST_P(Snapshots, of_ended_executions_are_small) {
  turns(600);
  auto const running = snapshot()->size();
  finish();
  EXPECT_LT(snapshot()->size(), running);
  EXPECT_TRUE(read_snapshot(*snapshot())->state.is_over());
  auto const token_for_nobody = node.start(node.machine(long_machine()), "e", "{}");
  EXPECT_EQ(outcome(token_for_nobody), "ExecutionAlreadyExists");
}

INSTANTIATE_TEST_SUITE_P(Stores, Snapshots, ::testing::ValuesIn(kStoreKinds), name_of_kind);

}  // namespace
}  // namespace treadle::runtime::test
