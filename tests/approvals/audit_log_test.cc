// The chain: whoever changes it is found, and where.
#include "treadle/approvals/audit_log.h"

#include <functional>

#include <gtest/gtest.h>

#include "tests/store/store_fixture.h"
#include "tests/support/fake_clock.h"
#include "treadle/base/random.h"
#include "treadle/store/memory_store.h"

namespace treadle::approvals {
namespace {

using Texts = std::vector<std::string>;

class Chain : public ::testing::Test {
 protected:
  Chain() {
    for (int i = 1; i <= 5; ++i) add(i);
    head_ = *read_audit_head(*store_);
  }
  void add(int number) {
    if (!log_) log_.emplace(*AuditLog::open(*store_, clock_));
    store::Batch batch;
    json::ObjectWriter details;
    details.number("n", static_cast<std::uint64_t>(number));
    log_->add(batch, "test", std::move(details));
    ASSERT_EQ(store::test::commit(*store_, std::move(batch)), store::CommitOutcome::kCommitted);
  }
  auto texts() -> Texts {
    Texts out;
    EXPECT_TRUE(read_audit(*store_, 0, [&](std::uint64_t, std::string const& text) {
      out.push_back(text);
      return true;
    }));
    return out;
  }
  static auto check(Texts const& texts, AuditHead const& head, std::string anchor = {})
      -> std::string {
    AuditVerifier verifier(std::move(anchor));
    for (auto const& text : texts)
      if (!verifier.add(text)) break;
    verifier.finish(head);
    auto const& broken = verifier.broken();
    return broken ? std::to_string(broken->sequence) + ": " + broken->problem : "sound";
  }

  treadle::test::FakeClock clock_;
  SeededRandom random_{3};
  std::unique_ptr<store::Store> store_ =
      store::make_memory_store({.mode = store::CommitMode::kInline, .random = &random_});
  std::optional<AuditLog> log_;
  AuditHead head_;
};

TEST_F(Chain, holds_as_it_was_written) {
  EXPECT_EQ(check(texts(), head_), "sound");
  EXPECT_EQ(texts().size(), 5U);
  EXPECT_TRUE(texts()[0].starts_with(R"({"sequence":1,"at":"2023-11-14T22:13:20.000Z","kind":)"))
      << texts()[0];
  EXPECT_EQ(check({}, {.sequence = 0, .hash = std::string(64, '0')}), "sound") << "an empty one";
}

TEST_F(Chain, goes_on_after_it_was_opened_again) {
  log_.reset();
  add(6);
  EXPECT_EQ(check(texts(), *read_audit_head(*store_)), "sound");
  EXPECT_EQ(texts().size(), 6U);
}

struct Change {
  std::string_view name;
  void (*make)(Texts& texts);
  std::string_view found;
};

constexpr Change kChanges[] = {
    {"a changed record", [](Texts& t) { t[2][t[2].find("\"n\":3") + 4] = '9'; },
     "4: record 3 or this one was changed"},
    {"a dropped record", [](Texts& t) { t.erase(t.begin() + 2); }, "3: the record is missing"},
    {"two that changed places", [](Texts& t) { std::swap(t[1], t[2]); },
     "2: the record is missing"},
    {"an added record", [](Texts& t) { t.insert(t.begin() + 2, t[1]); },
     "3: the record is missing"},
    {"an end that was cut off", [](Texts& t) { t.pop_back(); },
     "5: the records from here to 5 are missing"},
    {"a last record that was changed", [](Texts& t) { t[4][t[4].find("\"n\":5") + 4] = '9'; },
     "5: the last record was changed"},
    {"a beginning that was cut off", [](Texts& t) { t.erase(t.begin()); },
     "1: the record is missing"},
    {"what is no JSON", [](Texts& t) { t[3] = "{"; }, "4: the record is missing"},
};

TEST_F(Chain, breaks_where_it_was_changed) {
  for (auto const& change : kChanges) {
    SCOPED_TRACE(change.name);
    auto changed = texts();
    change.make(changed);
    EXPECT_TRUE(check(changed, head_).starts_with(change.found)) << check(changed, head_);
  }
}

TEST_F(Chain, breaks_at_every_byte_that_is_changed) {
  auto const whole = texts();
  for (std::size_t i = 0; i < whole.size(); ++i)
    for (std::size_t at = 0; at < whole[i].size(); ++at) {
      auto changed = whole;
      changed[i][at] = static_cast<char>(changed[i][at] ^ 1);
      ASSERT_NE(check(changed, head_), "sound") << "record " << i + 1 << ", byte " << at;
    }
}

// Whoever writes all anew has a sound chain, without the hash that was noted elsewhere.
TEST_F(Chain, does_not_pass_a_hash_that_was_noted_when_all_is_written_anew) {
  AuditVerifier verifier;
  verifier.add(texts()[0]);
  verifier.add(texts()[1]);
  auto const noted = verifier.last_hash();
  EXPECT_EQ(check(texts(), head_, noted), "sound");
  store_ = store::make_memory_store({.mode = store::CommitMode::kInline, .random = &random_});
  log_.reset();
  for (int i = 1; i <= 5; ++i) add(i * 10);
  EXPECT_EQ(check(texts(), *read_audit_head(*store_)), "sound");
  EXPECT_TRUE(check(texts(), *read_audit_head(*store_), noted).starts_with("5: no record has the"));
}

}  // namespace
}  // namespace treadle::approvals
