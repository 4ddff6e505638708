// Messages, reminders, escalation and the decision of time.
#include <algorithm>

#include "tests/approvals/office_fixture.h"
#include "tests/runtime/machines.h"

namespace treadle::approvals::test {
namespace {

using runtime::ExecutionStatus;
using runtime::test::token_task;
using Lines = std::vector<std::string>;

constexpr std::string_view kTimed = R"("TimeoutSeconds":1000,)";

class Messages : public ::testing::TestWithParam<runtime::test::StoreKind> {
 protected:
  static void start(OfficeFixture& office, std::string_view more = kTimed) {
    ASSERT_EQ(
        runtime::test::outcome(office.node.start(office.node.machine(token_task(more)), "e", "{}")),
        "ok");
    office.node.settle();
  }
};

TEST_P(Messages, are_announced_and_show_the_end) {
  OfficeFixture office(GetParam(), "rules: [{machine: m, channels: {slack: ['#a', '#b']}}]");
  start(office);
  EXPECT_EQ(office.channel.log(), (Lines{"announce #a pending", "announce #b pending"}));
  office.decide(office.only().id, "kim");
  EXPECT_EQ(office.channel.log(), (Lines{"announce #a pending", "announce #b pending",
                                         "update #a approved", "update #b approved"}));
  EXPECT_EQ(office.channel.seen[2].reference, R"({"ts":"1"})");
  EXPECT_EQ(office.channel.seen[3].reference, R"({"ts":"2"})");
  EXPECT_EQ(office.node.rows_in(Table::kDelivery), 0U);
  EXPECT_EQ(office.node.rows_in(Table::kAgenda), 0U);
}

TEST_P(Messages, show_ends_that_nobody_decided) {
  for (auto const* way : {"api", "time", "stop"}) {
    SCOPED_TRACE(way);
    OfficeFixture office(GetParam(), "rules: [{machine: m, channels: {slack: '#a'}}]");
    start(office);
    if (way == std::string_view("api"))
      office.node.succeed_token(office.node.connector.deliveries.at(0).task_token, "{}");
    if (way == std::string_view("time")) office.advance(Milliseconds{1'000'000});
    if (way == std::string_view("stop")) office.node.stop("e");
    office.node.settle();
    auto const expected = way == std::string_view("api")    ? "update #a closed-by-api"
                          : way == std::string_view("time") ? "update #a timed-out"
                                                            : "update #a stopped";
    EXPECT_EQ(office.channel.log(), (Lines{"announce #a pending", expected}));
    EXPECT_EQ(office.node.rows_in(Table::kAgenda), 0U);
  }
}

TEST_P(Messages, are_sent_again_with_the_same_key_until_they_arrive) {
  OfficeFixture office(GetParam(), "rules: [{machine: m, channels: {slack: '#a'}}]");
  office.channel.error = DeliveryError{.message = "busy"};
  start(office);
  ASSERT_EQ(office.channel.seen.size(), 1U);
  office.advance(Milliseconds{999});
  EXPECT_EQ(office.channel.seen.size(), 1U) << "too early";
  office.advance(Milliseconds{1});
  EXPECT_EQ(office.channel.seen.size(), 2U);
  office.channel.error->retry_after = std::chrono::seconds(30);
  office.advance(Milliseconds{2'000});
  EXPECT_EQ(office.channel.seen.size(), 3U);
  office.restart();
  office.advance(Milliseconds{29'000});
  EXPECT_EQ(office.channel.seen.size(), 3U) << "the service asked for more time";
  office.channel.error.reset();
  office.advance(Milliseconds{1'000});
  ASSERT_EQ(office.channel.seen.size(), 4U);
  for (auto const& seen : office.channel.seen)
    EXPECT_EQ(seen.message.key, office.channel.seen[0].message.key);
  EXPECT_EQ(office.records("approval.delivered").size(), 1U);
  office.advance(Milliseconds{100'000});
  EXPECT_EQ(office.channel.seen.size(), 4U) << "it has arrived";
}

TEST_P(Messages, that_can_not_arrive_are_given_up_and_written_down) {
  OfficeFixture office(GetParam(), "rules: [{machine: m, channels: {slack: '#a', fax: '1'}}]");
  office.channel.error =
      DeliveryError{.kind = DeliveryError::Kind::kForGood, .message = "channel_not_found"};
  start(office);
  auto const failed = office.records("approval.delivery-failed");
  ASSERT_EQ(failed.size(), 2U);
  std::string all = failed[0] + failed[1];
  EXPECT_NE(all.find("channel_not_found"), std::string::npos);
  EXPECT_NE(all.find("there is no channel of that name"), std::string::npos);
  EXPECT_EQ(office.decide(office.only().id, "kim"), "decided") << "it can be decided elsewhere";
  EXPECT_EQ(office.channel.seen.size(), 1U) << "nothing to update";
}

TEST_P(Messages, that_arrive_after_the_end_show_it) {
  OfficeFixture office(GetParam(), "rules: [{machine: m, channels: {slack: '#a'}}]");
  office.channel.holds = true;
  start(office);
  office.decide(office.only().id, "kim");
  EXPECT_EQ(office.channel.log(), Lines{"announce #a pending"});
  office.channel.held.at(0)(Delivered{R"({"ts":"late"})"});
  office.node.settle();
  ASSERT_EQ(office.channel.seen.size(), 2U);
  EXPECT_EQ(office.channel.seen[1].reference, R"({"ts":"late"})");
  EXPECT_EQ(office.channel.log().back(), "update #a approved");
}

TEST_P(Messages, that_were_not_written_down_are_sent_again_after_a_crash) {
  OfficeFixture office(GetParam(), "rules: [{machine: m, channels: {slack: '#a'}}]");
  office.channel.holds = true;
  start(office);
  office.restart();
  office.channel.holds = false;
  office.restart();
  ASSERT_EQ(office.channel.seen.size(), 3U);
  EXPECT_EQ(office.channel.seen[2].message.key, office.channel.seen[0].message.key);
  office.restart();
  EXPECT_EQ(office.channel.seen.size(), 3U);
}

TEST_P(Messages, remind_at_shares_of_the_time_and_after_times) {
  OfficeFixture office(GetParam(),
                       "rules: [{machine: m, channels: {slack: '#a'}, reminders: [50%, 90%, 2m]}]");
  start(office);
  auto const reminders = [&] {
    return std::ranges::count(office.channel.log(), "remind #a pending");
  };
  office.advance(Milliseconds{119'999});
  EXPECT_EQ(reminders(), 0);
  office.advance(Milliseconds{1});
  EXPECT_EQ(reminders(), 1);
  office.restart();
  office.advance(Milliseconds{380'000});
  EXPECT_EQ(reminders(), 2);
  EXPECT_EQ(office.channel.seen.back().message.kind, MessageKind::kReminder);
  office.decide(office.only().id, "kim");
  office.advance(Milliseconds{500'000});
  EXPECT_EQ(reminders(), 2) << "it was decided";
  EXPECT_EQ(office.node.rows_in(Table::kAgenda), 0U);
}

TEST_P(Messages, escalate_to_others_who_may_decide_from_then_on) {
  OfficeFixture office(
      GetParam(),
      "rules:\n"
      "  - machine: m\n"
      "    approvers: [kim]\n"
      "    channels: {slack: '#a'}\n"
      "    escalation: {at: 75%, approvers: [boss], channels: {slack: '#boss'}}\n");
  start(office);
  auto const id = office.only().id;
  EXPECT_EQ(office.decide(id, "boss"), "not allowed");
  office.advance(Milliseconds{750'000});
  EXPECT_EQ(office.channel.log(), (Lines{"announce #a pending", "announce #boss pending"}));
  EXPECT_EQ(office.channel.seen[1].message.kind, MessageKind::kEscalation);
  EXPECT_EQ(office.decide(id, "boss"), "decided");
  EXPECT_EQ(office.channel.log().size(), 4U) << "both messages show the end";
  EXPECT_EQ(office.records("approval.escalated").size(), 1U);
}

TEST_P(Messages, show_votes) {
  OfficeFixture office(GetParam(), "rules: [{machine: m, quorum: 2, channels: {slack: '#a'}}]");
  start(office);
  office.decide(office.only().id, "kim");
  ASSERT_EQ(office.channel.seen.size(), 2U);
  EXPECT_EQ(outcome_text(office.channel.seen[1].message.approval), "1 of 2 approvals");
  office.decide(office.only().id, "lee");
  EXPECT_EQ(office.channel.log().back(), "update #a approved");
}

struct Automatic {
  std::string_view name;
  std::string_view settings;
  std::string_view task;
  std::int64_t at_ms;  // when it is decided
  ExecutionStatus status;
};

constexpr Automatic kAutomatics[] = {
    {"approve before the time-out", "onTimeout: approve", kTimed, 995'000,
     ExecutionStatus::kSucceeded},
    {"reject before the time-out", "onTimeout: reject", kTimed, 995'000, ExecutionStatus::kFailed},
    {"approve after a time of its own", "onTimeout: approve, expiresAfter: 2m", kTimed, 120'000,
     ExecutionStatus::kSucceeded},
    {"without a time-out", "onTimeout: reject, expiresAfter: 1h", "", 3'600'000,
     ExecutionStatus::kFailed},
};

TEST_P(Messages, leave_it_to_time_where_the_settings_say_so) {
  for (auto const& automatic : kAutomatics) {
    SCOPED_TRACE(automatic.name);
    OfficeFixture office(GetParam(),
                         fmt::format("rules: [{{machine: m, approvers: [kim], quorum: 1, {}}}]",
                                     automatic.settings));
    start(office, automatic.task);
    office.restart();
    EXPECT_EQ(office.only().expires_at, office.node.clock.now() + Milliseconds{automatic.at_ms});
    office.advance(Milliseconds{automatic.at_ms - 1});
    EXPECT_EQ(office.node.status("e"), ExecutionStatus::kRunning);
    office.advance(Milliseconds{1});
    EXPECT_EQ(office.node.status("e"), automatic.status);
    auto const closed = office.closed().at(0);
    EXPECT_EQ(closed.decision->via, "timer");
    EXPECT_EQ(office.records("approval.decided").size(), 1U);
    EXPECT_EQ(office.node.rows_in(Table::kAgenda), 0U);
  }
}

TEST_P(Messages, cost_nothing_where_no_rule_asks_for_them) {
  OfficeFixture office(GetParam(), "rules: [{machine: other, channels: {slack: '#a'}}]");
  start(office);
  EXPECT_EQ(office.node.rows_in(Table::kAgenda), 0U);
  EXPECT_EQ(office.node.rows_in(Table::kDelivery), 0U);
  EXPECT_TRUE(office.channel.seen.empty());
}

INSTANTIATE_TEST_SUITE_P(Stores, Messages, ::testing::ValuesIn(runtime::test::kStoreKinds),
                         runtime::test::name_of_kind);

}  // namespace
}  // namespace treadle::approvals::test
