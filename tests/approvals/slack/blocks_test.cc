#include "treadle/approvals/slack/blocks.h"

#include <set>
#include <string>

#include <gtest/gtest.h>

#include "tests/approvals/example.h"
#include "treadle/approvals/slack/text.h"
#include "treadle/base/utf8.h"
#include "treadle/json/parse.h"
#include "treadle/json/print.h"

namespace treadle::approvals::slack {
namespace {

// What Slack refuses with invalid_blocks, written after the Block Kit reference.
class BlockCheck {
 public:
  void blocks(json::Value value) {
    ASSERT_TRUE(value.is_array());
    EXPECT_LE(value.size(), 50U);
    for (auto const block : value.elements()) this->block(block);
  }

 private:
  static auto text_of(json::Value value, std::string_view name) -> std::string {
    auto const* const found = value.find(name);
    EXPECT_TRUE(found != nullptr && found->is_string()) << name << " in " << json::print(value);
    return found != nullptr && found->is_string() ? std::string(found->as_string()) : "";
  }
  static void text_object(json::Value value, std::size_t units_max, bool may_be_mrkdwn) {
    auto const type = text_of(value, "type");
    EXPECT_TRUE(type == "plain_text" || (may_be_mrkdwn && type == "mrkdwn")) << type;
    auto const text = text_of(value, "text");
    EXPECT_FALSE(text.empty());
    EXPECT_LE(utf8::count_utf16_units(text), units_max);
  }
  static void button(json::Value value, std::set<std::string>& actions) {
    text_object(*value.find("text"), 75, false);
    EXPECT_LE(text_of(value, "action_id").size(), 255U);
    EXPECT_TRUE(actions.insert(text_of(value, "action_id")).second);
    EXPECT_LE(text_of(value, "value").size(), 2'000U);
    auto const style = text_of(value, "style");
    EXPECT_TRUE(style == "primary" || style == "danger");
  }
  static void section(json::Value value) {
    if (auto const* const text = value.find("text")) return text_object(*text, 3'000, true);
    auto const* const fields = value.find("fields");
    ASSERT_NE(fields, nullptr);
    EXPECT_GE(fields->size(), 1U);
    EXPECT_LE(fields->size(), 10U);
    for (auto const field : fields->elements()) text_object(field, 2'000, true);
  }
  void block(json::Value value) {
    auto const type = text_of(value, "type");
    if (type == "section") return section(value);
    if (type == "header") return text_object(*value.find("text"), 150, false);
    if (type == "context") {
      EXPECT_LE(value.find("elements")->size(), 10U);
      for (auto const element : value.find("elements")->elements())
        text_object(element, 2'000, true);
      return;
    }
    ASSERT_EQ(type, "actions");
    EXPECT_TRUE(ids_.insert(text_of(value, "block_id")).second);
    EXPECT_LE(text_of(value, "block_id").size(), 255U);
    std::set<std::string> actions;
    EXPECT_LE(value.find("elements")->size(), 25U);
    for (auto const element : value.find("elements")->elements()) button(element, actions);
  }
  std::set<std::string> ids_;
};

auto repeated(std::string_view piece, std::size_t times) -> std::string {
  std::string out;
  for (std::size_t i = 0; i < times; ++i) out += piece;
  return out;
}

auto largest() -> Approval {
  auto a = test::example_approval();
  a.title = repeated("<&>", 50);
  a.facts.clear();
  for (int i = 0; i < 45; ++i)
    a.facts.push_back({repeated("&", 500), repeated("<!channel>😀", 90)});
  a.facts.push_back({"", ""});
  a.state_machine_name = a.state_name = a.execution_name = std::string(80, 'n');
  a.requester = repeated("<@U024BE7LH>", 400);
  a.quorum = 3;
  a.decision = Decision{.verdict = Verdict::kReject,
                        .approver = {.id = repeated("<x>", 600)},
                        .via = "page",
                        .comment = repeated("<!here>\n", 250),
                        .decided_at = a.opened_at};
  a.closed_at = a.opened_at;
  return a;
}

TEST(SlackBlocks, KeepToEveryLimitWhateverTheyShow) {
  for (auto const status : {Status::kPending, Status::kApproved, Status::kRejected,
                            Status::kTimedOut, Status::kStopped, Status::kClosedByApi})
    for (auto const kind :
         {MessageKind::kAnnouncement, MessageKind::kReminder, MessageKind::kEscalation})
      for (auto approval : {test::example_approval(), largest(), Approval{}}) {
        approval.status = status;
        json::Arena arena;
        auto const parsed = json::parse_copy(arena, post_body("#orders", "", kind, approval));
        ASSERT_TRUE(parsed.has_value());
        EXPECT_LE(utf8::count_utf16_units(parsed->find("text")->as_string()), 4'000U);
        BlockCheck().blocks(*parsed->find("blocks"));
      }
}

TEST(SlackBlocks, DataNamesNobodyAndLinksNowhere) {
  auto const body = post_body("#orders", "", MessageKind::kAnnouncement, largest());
  EXPECT_EQ(body.find("<!channel"), std::string::npos);
  EXPECT_EQ(body.find("<!here"), std::string::npos);
  EXPECT_EQ(body.find("<@"), std::string::npos);
  EXPECT_NE(body.find("&lt;!channel&gt;"), std::string::npos);
}

TEST(SlackBlocks, ShowTheFactsAndTwoButtons) {
  auto const approval = test::example_approval();
  auto const body = post_body("C1", "", MessageKind::kAnnouncement, approval);
  for (auto const* const part :
       {"\"channel\":\"C1\"", "Refund of order 1001", "*orderId*\\n1001", "*amount*\\n250",
        "asked by sam@example.com", "<!date^1700000000^", "\"action_id\":\"treadle-approve\"",
        "\"action_id\":\"treadle-reject\"", "\"unfurl_links\":false"})
    EXPECT_NE(body.find(part), std::string::npos) << part << "\n" << body;
  EXPECT_EQ(body.find("thread_ts"), std::string::npos);
  EXPECT_NE(body.find("\"value\":\"" + approval.id + "\""), std::string::npos);
}

TEST(SlackBlocks, TheEndTakesTheButtonsAway) {
  auto approval = test::example_approval();
  approval.status = Status::kApproved;
  approval.closed_at = approval.opened_at;
  approval.decision = Decision{.verdict = Verdict::kApprove,
                               .approver = {.id = "kim@example.com", .name = "Kim Lee"},
                               .via = "email",
                               .comment = "fine",
                               .decided_at = approval.opened_at};
  auto const body = update_body("C1", "1.2", approval);
  EXPECT_EQ(body.find("\"actions\""), std::string::npos);
  EXPECT_NE(body.find("*Approved by Kim Lee via email at 2023-11-14 22:13 UTC*\\nfine"),
            std::string::npos)
      << body;
  EXPECT_NE(body.find("\"ts\":\"1.2\""), std::string::npos);
}

TEST(SlackBlocks, RemindersGoIntoTheThread) {
  auto const body = post_body("C1", "1.2", MessageKind::kReminder, test::example_approval());
  EXPECT_NE(body.find("\"thread_ts\":\"1.2\""), std::string::npos);
  EXPECT_NE(body.find("*Reminder*"), std::string::npos);
}

TEST(SlackBlocks, TheModalFits) {
  json::Arena arena;
  auto const parsed = json::parse_copy(arena, reject_view_body("t", largest(), "{}"));
  ASSERT_TRUE(parsed.has_value());
  auto const* const view = parsed->find("view");
  for (auto const* const name : {"title", "submit", "close"})
    EXPECT_LE(view->find(name)->find("text")->as_string().size(), 24U);
  EXPECT_LE(utf8::count_utf16_units(
                view->find("blocks")->elements()[0].find("text")->find("text")->as_string()),
            3'000U);
}

}  // namespace
}  // namespace treadle::approvals::slack
