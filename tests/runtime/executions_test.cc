// Starting, stopping, showing and waiting for executions.
#include <algorithm>

#include "tests/runtime/machines.h"
#include "tests/runtime/test_node.h"

namespace treadle::runtime::test {
namespace {

using Texts = std::vector<std::string>;

class Executions : public EngineSuite {};

TEST_P(Executions, run_to_their_end) {
  auto const machine = node.machine(kPass);
  EXPECT_EQ(outcome(node.start(machine, "e", R"({"a":1})")), "ok");
  auto const shown = node.describe("e");
  EXPECT_EQ(shown.summary.status, ExecutionStatus::kSucceeded);
  EXPECT_EQ(shown.input, R"({"a":1})");
  EXPECT_EQ(shown.output, R"({"done":1})");
  EXPECT_EQ(shown.summary.started_at, node.clock.now());
  EXPECT_EQ(shown.summary.stopped_at, node.clock.now());
  EXPECT_EQ(node.history("e"), (Texts{"1<0 ExecutionStarted", "2<0 PassStateEntered",
                                      "3<2 PassStateExited", "4<3 ExecutionSucceeded"}));
}

TEST_P(Executions, that_are_unknown_do_not_exist) {
  EXPECT_EQ(node.engine().describe_execution(arn_of("x")).error().code, "ExecutionDoesNotExist");
  EXPECT_EQ(node.engine().history({.execution_arn = arn_of("x")}).error().code,
            "ExecutionDoesNotExist");
  EXPECT_EQ(outcome(node.stop("x")), "ExecutionDoesNotExist");
}

TEST_P(Executions, started_again_are_the_same_while_they_run) {
  auto const machine = node.machine(kWait);
  auto const first = node.start(machine, "e", "[1]");
  node.advance(Milliseconds{10});
  auto const again = node.start(machine, "e", "[1]");
  ASSERT_EQ(outcome(again), "ok");
  EXPECT_EQ((*again)->started_at, (*first)->started_at);
  EXPECT_EQ(outcome(node.start(machine, "e", "[2]")), "ExecutionAlreadyExists");
  EXPECT_EQ(node.rows_in(Table::kHead), 1U);
  node.restart();
  EXPECT_EQ(outcome(node.start(machine, "e", "[1]")), "ok");
  EXPECT_EQ(outcome(node.start(machine, "e", "[2]")), "ExecutionAlreadyExists");
  EXPECT_EQ(node.rows_in(Table::kHead), 1U);
}

TEST_P(Executions, started_again_are_refused_once_they_have_ended) {
  auto const machine = node.machine(kPass);
  node.start(machine, "e");
  EXPECT_EQ(outcome(node.start(machine, "e")), "ExecutionAlreadyExists");
  node.restart();
  EXPECT_EQ(outcome(node.start(machine, "e")), "ExecutionAlreadyExists");
}

TEST_P(Executions, of_a_namesake_of_their_machine_do_not_count) {
  node.start(node.machine(kPass, {1, 1}), "e");
  auto const later = node.machine(kWait, {2, 2});
  EXPECT_EQ(outcome(node.start(later, "e")), "ok");
  EXPECT_EQ(node.status("e"), ExecutionStatus::kRunning);
  node.restart();
  EXPECT_EQ(node.status("e"), ExecutionStatus::kRunning);
  node.advance(Milliseconds{10'000});
  EXPECT_EQ(node.status("e"), ExecutionStatus::kSucceeded);
}

TEST_P(Executions, are_refused_while_the_disk_is_nearly_full) {
  auto const machine = node.machine(kPass);
  node.store().space_report.state = store::SpaceState::kLow;
  EXPECT_EQ(outcome(node.start(machine, "e")), "ServiceUnavailable");
  EXPECT_EQ(node.rows_in(Table::kJournal), 0U);
}

TEST_P(Executions, are_stopped_once) {
  node.start(node.machine(function_task()), "e");
  node.advance(Milliseconds{5});
  auto const stopped = node.stop("e");
  ASSERT_EQ(outcome(stopped), "ok");
  EXPECT_EQ((*stopped)->stopped_at, node.clock.now());
  EXPECT_EQ(node.status("e"), ExecutionStatus::kAborted);
  EXPECT_EQ(node.describe("e").error, "Stopped");
  EXPECT_EQ(node.describe("e").cause, "by hand");
  ASSERT_EQ(node.connector.cancels.size(), 1U);
  EXPECT_EQ(node.connector.cancels[0], node.connector.deliveries[0].id);
  EXPECT_EQ(node.rows_in(Table::kTimer) + node.rows_in(Table::kOutbox), 0U);

  node.advance(Milliseconds{5});
  auto const again = node.stop("e");
  ASSERT_EQ(outcome(again), "ok");
  EXPECT_EQ((*again)->stopped_at, (*stopped)->stopped_at);
  EXPECT_EQ(node.history("e").back(), "5<0 ExecutionAborted");
}

TEST_P(Executions, show_their_history_in_pages_in_both_directions) {
  node.options().live_per_partition_max = 0;
  node.restart();
  node.start(node.machine(map_of_functions(2)), "e", R"({"items":[1,2,3]})");
  auto const check = [&](std::string_view when) {
    SCOPED_TRACE(when);
    auto const all = node.history("e");
    auto reversed = all;
    std::ranges::reverse(reversed);
    for (std::size_t const limit : {1, 2, 3, 7, 1'000}) {
      EXPECT_EQ(node.history("e", limit), all) << limit;
      EXPECT_EQ(node.history("e", limit, true), reversed) << limit;
    }
    for (std::size_t i = 0; i < all.size(); ++i)
      EXPECT_TRUE(all[i].starts_with(fmt::format("{}<", i + 1))) << all[i];
  };
  check("while it waits");
  while (!node.connector.open().empty()) {
    node.connector.succeed(0, "9");
    node.settle();
  }
  ASSERT_EQ(node.status("e"), ExecutionStatus::kSucceeded);
  check("once it has ended");
  node.restart();
  check("after a restart");
  EXPECT_EQ(node.history("e").back(),
            fmt::format("{}<{} ExecutionSucceeded", node.history("e").size(),
                        node.history("e").size() - 1));
}

TEST_P(Executions, show_the_payloads_of_a_page) {
  node.start(node.machine(kPass), "e", R"({"a":1})");
  auto const page = node.engine().history({.execution_arn = arn_of("e"), .limit = 1, .after = 1});
  ASSERT_TRUE(page);
  ASSERT_EQ(page->events.size(), 1U);
  auto const& entered = page->events[0];
  auto const input = std::ranges::find(entered.details, "input", &record::HistoryField::name);
  ASSERT_NE(input, entered.details.end());
  EXPECT_EQ(page->payload(std::get<record::PayloadId>(input->value)), R"({"a":1})");
}

TEST_P(Executions, are_listed_newest_first_in_pages_and_by_status) {
  auto const waits = node.machine(kWait);
  auto const passes = node.machine(kPass);
  for (int i = 0; i < 7; ++i) {
    node.start(i % 2 == 0 ? waits : passes, fmt::format("e{}", i));
    node.advance(Milliseconds{1});
  }
  auto const names = [&](std::optional<ExecutionStatus> status, std::size_t limit) {
    Texts out;
    ListRequest request{.machine = waits.id, .status = status, .limit = limit, .after = {}};
    for (;;) {
      auto const page = node.engine().list_executions(request);
      EXPECT_TRUE(page);
      EXPECT_LE(page->executions.size(), limit);
      for (auto const& e : page->executions) out.push_back(e.name);
      if (page->next.empty()) return out;
      request.after = page->next;
    }
  };
  for (std::size_t const limit : {1, 2, 3, 100}) {
    EXPECT_EQ(names({}, limit), (Texts{"e6", "e5", "e4", "e3", "e2", "e1", "e0"})) << limit;
    EXPECT_EQ(names(ExecutionStatus::kRunning, limit), (Texts{"e6", "e4", "e2", "e0"})) << limit;
    EXPECT_EQ(names(ExecutionStatus::kSucceeded, limit), (Texts{"e5", "e3", "e1"})) << limit;
    EXPECT_EQ(names(ExecutionStatus::kFailed, limit), Texts{}) << limit;
  }
  node.stop("e2");
  EXPECT_EQ(names(ExecutionStatus::kRunning, 100), (Texts{"e6", "e4", "e0"}));
  EXPECT_EQ(names(ExecutionStatus::kAborted, 100), (Texts{"e2"}));
  EXPECT_EQ(names({}, 100).size(), 7U);
  auto const other = node.engine().list_executions({.machine = {9, 9}, .status = {}, .after = {}});
  EXPECT_TRUE(other && other->executions.empty());
}

TEST_P(Executions, are_waited_for) {
  node.start(node.machine(kWait), "e");
  auto const wait = [&](Milliseconds most) {
    return node.listen<bool>(
        [&](auto done) { node.engine().wait_for_end(arn_of("e"), most, std::move(done)); });
  };
  auto const impatient = wait(Milliseconds{0});
  ASSERT_TRUE(node.settle_until([&] { return impatient->has_value(); }));
  EXPECT_FALSE((*impatient)->value());

  auto const one = wait(std::chrono::hours{1});
  auto const two = wait(std::chrono::hours{1});
  node.settle();
  EXPECT_FALSE(one->has_value());
  node.advance(Milliseconds{10'000});
  ASSERT_TRUE(one->has_value() && two->has_value());
  EXPECT_TRUE((*one)->value() && (*two)->value());
  auto const late = wait(std::chrono::hours{1});
  node.settle();
  ASSERT_TRUE(late->has_value());
  EXPECT_TRUE((*late)->value());
}

TEST_P(Executions, are_no_longer_waited_for_when_the_server_stops) {
  node.start(node.machine(kWait), "e");
  auto const waiting = node.listen<bool>([&](auto done) {
    node.engine().wait_for_end(arn_of("e"), std::chrono::hours{1}, std::move(done));
  });
  node.settle();
  node.engine().release_waiters();
  node.settle();
  ASSERT_TRUE(waiting->has_value());
  EXPECT_FALSE((*waiting)->value());
}

// Names whose executions live on one partition.
auto names_on_one_partition(std::size_t count) -> Texts {
  Texts names;
  for (int i = 0; names.size() < count; ++i)
    if (auto name = fmt::format("n{}", i); partition_of(arn_of(name)) == 0)
      names.push_back(std::move(name));
  return names;
}

TEST_P(Executions, come_back_after_they_were_evicted) {
  node.options().live_per_partition_max = 1;
  node.restart();
  auto const machine = node.machine(
      function_task(R"("ResultPath":"$.r","Retry":[{"ErrorEquals":["E"],"IntervalSeconds":2}],)"));
  auto const names = names_on_one_partition(6);
  for (auto const& name : names) node.start(machine, name, fmt::format(R"({{"of":"{}"}})", name));
  ASSERT_EQ(node.connector.open().size(), names.size());
  for (std::size_t i = 0; i < names.size(); ++i) node.connector.fail(0, "E");
  node.settle();
  EXPECT_EQ(node.connector.open().size(), 0U);
  node.advance(Milliseconds{2'000});
  ASSERT_EQ(node.connector.open().size(), names.size());
  while (!node.connector.open().empty())
    node.connector.succeed(node.connector.open().size() / 2, "1");
  node.settle();
  for (auto const& name : names) {
    EXPECT_EQ(node.output(name), fmt::format(R"({{"of":"{}","r":1}})", name));
    EXPECT_EQ(node.history(name).back(), "10<9 ExecutionSucceeded");
  }
}

TEST_P(Executions, that_loop_yield_to_others_and_end_at_the_limit) {
  auto const names = names_on_one_partition(2);
  auto const loop = node.machine(kLoop);
  auto const pass = node.machine(kPass);
  std::size_t seen_by_other = 0;
  node.engine().start_execution(TestNode::request(loop, names[0], R"({"v":1})"),
                                [](Answer<Started> const&) {});
  node.engine().start_execution(TestNode::request(pass, names[1], "{}"),
                                [&](Answer<Started> const& started) {
                                  EXPECT_TRUE(started);
                                  seen_by_other = node.history(names[0], 1'000'000).size();
                                });
  node.settle();
  EXPECT_GT(seen_by_other, 0U);
  EXPECT_LT(seen_by_other, 5'000U) << "the loop was not interrupted";
  EXPECT_EQ(node.status(names[0]), ExecutionStatus::kFailed);
  auto const history = node.history(names[0]);
  ASSERT_EQ(history.size(), 25'000U);
  EXPECT_TRUE(history.back().ends_with(" ExecutionFailed")) << history.back();
  EXPECT_EQ(node.describe(names[0]).error, "States.Runtime");
  EXPECT_EQ(node.describe(names[0]).cause,
            "The execution reached the maximum number of history events (25000).");
  EXPECT_EQ(node.rows_in(Table::kOutbox), 0U);
}

INSTANTIATE_TEST_SUITE_P(Stores, Executions, ::testing::ValuesIn(kStoreKinds), name_of_kind);

}  // namespace
}  // namespace treadle::runtime::test
