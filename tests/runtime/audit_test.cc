// The auditor: silent about what the engine wrote, and loud about each row that is gone or wrong.
#include "treadle/runtime/audit.h"

#include <algorithm>

#include "tests/runtime/machines.h"
#include "tests/runtime/test_node.h"
#include "treadle/runtime/snapshot.h"

namespace treadle::runtime::test {
namespace {

auto texts(AuditReport const& report) -> std::string {
  std::string out;
  for (auto const& f : report.findings) {
    EXPECT_FALSE(f.fix.empty());
    out += f.place + ": " + f.problem + "\n";
  }
  return out;
}

// A store with something in every table: ended and running executions, timers of every kind that a
// state waits for, calls, an activity, tokens, a heartbeat that moved, a snapshot.
class Audit : public EngineSuite {
 protected:
  void SetUp() override {
    node.options().snapshot_rows = 3;
    node.restart();
    node.start(by_alias(node.machine(kPass)), "ended");
    node.start(by_alias(node.machine(kWait)), "waits");
    node.start(node.machine(function_task(R"("TimeoutSeconds":30,)")), "calls");
    node.start(node.machine(activity_task()), "activity");
    node.start(node.machine(token_task(R"("TimeoutSeconds":90,"HeartbeatSeconds":30,)")), "token");
    node.start(node.machine(map_of_functions(1)), "map", R"({"items":[1,2,3,4,5]})");
    auto const token = std::ranges::find_if(
        node.connector.open(), [](auto const& open) { return !open.call.task_token.empty(); });
    ASSERT_NE(token, node.connector.open().end());
    node.clock.advance(Milliseconds{2'000});
    ASSERT_EQ(outcome(node.heartbeat(token->call.task_token)), "ok");
    for (int i = 0; i < 4; ++i) {
      auto const at = std::ranges::find(node.connector.open(), arn_of("map"),
                                        [](auto const& open) { return open.call.execution_arn; });
      ASSERT_NE(at, node.connector.open().end());
      node.connector.succeed(static_cast<std::size_t>(at - node.connector.open().begin()), "1");
      node.settle();
    }
  }
  static auto by_alias(MachineRef machine) -> MachineRef {
    machine.version_arn = machine.arn + ":7";
    machine.alias_arn = machine.arn + ":live";
    return machine;
  }
  auto write(store::Batch batch) -> std::string {
    EXPECT_EQ(store::test::commit(node.store().behind(), std::move(batch)),
              store::CommitOutcome::kCommitted);
    return texts(audit(node.store()));
  }
  auto rows(Table table) -> std::vector<store::Row> {
    return node.store().scan(table, {.limit = 100'000}).value();
  }
};

TEST_P(Audit, finds_nothing_in_what_the_engine_wrote) {
  auto const report = audit(node.store());
  EXPECT_EQ(texts(report), "");
  EXPECT_EQ(report.executions, 6U);
  EXPECT_EQ(report.running, 5U);
  EXPECT_EQ(report.journal_rows, node.rows_in(Table::kJournal));
  EXPECT_EQ(report.timers, 5U);
  EXPECT_EQ(report.outbox, 4U);
  EXPECT_EQ(report.approvals, 2U);
  EXPECT_EQ(report.snapshots, 1U);
}

// Tables of which no row may be missing. The row that a heartbeat left behind is of no account, so
// timers are treated below.
constexpr Table kNeeded[] = {Table::kJournal, Table::kHead,     Table::kOutbox,   Table::kName,
                             Table::kList,    Table::kApproval, Table::kRevision, Table::kWaitList};

TEST_P(Audit, finds_every_row_that_is_missing) {
  for (auto const table : kNeeded) {
    SCOPED_TRACE(table_name(table));
    auto const all = rows(table);
    ASSERT_FALSE(all.empty());
    for (std::size_t i = 0; i < all.size(); ++i) {
      store::Batch erase;
      erase.erase(table, all[i].key);
      EXPECT_NE(write(std::move(erase)), "") << "row " << i;
      store::Batch back;
      back.put(table, all[i].key, all[i].value);
      EXPECT_EQ(write(std::move(back)), "") << "row " << i;
    }
  }
}

TEST_P(Audit, finds_every_timer_that_is_missing) {
  int of_no_account = 0;
  for (auto const& row : rows(Table::kTimer)) {
    store::Batch erase;
    erase.erase(Table::kTimer, row.key);
    auto const found = write(std::move(erase));
    if (found.empty()) ++of_no_account;
    EXPECT_TRUE(found.empty() || found.ends_with("is waited for, and its row is missing\n"));
    store::Batch back;
    back.put(Table::kTimer, row.key, row.value);
    EXPECT_EQ(write(std::move(back)), "");
  }
  EXPECT_EQ(of_no_account, 1) << "where the heartbeat moved from";
}

TEST_P(Audit, finds_every_row_that_is_damaged) {
  for (auto const table :
       {Table::kJournal, Table::kHead, Table::kName, Table::kRevision, Table::kSnapshot}) {
    SCOPED_TRACE(table_name(table));
    for (auto const& row : rows(table)) {
      for (auto const& damaged : {row.value.substr(0, row.value.size() - 1), row.value + "x"}) {
        store::Batch batch;
        batch.put(table, row.key, damaged);
        EXPECT_NE(write(std::move(batch)), "");
      }
      store::Batch back;
      back.put(table, row.key, row.value);
      EXPECT_EQ(write(std::move(back)), "");
    }
  }
}

struct Stray {
  std::string_view name;
  Table table;
  std::string key;
  std::string value;
  std::string_view found;
};

TEST_P(Audit, finds_rows_that_belong_to_nobody) {
  auto const place = *read_place(*store::test::get(node.store(), Table::kName, arn_of("ended")));
  Place const nobody{place.partition, {7, 7}};
  record::Timer const timer{node.clock.now(), 2, record::TimerKind::kWait};
  Stray const strays[] = {
      {"timer", Table::kTimer, timer_key({nobody, timer}), "", "has timers, calls or tokens"},
      {"timer of an ended execution", Table::kTimer, timer_key({place, timer}), "",
       "has a row, and nothing waits for it"},
      {"outbox", Table::kOutbox, outbox_key({place, 2}), "", "has a row, and nothing waits for it"},
      {"token", Table::kApproval, approval_key(place, 2), "",
       "has a row, and nothing waits for it"},
      {"snapshot", Table::kSnapshot, place_key(nobody), "x", "that has no journal"},
      {"head", Table::kHead, place_key(nobody), "x", "that has no journal"},
      {"name", Table::kName, "arn:nobody", write_place(nobody), "leads to no execution"},
      {"list", Table::kList, list_key({1, 1}, {}, node.clock.now(), nobody.id),
       std::string(1, static_cast<char>(nobody.partition)), "leads to no execution"},
      {"short key", Table::kTimer, std::string(1, static_cast<char>(place.partition)), "",
       "has a key that is too short"},
  };
  for (auto const& stray : strays) {
    SCOPED_TRACE(stray.name);
    store::Batch put;
    put.put(stray.table, stray.key, stray.value);
    auto const found = write(std::move(put));
    EXPECT_NE(found.find(stray.found), std::string::npos) << found;
    store::Batch erase;
    erase.erase(stray.table, stray.key);
    EXPECT_EQ(write(std::move(erase)), "");
  }
}

TEST_P(Audit, finds_a_snapshot_that_is_another_state) {
  auto const row = rows(Table::kSnapshot).at(0);
  auto other = *read_snapshot(row.value);
  other.state.scopes.back().last_id += 1;
  store::Batch batch;
  batch.put(Table::kSnapshot, row.key, write_snapshot(other.last, other.next_payload, other.state));
  EXPECT_NE(write(std::move(batch)).find("is not the state after journal row"), std::string::npos);
}

TEST_P(Audit, keeps_so_many_findings_and_counts_the_rest) {
  store::Batch batch;
  for (int i = 0; i < 1'500; ++i)
    batch.put(Table::kName, fmt::format("arn:nobody:{}", i), write_place({}));
  write(std::move(batch));
  auto const report = audit(node.store());
  EXPECT_EQ(report.findings.size() + report.left_out, 1'500U);
  EXPECT_LT(report.findings.size(), 1'100U);
}

INSTANTIATE_TEST_SUITE_P(Stores, Audit, ::testing::ValuesIn(kStoreKinds), name_of_kind);

}  // namespace
}  // namespace treadle::runtime::test
