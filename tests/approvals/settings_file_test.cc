// approvals.yaml: what is read, and where errors are.
#include "treadle/approvals/settings_file.h"

#include <gtest/gtest.h>

namespace treadle::approvals {
namespace {

TEST(SettingsFile, is_read_whole) {
  auto const read = read_settings(R"(
rules:
  - machine: orders
    state: Approve
    title: "Refund {$.amount}"
    fields: {Amount: $.amount, Customer: $.customer.name}
    approvers:
      - kim@example.com
      - {id: lee, name: Lee Park, email: lee@example.com, slack: U024BE7LH}
    channels: {slack: ["#orders", U024BE7LH], email: approvers}
    quorum: 2
    reminders: [50%, 2h]
    escalation: {at: 3d, approvers: [boss@example.com], channels: {email: approvers}}
    onTimeout: reject
    expiresAfter: 4d
    requester: $.by
    requesterMayDecide: false
    rejectAs: output
channels: {slack: {token: x}}
)",
                                  "approvals.yaml");
  ASSERT_TRUE(read) << read.error();
  ASSERT_TRUE(read->channels);
  EXPECT_TRUE(read->channels->find("slack")->is_map());
  auto const rules = read->settings.find("orders", "Approve");
  ASSERT_TRUE(rules);
  EXPECT_EQ(rules->title, "Refund {$.amount}");
  EXPECT_EQ(rules->fields,
            (std::vector<Field>{{"Amount", "$.amount"}, {"Customer", "$.customer.name"}}));
  ASSERT_EQ(rules->approvers.size(), 2U);
  EXPECT_EQ(rules->approvers[1].slack, "U024BE7LH");
  EXPECT_EQ(rules->recipients,
            (std::vector<Recipient>{{"slack", "#orders", ""},
                                    {"slack", "U024BE7LH", "lee"},
                                    {"email", "kim@example.com", "kim@example.com"},
                                    {"email", "lee@example.com", "lee"}}));
  EXPECT_EQ(rules->quorum, 2U);
  EXPECT_EQ(rules->reminders, (std::vector<Moment>{0.5, std::chrono::seconds(7'200)}));
  ASSERT_TRUE(rules->escalation);
  EXPECT_EQ(rules->escalation->at, Moment(std::chrono::seconds(259'200)));
  EXPECT_EQ(rules->escalation->recipients.size(), 1U);
  EXPECT_EQ(rules->on_timeout, OnTimeout::kReject);
  EXPECT_EQ(rules->expires_after, std::chrono::seconds(345'600));
  EXPECT_EQ(rules->requester_rule, RequesterRule::kMayNotDecide);
  EXPECT_EQ(rules->rejection, Rejection::kOutput);
}

TEST(SettingsFile, names_go_before_stars) {
  auto const read = read_settings(
      "rules:\n"
      "  - {title: any}\n"
      "  - {state: S, title: state}\n"
      "  - {machine: m, title: machine}\n"
      "  - {machine: m, state: S, title: both}\n",
      "f");
  ASSERT_TRUE(read) << read.error();
  auto const title = [&](std::string_view machine, std::string_view state) {
    return read->settings.find(machine, state)->title;
  };
  EXPECT_EQ(title("m", "S"), "both");
  EXPECT_EQ(title("m", "T"), "machine");
  EXPECT_EQ(title("n", "S"), "state");
  EXPECT_EQ(title("n", "T"), "any");
  EXPECT_FALSE(Settings().find("m", "S"));
}

struct Wrong {
  std::string_view name;
  std::string_view text;
  std::string_view error;  // what it begins with
};

constexpr Wrong kWrong[] = {
    {"no YAML", "rules: [", "f:"},
    {"unknown top", "rule: []", "f:1:7: there is no 'rule' here; there are: rules, channels"},
    {"no list", "rules: {}", "f:1:8: expected a list of rules"},
    {"unknown name", "rules:\n  - machine: m\n    quorom: 2", "f:3:13: there is no 'quorom' here"},
    {"twice", "rules:\n  - {machine: m}\n  - {machine: m}",
     "f:3:5: the state '*' of machine 'm' has rules at f:2:5 already"},
    {"quorum", "rules: [{quorum: 0}]", "f:1:18: expected a number from 1 to 100"},
    {"quorum of too few", "rules: [{quorum: 2, approvers: [a]}]",
     "f:1:18: 2 approvals are asked of 1 approvers"},
    {"approver twice", "rules: [{approvers: [a, a]}]", "f:1:25: 'a' is listed twice"},
    {"approver without id", "rules: [{approvers: [{name: a}]}]", "f:1:22: expected a 'id'"},
    {"path", "rules: [{fields: {A: amount}}]", "f:1:22: expected a path such as $.order.total"},
    {"path with a filter", "rules: [{fields: {A: '$..x'}}]", "f:1:22: expected a path such as"},
    {"share", "rules: [{reminders: [100%]}]", "f:1:22: expected 1% to 99%, not '100%'"},
    {"time", "rules: [{reminders: [5 minutes]}]", "f:1:22: expected a time such as"},
    {"time too long", "rules: [{reminders: [9999999d]}]", "f:1:22: expected a time such as"},
    {"word", "rules: [{onTimeout: explode}]", "f:1:21: expected one of: fail, approve, reject"},
    {"expiry that fails", "rules: [{expiresAfter: 1h}]",
     "f:1:24: expected 'onTimeout' to say approve or reject"},
    {"requester", "rules: [{requesterMayDecide: false}]", "f:1:9: expected a 'requester'"},
    {"channels", "rules: [{channels: [a]}]", "f:1:20: expected channels by name"},
    {"escalation", "rules: [{escalation: {at: 50%}}]", "f:1:22: expected approvers or channels"},
    {"escalation without time", "rules: [{escalation: {approvers: [a]}}]", "f:1:22: expected 'at'"},
    {"machine", "rules: [{machine: [a]}]", "f:1:19: expected the name of a machine"},
};

TEST(SettingsFile, says_where_it_is_wrong_and_what_it_expected) {
  for (auto const& wrong : kWrong) {
    SCOPED_TRACE(wrong.name);
    auto const read = read_settings(std::string(wrong.text), "f");
    ASSERT_FALSE(read);
    EXPECT_TRUE(read.error().starts_with(wrong.error)) << read.error();
  }
}

}  // namespace
}  // namespace treadle::approvals
