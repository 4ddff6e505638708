// Waits for task tokens: their rows, their receipts, and what is put into the agenda.
#include "tests/runtime/machines.h"
#include "tests/runtime/test_node.h"
#include "treadle/runtime/audit.h"
#include "treadle/runtime/tokens.h"
#include "treadle/runtime/wait_reader.h"

namespace treadle::runtime::test {
namespace {

constexpr std::string_view kReceipt = R"({"by":"kim"})";

class Waits : public EngineSuite {
 protected:
  void start(std::string_view name = "e", std::string const& definition = token_task()) {
    ASSERT_EQ(outcome(node.start(node.machine(definition), name, R"({"a":1})")), "ok");
  }
  [[nodiscard]] auto token(std::size_t index = 0) -> std::string {
    return node.connector.deliveries.at(index).task_token;
  }
  [[nodiscard]] auto task(std::size_t index = 0) -> ApprovalKey {
    auto const target = read_task_token(node.store().secret(), token(index));
    EXPECT_TRUE(target);
    return {target->place, target->scheduled};
  }
  [[nodiscard]] auto find(ApprovalKey const& key) -> std::optional<Wait> {
    auto found = WaitReader(node.store()).find(key);
    EXPECT_TRUE(found) << found.error().message;
    return found ? *std::move(found) : std::nullopt;
  }
  [[nodiscard]] auto listed(WaitList list, std::size_t limit = 100) -> std::size_t {
    return WaitReader(node.store()).list({.list = list, .limit = limit})->tasks.size();
  }
  auto succeed_with_receipt(std::string receipt) -> std::optional<Answer<void>> {
    return node.ask<void>([&](auto done) {
      node.engine().task_success(token(), R"({"ok":true})", std::move(done), std::move(receipt));
    });
  }
};

TEST_P(Waits, show_what_is_waited_for) {
  start();
  auto const wait = find(task());
  ASSERT_TRUE(wait);
  EXPECT_EQ(wait->row.state_name, "T");
  EXPECT_EQ(wait->row.opened, node.clock.now());
  EXPECT_FALSE(wait->row.is_attended);
  EXPECT_EQ(wait->execution.execution_arn, arn_of("e"));
  EXPECT_EQ(wait->resource_type, "lambda");
  EXPECT_EQ(wait->resource, "invoke.waitForTaskToken");
  EXPECT_EQ(wait->parameters,
            fmt::format(R"({{"FunctionName":"f","Payload":{{"t":"{}"}}}})", token()));
  EXPECT_FALSE(wait->ended);
  EXPECT_EQ(listed(WaitList::kOpen), 1U);
  EXPECT_EQ(node.rows_in(Table::kAgenda), 0U) << "nobody attends to anything";
}

TEST_P(Waits, keep_the_receipt_of_the_answer_that_ended_them) {
  start();
  node.clock.advance(Milliseconds{5'000});
  ASSERT_EQ(outcome(succeed_with_receipt(std::string(kReceipt))), "ok");
  EXPECT_EQ(node.status("e"), ExecutionStatus::kSucceeded);
  auto const wait = find(task());
  ASSERT_TRUE(wait && wait->ended);
  EXPECT_EQ(wait->ended->how, WaitEnd::kSucceeded);
  EXPECT_EQ(wait->ended->receipt, kReceipt);
  EXPECT_EQ(wait->ended->ended - wait->ended->opened, Milliseconds{5'000});
  EXPECT_EQ(wait->row.state_name, "T");
  EXPECT_EQ(listed(WaitList::kOpen), 0U);
  EXPECT_EQ(listed(WaitList::kEnded), 1U);
  EXPECT_EQ(node.rows_in(Table::kApproval), 0U);
}

TEST_P(Waits, take_one_answer_and_its_receipt_however_many_come) {
  start();
  std::vector<std::shared_ptr<std::optional<Answer<void>>>> answers;
  for (int i = 0; i < 5; ++i)
    answers.push_back(node.listen<void>([&](auto done) {
      node.engine().task_success(token(), "{}", std::move(done), fmt::format("{}", i));
    }));
  node.settle();
  EXPECT_EQ(outcome(*answers[0]), "ok");
  for (int i = 1; i < 5; ++i)
    EXPECT_EQ(outcome(*answers[static_cast<std::size_t>(i)]), "TaskTimedOut");
  EXPECT_EQ(find(task())->ended->receipt, "0");
}

struct End {
  std::string_view name;
  WaitEnd how;
  void (*bring)(TestNode& node, std::string const& token);
};

constexpr End kEnds[] = {
    {"success", WaitEnd::kSucceeded,
     [](TestNode& node, std::string const& token) { node.succeed_token(token, "1"); }},
    {"failure", WaitEnd::kFailed,
     [](TestNode& node, std::string const& token) { node.fail_token(token, "No"); }},
    {"time-out", WaitEnd::kTimedOut,
     [](TestNode& node, std::string const&) { node.advance(Milliseconds{60'000}); }},
    {"stop", WaitEnd::kAborted, [](TestNode& node, std::string const&) { node.stop("e"); }},
    {"failed call", WaitEnd::kCallFailed,
     [](TestNode& node, std::string const&) {
       node.connector.fail(0, "Lambda.Unknown");
       node.settle();
     }},
};

TEST_P(Waits, say_how_they_ended) {
  for (auto const& end : kEnds) {
    SCOPED_TRACE(end.name);
    TestNode fresh(GetParam());
    fresh.start(fresh.machine(token_task(R"("TimeoutSeconds":60,)")), "e");
    auto const token = fresh.connector.deliveries.at(0).task_token;
    auto const target = *read_task_token(fresh.store().secret(), token);
    EXPECT_EQ((*WaitReader(fresh.store()).find({target.place, target.scheduled}))->due,
              fresh.clock.now() + Milliseconds{60'000});
    end.bring(fresh, token);
    auto const wait = *WaitReader(fresh.store()).find({target.place, target.scheduled});
    ASSERT_TRUE(wait && wait->ended);
    EXPECT_EQ(wait->ended->how, end.how);
    EXPECT_EQ(wait->ended->receipt, "");
  }
}

// Whatever commit is the last that reached the disk: the execution went on and there is the receipt,
// or neither.
TEST_P(Waits, have_receipt_and_effect_together_whatever_commit_fails) {
  int lost = 0;
  for (std::uint64_t survives = 0; survives < 4; ++survives) {
    SCOPED_TRACE(survives);
    TestNode fresh(GetParam());
    fresh.start(fresh.machine(token_task()), "e");
    auto const token = fresh.connector.deliveries.at(0).task_token;
    auto const target = *read_task_token(fresh.store().secret(), token);
    fresh.store().fail_from(survives);
    auto const answer = fresh.ask<void>([&](auto done) {
      fresh.engine().task_success(token, "{}", std::move(done), std::string(kReceipt));
    });
    bool const was_told = answer && *answer;
    fresh.restart();
    auto const wait = *WaitReader(fresh.store()).find({target.place, target.scheduled});
    ASSERT_TRUE(wait);
    bool const went_on = fresh.status("e") == ExecutionStatus::kSucceeded;
    EXPECT_EQ(wait->ended.has_value(), went_on);
    if (went_on) {
      EXPECT_EQ(wait->ended->receipt, kReceipt);
    } else {
      ++lost;
      EXPECT_FALSE(was_told) << "acknowledged and lost";
      EXPECT_EQ(outcome(fresh.succeed_token(token, "{}")), "ok") << "it can still be answered";
    }
  }
  EXPECT_GT(lost, 0);
}

TEST_P(Waits, that_end_with_the_command_that_began_them_leave_nothing) {
  start("e", R"({"StartAt":"B","States":{"B":{"Type":"Parallel","End":true,"Branches":[)"
             R"({"StartAt":"T","States":{"T":{"Type":"Task","End":true,)"
             R"("Resource":"arn:aws:states:::lambda:invoke.waitForTaskToken",)"
             R"("Parameters":{"FunctionName":"f","Payload":{"t.$":"$$.Task.Token"}}}}},)"
             R"({"StartAt":"F","States":{"F":{"Type":"Fail","Error":"E"}}}]}}})");
  EXPECT_EQ(node.status("e"), ExecutionStatus::kFailed);
  for (auto const table : {Table::kApproval, Table::kWaitList, Table::kReceipt})
    EXPECT_EQ(node.rows_in(table), 0U) << table_name(table);
}

TEST_P(Waits, of_activities_are_in_no_list) {
  start("e", activity_task());
  EXPECT_EQ(node.rows_in(Table::kApproval), 1U);
  EXPECT_EQ(node.rows_in(Table::kWaitList), 0U);
  node.stop("e");
  EXPECT_EQ(node.rows_in(Table::kApproval), 0U);
  EXPECT_EQ(node.rows_in(Table::kReceipt), 0U);
}

TEST_P(Waits, are_told_apart_from_their_retries) {
  start("e", token_task(R"("Retry":[{"ErrorEquals":["No"],"IntervalSeconds":1}],)"));
  ASSERT_EQ(outcome(node.fail_token(token(), "No")), "ok");
  node.advance(Milliseconds{1'000});
  ASSERT_EQ(node.connector.deliveries.size(), 2U);
  EXPECT_EQ(find(task(0))->ended->how, WaitEnd::kFailed);
  auto const again = find(task(1));
  ASSERT_TRUE(again && !again->ended);
  EXPECT_EQ(again->attempt, 2U);
  EXPECT_EQ(again->row.state_name, "T");
}

TEST_P(Waits, keep_what_is_known_of_them_when_heartbeats_move) {
  start("e", token_task(R"("TimeoutSeconds":100,"HeartbeatSeconds":10,)"));
  auto const before = find(task())->row;
  node.advance(Milliseconds{6'000});
  ASSERT_EQ(outcome(node.heartbeat(token())), "ok");
  auto const after = find(task())->row;
  EXPECT_EQ(after.heartbeat_due, node.clock.now() + Milliseconds{10'000});
  EXPECT_EQ(after.opened, before.opened);
  EXPECT_EQ(after.state_name, before.state_name);
  // One that is not committed yet is found as well.
  auto const beat =
      node.listen<void>([&](auto done) { node.engine().task_heartbeat(token(), std::move(done)); });
  auto const answer = node.listen<void>(
      [&](auto done) { node.engine().task_success(token(), "1", std::move(done)); });
  node.settle();
  EXPECT_EQ(outcome(*answer), "ok");
  EXPECT_EQ(listed(WaitList::kOpen), 0U);
  EXPECT_EQ(find(task())->ended->opened, before.opened);
}

TEST_P(Waits, are_listed_newest_first_in_pages_and_by_machine) {
  auto const machine = node.machine(token_task());
  for (int i = 0; i < 7; ++i) {
    node.start(machine, fmt::format("e{}", i));
    node.advance(Milliseconds{1'000});
  }
  std::vector<std::string> names;
  WaitListRequest request{.limit = 3};
  for (int pages = 0; pages < 5; ++pages) {
    auto const page = *WaitReader(node.store()).list(request);
    for (auto const& key : page.tasks) names.push_back(find(key)->execution.name);
    request.after = page.next;
    if (page.next.empty()) break;
    EXPECT_EQ(page.tasks.size(), 3U);
  }
  EXPECT_EQ(names, (std::vector<std::string>{"e6", "e5", "e4", "e3", "e2", "e1", "e0"}));
  auto const of = [&](std::string arn) {
    return WaitReader(node.store()).list({.state_machine_arn = std::move(arn)})->tasks.size();
  };
  EXPECT_EQ(of(machine.arn), 7U);
  EXPECT_EQ(of("arn:aws:states:us-east-1:123456789012:stateMachine:n"), 0U);
}

TEST_P(Waits, come_into_the_agenda_where_somebody_attends) {
  std::vector<Timestamp> told;
  node.options().waits = {.attends =
                              [](WaitBegins const& wait) {
                                return wait.state_name == "T" && wait.resource_type == "lambda" &&
                                       wait.state_machine_arn.ends_with(":m");
                              },
                          .on_agenda = [&](Timestamp due) { told.push_back(due); }};
  node.restart();
  start();
  auto const kinds = [&] {
    std::string out;
    for (auto const& key : store::test::scan_keys(node.store(), Table::kAgenda))
      out += std::to_string(static_cast<int>(read_agenda_key(key)->kind));
    return out;
  };
  EXPECT_EQ(kinds(), "0");
  EXPECT_EQ(told.size(), 1U);
  EXPECT_TRUE(find(task())->row.is_attended);
  node.advance(Milliseconds{1'000});
  node.stop("e");
  EXPECT_EQ(kinds(), "012");
  EXPECT_EQ(told.size(), 2U) << "once a commit";
  node.redrive("e");
  EXPECT_NE(kinds().find('3'), std::string::npos);
}

TEST_P(Waits, say_whose_stop_or_redrive_it_was) {
  node.options().waits = {.attends = {}, .on_agenda = [](Timestamp) {}};
  node.restart();
  start();
  node.ask<Stopped>([&](auto done) {
    node.engine().stop_execution(arn_of("e"), "E", "c", std::move(done), "kim");
  });
  node.ask<Redriven>(
      [&](auto done) { node.engine().redrive_execution(arn_of("e"), {}, std::move(done), "lee"); });
  std::string callers;
  auto const rows = node.store().scan(Table::kAgenda, {.limit = 10});
  ASSERT_TRUE(rows);
  for (auto const& row : *rows)
    if (auto const kind = read_agenda_key(row.key)->kind;
        kind == AgendaKind::kStopped || kind == AgendaKind::kRedriven)
      callers += read_operation(row.value)->caller + read_operation(row.value)->error + " ";
  EXPECT_TRUE(callers == "kimE lee " || callers == "lee kimE ") << callers;
}

TEST(OperationRows, of_before_there_were_callers_are_read) {
  auto row = write_operation({.error = "E", .cause = "c"});
  row.pop_back();  // what has no caller ended there
  auto const read = read_operation(row);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->error + read->cause + read->caller, "Ec");
  EXPECT_EQ(read_operation(write_operation({.error = "", .cause = "", .caller = "kim"}))->caller,
            "kim");
  EXPECT_FALSE(read_operation(row.substr(0, row.size() - 1)));
}

TEST_P(Waits, audit_finds_what_is_not_listed_and_what_leads_nowhere) {
  start();
  auto const row = store::test::scan_keys(node.store(), Table::kWaitList).at(0);
  store::Batch erase;
  erase.erase(Table::kWaitList, row);
  store::test::commit(node.store().behind(), std::move(erase));
  auto report = audit(node.store());
  ASSERT_EQ(report.findings.size(), 1U);
  EXPECT_NE(report.findings[0].problem.find("is not listed"), std::string::npos);
  auto nowhere = read_wait_list_key(row);
  nowhere.list = WaitList::kEnded;
  store::Batch put;
  put.put(Table::kWaitList, row, "12345678");
  put.put(Table::kWaitList, wait_list_key(nowhere), "12345678");
  store::test::commit(node.store().behind(), std::move(put));
  report = audit(node.store());
  ASSERT_EQ(report.findings.size(), 1U);
  EXPECT_NE(report.findings[0].problem.find("no receipt"), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(Stores, Waits, ::testing::ValuesIn(kStoreKinds), name_of_kind);

}  // namespace
}  // namespace treadle::runtime::test
