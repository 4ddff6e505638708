// Decisions, messages and times over an engine: what people do, and what is left of it.
#include <algorithm>
#include <set>

#include "tests/approvals/office_fixture.h"
#include "tests/runtime/machines.h"
#include "treadle/approvals/approval_id.h"
#include "treadle/base/hmac.h"

namespace treadle::approvals::test {
namespace {

using runtime::ExecutionStatus;
using runtime::test::token_task;
using Kinds = std::vector<std::string>;

class Approvals : public ::testing::TestWithParam<runtime::test::StoreKind> {
 protected:
  void start(OfficeFixture& office, std::string const& definition = token_task(),
             std::string_view name = "e", std::string_view input = R"({"amount":12})") {
    ASSERT_EQ(
        runtime::test::outcome(office.node.start(office.node.machine(definition), name, input)),
        "ok");
    // What the courier has to do follows its commits.
    office.node.settle();
  }
};

// A task of the function f that gets the amount, the customer and the token.
auto order_task(std::string_view more = "") -> std::string {
  return fmt::format(
      R"({{"StartAt":"Ask","States":{{"Ask":{{"Type":"Task","Comment":"Refund an order",)"
      R"("Resource":"arn:aws:states:::lambda:invoke.waitForTaskToken","Parameters":{{)"
      R"("FunctionName":"f","Payload":{{"amount.$":"$.amount","by":"lee@example.com",)"
      R"("token.$":"$$.Task.Token"}}}},{}"End":true}}}}}})",
      more);
}

TEST_P(Approvals, show_a_plain_task_that_waits) {
  OfficeFixture office(GetParam());
  start(office, order_task(R"("TimeoutSeconds":600,)"));
  auto const a = office.only();
  EXPECT_EQ(a.title, "Refund an order");
  EXPECT_EQ(a.facts, (std::vector<Fact>{{"amount", "12"}, {"by", "lee@example.com"}}))
      << "the token is not shown";
  EXPECT_EQ(a.status, Status::kPending);
  EXPECT_EQ(a.state_name, "Ask");
  EXPECT_EQ(a.execution_arn, arn_of("e"));
  EXPECT_EQ(a.state_machine_name, "m");
  EXPECT_EQ(a.opened_at, office.node.clock.now());
  EXPECT_EQ(a.expires_at, office.node.clock.now() + Milliseconds{600'000});
  EXPECT_EQ(a.request_hash, to_hex(sha256(office.node.connector.deliveries.at(0).parameters)));
  EXPECT_EQ(office.audit_kinds(), Kinds{}) << "nobody did anything yet";
}

TEST_P(Approvals, go_on_with_who_approved) {
  OfficeFixture office(GetParam());
  start(office);
  EXPECT_EQ(office.decide(office.only().id, "kim"), "decided");
  EXPECT_EQ(office.node.output("e"), R"({"approved":true,"approver":"kim","comment":"fine",)"
                                     R"("decidedAt":"2023-11-14T22:13:20.000Z","via":"page"})");
  auto const closed = office.closed();
  ASSERT_EQ(closed.size(), 1U);
  EXPECT_EQ(closed[0].status, Status::kApproved);
  EXPECT_EQ(outcome_text(closed[0]), "Approved by kim via page at 2023-11-14 22:13 UTC");
  EXPECT_EQ(office.audit_kinds(), Kinds{"approval.decided"});
  auto const record = office.records("approval.decided").at(0);
  EXPECT_EQ(audit_member(record, "status"), "approved");
  EXPECT_NE(record.find(R"("ip":"192.0.2.1")"), std::string::npos);
}

TEST_P(Approvals, fail_with_an_error_to_catch_when_rejected) {
  OfficeFixture office(GetParam());
  start(office);
  EXPECT_EQ(office.decide(office.only().id, "kim", Verdict::kReject), "decided");
  auto const execution = office.node.describe("e");
  EXPECT_EQ(execution.summary.status, ExecutionStatus::kFailed);
  EXPECT_EQ(execution.error, "Approval.Rejected");
  EXPECT_EQ(execution.cause, "fine");
  EXPECT_EQ(office.closed().at(0).status, Status::kRejected);
}

TEST_P(Approvals, reject_by_an_output_where_the_settings_say_so) {
  OfficeFixture office(GetParam(), "rules: [{machine: m, rejectAs: output}]");
  start(office);
  EXPECT_EQ(office.decide(office.only().id, "kim", Verdict::kReject), "decided");
  EXPECT_EQ(office.node.status("e"), ExecutionStatus::kSucceeded);
  EXPECT_TRUE(office.node.output("e").starts_with(R"({"approved":false,)"));
}

TEST_P(Approvals, are_decided_once_however_often_somebody_clicks) {
  OfficeFixture office(GetParam());
  start(office);
  auto const id = office.only().id;
  std::vector<std::shared_ptr<std::optional<DecisionOutcome>>> told;
  for (int i = 0; i < 20; ++i)
    told.push_back(office.listen(office.request(
        id, fmt::format("kim{}", i), i % 2 == 0 ? Verdict::kApprove : Verdict::kReject)));
  office.node.settle();
  std::map<std::string, int> outcomes;
  for (auto const& one : told) ++outcomes[*one ? OfficeFixture::name_of(**one) : "unanswered"];
  EXPECT_EQ(outcomes, (std::map<std::string, int>{{"decided", 1}, {"already", 19}}));
  auto const& later = std::get<AlreadyClosed>(**told.back());
  EXPECT_EQ(later.approval.decision->approver.id, "kim0");
  EXPECT_EQ(outcome_sentence(**told.back()),
            "Already approved by kim0 via page at 2023-11-14 22:13 UTC.");
  EXPECT_EQ(office.records("approval.decided").size(), 1U);
  EXPECT_EQ(
      std::ranges::count_if(office.node.history("e"),
                            [](auto const& event) { return event.ends_with("TaskSucceeded"); }),
      1);
}

TEST_P(Approvals, know_what_the_api_time_and_operators_did) {
  for (auto const* way : {"api", "time", "stop"}) {
    SCOPED_TRACE(way);
    OfficeFixture office(GetParam());
    start(office, token_task(R"("TimeoutSeconds":60,)"));
    auto const id = office.only().id;
    if (way == std::string_view("api"))
      office.node.succeed_token(office.node.connector.deliveries.at(0).task_token, "{}");
    if (way == std::string_view("time")) office.advance(Milliseconds{60'000});
    if (way == std::string_view("stop")) office.node.stop("e");
    auto const now = office.core().find(id);
    ASSERT_TRUE(now);
    EXPECT_EQ(now->status, way == std::string_view("api")    ? Status::kClosedByApi
                           : way == std::string_view("time") ? Status::kTimedOut
                                                             : Status::kStopped);
    EXPECT_EQ(office.decide(id, "kim"), way == std::string_view("time") ? "too late" : "already");
    EXPECT_EQ(office.pending().size(), 0U);
    EXPECT_EQ(office.records("approval.refused").size(), 1U);
  }
}

// Also where nobody attends to the wait: whoever has the token decides as well.
TEST_P(Approvals, write_down_who_decided_by_token) {
  OfficeFixture office(GetParam());
  start(office);
  auto const id = office.only().id;
  office.node.ask<void>([&](auto done) {
    office.node.engine().task_failure(
        office.node.connector.deliveries.at(0).task_token, "No", "too dear", std::move(done),
        R"({"call":"SendTaskFailure","authenticated":"access-key AKIDO"})");
  });
  EXPECT_EQ(office.core().find(id)->status, Status::kClosedByApi);
  EXPECT_EQ(office.audit_kinds(), Kinds{"approval.closed-by-api"});
  auto const record = office.records("approval.closed-by-api").at(0);
  EXPECT_EQ(audit_member(record, "approval"), id);
  EXPECT_EQ(audit_member(record, "decidedVia"), "api");
  EXPECT_EQ(audit_member(record, "receipt"),
            R"({"call":"SendTaskFailure","authenticated":"access-key AKIDO"})");
}

// A click and the time-out at one instant, in both orders: one of them, and the other knows.
TEST_P(Approvals, end_once_when_a_click_meets_the_time_out) {
  for (bool const click_first : {true, false}) {
    SCOPED_TRACE(click_first);
    OfficeFixture office(GetParam());
    start(office, token_task(R"("TimeoutSeconds":60,)"));
    auto const id = office.only().id;
    std::shared_ptr<std::optional<DecisionOutcome>> told;
    if (click_first) told = office.listen(office.request(id, "kim"));
    office.node.clock.advance(Milliseconds{60'000});
    office.node.engine().clock_moved();
    if (!click_first) told = office.listen(office.request(id, "kim"));
    office.node.settle();
    ASSERT_TRUE(*told);
    bool const was_click = OfficeFixture::name_of(**told) == "decided";
    EXPECT_TRUE(was_click || OfficeFixture::name_of(**told) == "too late");
    auto const status = office.node.status("e");
    EXPECT_EQ(status == ExecutionStatus::kSucceeded, was_click);
    EXPECT_EQ(office.records("approval.decided").size(), was_click ? 1U : 0U);
  }
}

// Whatever commit is the last that reached the disk.
TEST_P(Approvals, are_decided_once_and_written_down_once_whatever_commit_fails) {
  int acknowledged = 0;
  for (std::uint64_t survives = 0; survives < 8; ++survives) {
    SCOPED_TRACE(survives);
    OfficeFixture office(GetParam());
    start(office);
    auto const id = office.only().id;
    office.node.store().fail_from(survives);
    auto const told = office.listen(office.request(id, "kim"));
    office.node.settle();
    office.restart();
    auto const now = office.core().find(id);
    ASSERT_TRUE(now);
    if (*told && OfficeFixture::name_of(**told) == "decided") {
      ++acknowledged;
      EXPECT_EQ(now->status, Status::kApproved);
    }
    auto const again = office.decide(id, "lee");
    EXPECT_EQ(again, now->status == Status::kApproved ? "already" : "decided");
    EXPECT_EQ(office.records("approval.decided").size(), 1U);
    EXPECT_EQ(office.node.status("e"), ExecutionStatus::kSucceeded);
    EXPECT_EQ(office.node.rows_in(Table::kAgenda), 0U);
    office.audit_kinds();
  }
  EXPECT_GT(acknowledged, 0);
}

TEST_P(Approvals, take_a_decision_after_a_restart) {
  OfficeFixture office(GetParam());
  start(office);
  auto const id = office.only().id;
  office.restart();
  EXPECT_EQ(office.only().id, id);
  EXPECT_EQ(office.decide(id, "kim"), "decided");
  office.restart();
  EXPECT_EQ(office.decide(id, "lee"), "already");
  EXPECT_EQ(office.audit_kinds(), (Kinds{"approval.decided", "approval.refused"}));
}

TEST_P(Approvals, are_for_those_who_are_listed) {
  OfficeFixture office(GetParam(),
                       "rules:\n"
                       "  - machine: m\n"
                       "    approvers: [kim@example.com, {id: lee, slack: U1}]\n");
  start(office);
  auto const id = office.only().id;
  EXPECT_EQ(office.decide(id, "eve@example.com"), "not allowed");
  EXPECT_EQ(office.decide(id, ""), "not allowed");
  EXPECT_EQ(office.node.status("e"), ExecutionStatus::kRunning);
  auto request = office.request(id, "somebody");
  request.approver.also = {"U1"};
  auto const told = office.listen(request);
  office.node.settle();
  ASSERT_EQ(OfficeFixture::name_of(**told), "decided");
  EXPECT_EQ(std::get<Decided>(**told).approval.decision->approver.id, "lee");
  EXPECT_EQ(office.records("approval.refused").size(), 2U);
}

TEST_P(Approvals, are_not_for_those_who_asked) {
  OfficeFixture office(GetParam(),
                       "rules:\n"
                       "  - machine: m\n"
                       "    requester: $.by\n"
                       "    requesterMayDecide: false\n"
                       "    approvers: [{id: lee, email: lee@example.com}, kim]\n");
  start(office, order_task());
  auto const id = office.only().id;
  EXPECT_EQ(office.only().requester, "lee@example.com");
  EXPECT_EQ(office.decide(id, "lee"), "not allowed");
  EXPECT_EQ(office.decide(id, "LEE@example.com"), "not allowed");
  EXPECT_EQ(office.decide(id, "kim"), "decided");
  // Where it is not known who asked, nobody decides.
  start(office, token_task(), "f");
  EXPECT_EQ(office.decide(office.only().id, "kim"), "not allowed");
}

TEST_P(Approvals, wait_for_as_many_as_the_quorum) {
  OfficeFixture office(GetParam(),
                       "rules: [{machine: m, quorum: 2, approvers: [{id: kim, slack: U9}, lee, "
                       "max], channels: {slack: '#a'}}]");
  start(office);
  auto const id = office.only().id;
  EXPECT_EQ(office.decide(id, "kim"), "recorded");
  EXPECT_EQ(office.decide(id, "kim"), "recorded") << "one person counts once";
  EXPECT_EQ(office.decide(id, "U9"), "recorded") << "whatever way they come";
  EXPECT_EQ(outcome_text(office.only()), "1 of 2 approvals");
  office.restart();
  EXPECT_EQ(office.only().votes.size(), 1U) << "votes are durable";
  EXPECT_EQ(office.decide(id, "lee"), "decided");
  auto const closed = office.closed().at(0);
  EXPECT_EQ(closed.votes.size(), 2U);
  EXPECT_EQ(closed.decision->approver.id, "lee");
  EXPECT_EQ(office.node.rows_in(Table::kVote), 0U);
  EXPECT_EQ(office.records("approval.voted").size(), 3U);
}

TEST_P(Approvals, count_votes_that_come_at_once) {
  OfficeFixture office(GetParam(), "rules: [{machine: m, quorum: 3}]");
  start(office);
  std::vector<std::shared_ptr<std::optional<DecisionOutcome>>> told;
  for (auto const* who : {"a", "b", "c", "d"})
    told.push_back(office.listen(office.request(office.only().id, who)));
  office.node.settle();
  std::string names;
  for (auto const& one : told) names += OfficeFixture::name_of(**one) + " ";
  EXPECT_EQ(names, "recorded recorded decided already ");
}

TEST_P(Approvals, are_rejected_by_the_first_who_rejects) {
  OfficeFixture office(GetParam(), "rules: [{machine: m, quorum: 2}]");
  start(office);
  auto const id = office.only().id;
  EXPECT_EQ(office.decide(id, "kim"), "recorded");
  EXPECT_EQ(office.decide(id, "lee", Verdict::kReject), "decided");
  EXPECT_EQ(office.node.describe("e").error, "Approval.Rejected");
}

TEST_P(Approvals, of_many_at_once_cost_a_row_each_and_are_all_listed) {
  OfficeFixture office(GetParam());
  auto const machine = office.node.machine(token_task());
  for (int i = 0; i < 450; ++i) office.node.start(machine, fmt::format("e{}", i));
  std::set<std::string> ids;
  ListQuery query{.limit = 200};
  for (int pages = 0; pages < 5; ++pages) {
    auto const page = *office.core().list(query);
    for (auto const& a : page.approvals) ids.insert(a.id);
    if ((query.after = page.next).empty()) break;
  }
  EXPECT_EQ(ids.size(), 450U);
  EXPECT_EQ(office.core().list({.after = "no position"}).error(), ListError::kBadPosition);
}

// 10,000 ids that are changed, mixed or made up: none is accepted, and all are in the log.
TEST_P(Approvals, are_not_found_under_ids_that_nobody_gave) {
  OfficeFixture office(GetParam());
  auto const machine = office.node.machine(token_task());
  std::vector<std::string> ids;
  for (int i = 0; i < 10; ++i) office.node.start(machine, fmt::format("e{}", i));
  for (auto const& a : office.pending()) ids.push_back(a.id);
  SeededRandom random(11);
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::map<std::string, int> outcomes;
  for (int i = 0; i < 10'000; ++i) {
    auto id = ids[random.next_u64() % ids.size()];
    auto const& other = ids[random.next_u64() % ids.size()];
    auto const at = 1 + random.next_u64() % (id.size() - 1);
    switch (random.next_u64() % 4) {
      case 0: id[at] = kAlphabet[random.next_u64() % kAlphabet.size()]; break;
      case 1: id = id.substr(0, at) + other.substr(at); break;
      case 2: id.resize(at); break;
      default:
        for (std::size_t j = 1; j < id.size(); ++j)
          id[j] = kAlphabet[random.next_u64() % kAlphabet.size()];
    }
    if (std::ranges::find(ids, id) != ids.end()) id += "A";
    auto const told = office.listen(office.request(id, "eve"));
    if (i % 100 == 0) {
      office.node.settle();
      office.node.clock.advance(Milliseconds{10});
    }
    office.node.settle();
    ++outcomes[OfficeFixture::name_of(**told)];
  }
  EXPECT_EQ(outcomes, (std::map<std::string, int>{{"unknown", 10'000}}));
  EXPECT_EQ(office.pending().size(), 10U) << "all still wait";
  office.node.clock.advance(Milliseconds{1'000});
  EXPECT_EQ(office.decide("x", "eve"), "unknown");  // what was counted is written first
  std::uint64_t written = office.records("approval.refused").size();
  EXPECT_LE(written, 100U + 10U * 3U);
  for (auto const& record : office.records("approval.refused-more"))
    written += std::stoull(audit_member(record, "count"));
  EXPECT_EQ(written, 10'001U);
  office.audit_kinds();
}

TEST_P(Approvals, of_the_task_that_calls_nothing) {
  OfficeFixture office(GetParam());
  start(office,
        R"({"StartAt":"Ask","States":{"Ask":{"Type":"Task","End":true,)"
        R"("Resource":"arn:aws:states:::treadle:approval.waitForTaskToken","Parameters":{)"
        R"("Title":"Pay {$.x}","Fields":{"Amount.$":"$.amount"},"Approvers":["kim"],)"
        R"("Requester":"lee","RequesterMayDecide":false,"Channels":{"Slack":"#pay"}}}}})",
        "e", R"({"amount":12})");
  auto const a = office.only();
  EXPECT_EQ(a.title, "Pay {$.x}") << "Parameters hold what they mean";
  EXPECT_EQ(a.facts, (std::vector<Fact>{{"Amount", "12"}}));
  EXPECT_EQ(a.requester, "lee");
  EXPECT_EQ(office.channel.log(), Kinds{"announce #pay pending"});
  EXPECT_EQ(office.decide(a.id, "eve"), "not allowed");
  EXPECT_EQ(office.decide(a.id, "kim"), "decided");
  EXPECT_EQ(office.channel.log(), (Kinds{"announce #pay pending", "update #pay approved"}));
  EXPECT_EQ(office.audit_kinds(),
            (Kinds{"approval.requested", "approval.delivered", "approval.refused",
                   "approval.decided", "approval.updated"}));
}

TEST_P(Approvals, write_down_who_looked_and_what_operators_did) {
  OfficeFixture office(GetParam());
  start(office);
  auto const id = office.only().id;
  EXPECT_TRUE(
      office.core().view(id, {.id = "kim"}, "page", {.ip = "192.0.2.7", .user_agent = "b"}));
  EXPECT_FALSE(office.core().view("nothing", {.id = "kim"}, "page", {}));
  office.node.settle();
  office.node.stop("e");
  office.node.redrive("e");
  EXPECT_EQ(office.audit_kinds(), (Kinds{"approval.viewed", "approval.refused", "execution.stopped",
                                         "execution.redriven"}));
  EXPECT_EQ(audit_member(office.records("approval.viewed").at(0), "ip"), "192.0.2.7");
  auto const stopped = office.records("execution.stopped").at(0);
  EXPECT_EQ(audit_member(stopped, "execution"), arn_of("e"));
  EXPECT_EQ(audit_member(stopped, "cause"), "by hand");
}

INSTANTIATE_TEST_SUITE_P(Stores, Approvals, ::testing::ValuesIn(runtime::test::kStoreKinds),
                         runtime::test::name_of_kind);

}  // namespace
}  // namespace treadle::approvals::test
