// Attempts that led to nothing: each in the log, a flood of them in few records.
#include "tests/approvals/office_fixture.h"
#include "treadle/base/hmac.h"

namespace treadle::approvals::test {
namespace {

class RefusalsTest : public ::testing::TestWithParam<runtime::test::StoreKind> {
 protected:
  static void note(OfficeFixture& office, Refused what, std::string via, int times) {
    for (int i = 0; i < times; ++i)
      office.core().note_refused(
          {.what = what,
           .approval_id = "A1",
           .via = via,
           .why = "it is forged",
           .approver = "eve",
           .tried = fmt::format("{} {}", via, i),
           .origin = {.ip = fmt::format("192.0.2.{}", i % 200), .user_agent = {}}});
    office.node.settle();
  }
  // How many attempts the log accounts for.
  static auto accounted(OfficeFixture& office) -> std::uint64_t {
    std::uint64_t out = 0;
    for (auto const* kind : {"approval.refused", "session.refused"}) {
      out += office.records(kind).size();
      for (auto const& many : office.records(std::string(kind) + "-more"))
        out += std::stoull(audit_member(many, "count"));
    }
    return out;
  }
};

TEST_P(RefusalsTest, add_up_to_the_attempts_whatever_their_kind_and_way) {
  OfficeFixture office(GetParam());
  note(office, Refused::kLink, "email", 500);
  note(office, Refused::kToken, "api", 700);
  note(office, Refused::kSignIn, "page", 300);
  note(office, Refused::kLink, "email", 500);
  office.node.clock.advance(Milliseconds{1'000});
  note(office, Refused::kToken, "api", 1);
  EXPECT_EQ(accounted(office), 2'001U);
  EXPECT_EQ(office.records("approval.refused").size(), 101U) << "the allowance, and one more";
  auto const many = office.records("approval.refused-more");
  ASSERT_EQ(many.size(), 2U) << "one of each kind";
  EXPECT_EQ(audit_member(many[0], "what") + audit_member(many[1], "what"), "tokenlink");
  EXPECT_EQ(audit_member(many[1], "count"), "900");
  EXPECT_EQ(audit_member(many[1], "firstIp") + " " + audit_member(many[1], "lastIp"),
            "192.0.2.100 192.0.2.99");
  EXPECT_EQ(audit_member(many[1], "triedHash").size(), 64U);
  EXPECT_EQ(audit_member(office.records("session.refused-more").at(0), "count"), "300");
  office.audit_kinds();
}

TEST_P(RefusalsTest, name_what_was_tried_by_its_hash) {
  OfficeFixture office(GetParam());
  note(office, Refused::kToken, "api", 1);
  auto const record = office.records("approval.refused").at(0);
  EXPECT_EQ(audit_member(record, "tried"), to_hex(sha256("api 0")).substr(0, 16));
  EXPECT_EQ(audit_member(record, "why") + audit_member(record, "ip"), "it is forged192.0.2.0");
  EXPECT_EQ(record.find("api 0"), std::string::npos);
}

TEST_P(RefusalsTest, are_written_when_the_server_stops) {
  OfficeFixture office(GetParam());
  note(office, Refused::kSignature, "slack", 150);
  EXPECT_EQ(accounted(office), 100U);
  office.core().stop();
  office.node.settle();
  EXPECT_EQ(accounted(office), 150U);
}

TEST_P(RefusalsTest, one_by_one_as_long_as_they_are_few) {
  OfficeFixture office(GetParam());
  note(office, Refused::kLink, "email", 100);
  for (int second = 1; second <= 5; ++second) {
    office.node.clock.advance(Milliseconds{1'000});
    note(office, Refused::kLink, "email", 10);
    EXPECT_EQ(office.records("approval.refused").size(), 100U + 10U * unsigned(second));
  }
  EXPECT_TRUE(office.records("approval.refused-more").empty());
  office.node.clock.set(office.node.clock.now() - Milliseconds{60'000});
  note(office, Refused::kLink, "email", 10);
  EXPECT_EQ(office.records("approval.refused").size(), 150U) << "a clock set back gives nothing";
}

INSTANTIATE_TEST_SUITE_P(Stores, RefusalsTest, ::testing::ValuesIn(runtime::test::kStoreKinds),
                         runtime::test::name_of_kind);

}  // namespace
}  // namespace treadle::approvals::test
