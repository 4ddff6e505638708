// The core over an engine under test: everything is real but the outside, the clock and the channel.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tests/runtime/test_node.h"
#include "treadle/approvals/core.h"
#include "treadle/approvals/settings_file.h"
#include "treadle/runtime/catalog.h"

namespace treadle::approvals::test {

using runtime::test::arn_of;
using store::Table;

// Keeps what it is given, and answers at once; fails as long as `error` says so.
class RecordingChannel final : public Channel {
 public:
  struct Seen {
    std::string what;  // "announce", "remind", "update"
    Message message;
    std::string reference;  // of the announcement
  };

  [[nodiscard]] auto name() const -> std::string_view override { return "slack"; }
  void announce(Message message, OnDelivered done) override {
    seen.push_back({"announce", std::move(message), ""});
    if (holds) return held.push_back(std::move(done));
    if (error) return done(std::unexpected(*error));
    done(Delivered{next_reference()});
  }
  void remind(Message message, Delivered announced, OnUpdated done) override {
    seen.push_back({"remind", std::move(message), std::move(announced.reference)});
    answer(std::move(done));
  }
  void update(Message message, Delivered announced, OnUpdated done) override {
    seen.push_back({"update", std::move(message), std::move(announced.reference)});
    answer(std::move(done));
  }

  auto next_reference() -> std::string { return fmt::format(R"({{"ts":"{}"}})", ++last); }
  // "announce #orders pending", one for each call.
  [[nodiscard]] auto log() const -> std::vector<std::string> {
    std::vector<std::string> out;
    for (auto const& one : seen)
      out.push_back(fmt::format("{} {} {}", one.what, one.message.recipient.address,
                                status_name(one.message.approval.status)));
    return out;
  }

  std::vector<Seen> seen;
  std::optional<DeliveryError> error;
  bool holds = false;  // announcements are answered later
  std::vector<OnDelivered> held;

 private:
  void answer(OnUpdated done) {
    if (error)
      done(std::unexpected(*error));
    else
      done({});
  }
  int last = 0;
};

class OfficeFixture {
 public:
  explicit OfficeFixture(runtime::test::StoreKind kind, std::string const& settings = "")
      : node(kind), settings_(parse(settings)) {
    node.options().waits = {.attends =
                                [this](runtime::WaitBegins const& wait) {
                                  return core_ && core_->hooks().attends(wait);
                                },
                            .on_agenda =
                                [this](Timestamp due) {
                                  if (core_) core_->hooks().on_agenda(due);
                                }};
    node.restart();
    open();
  }
  ~OfficeFixture() { close(); }

  static auto parse(std::string const& text) -> Settings {
    auto read = read_settings(text, "approvals.yaml");
    EXPECT_TRUE(read) << read.error();
    return read ? std::move(read->settings) : Settings();
  }

  void open() {
    auto opened = Core::open(
        node.store(), node.loop(), node.clock,
        {.settings = settings_, .time_scale = 1.0, .fail_stop = [this](std::string const& why) {
           node.why_stopped = why;
         }});
    ASSERT_TRUE(opened) << opened.error();
    core_ = std::move(*opened);
    catalog_ = std::make_unique<runtime::Catalog>(node.store(), node.engine().definitions());
    core_->attach(node.engine(), *catalog_);
    core_->add_channel(channel);
    core_->start();
    node.settle();
  }
  void close() {
    node.close();
    core_.reset();
  }
  // As after kill -9: what was committed stays.
  void restart() {
    close();
    node.open();
    open();
  }
  void advance(Milliseconds by) {
    node.advance(by);
    core_->clock_moved();
    node.settle();
  }

  [[nodiscard]] auto core() -> Core& { return *core_; }

  auto pending() -> std::vector<Approval> { return core_->list({})->approvals; }
  auto closed() -> std::vector<Approval> {
    return core_->list({.which = ListQuery::Which::kClosed})->approvals;
  }
  auto only() -> Approval {
    auto all = pending();
    EXPECT_EQ(all.size(), 1U);
    return all.empty() ? Approval{} : all.front();
  }

  auto request(std::string id, std::string who, Verdict verdict = Verdict::kApprove)
      -> DecisionRequest {
    return {.approval_id = std::move(id),
            .verdict = verdict,
            .approver = {.id = std::move(who), .authenticated = "test"},
            .via = "page",
            .comment = "fine",
            .origin = {.ip = "192.0.2.1", .user_agent = "test"}};
  }
  auto listen(DecisionRequest asked) -> std::shared_ptr<std::optional<DecisionOutcome>> {
    auto told = std::make_shared<std::optional<DecisionOutcome>>();
    core_->decide(std::move(asked), [told](DecisionOutcome outcome) {
      EXPECT_FALSE(told->has_value()) << "answered twice";
      told->emplace(std::move(outcome));
    });
    return told;
  }
  auto decide(std::string id, std::string who, Verdict verdict = Verdict::kApprove) -> std::string {
    auto const told = listen(request(std::move(id), std::move(who), verdict));
    node.settle();
    return *told ? name_of(**told) : "unanswered";
  }
  static auto name_of(DecisionOutcome const& outcome) -> std::string {
    constexpr std::string_view kNames[] = {"decided",     "recorded", "already",    "too late",
                                           "not allowed", "unknown",  "unavailable"};
    return std::string(kNames[outcome.index()]);
  }

  // "KIND" of every record, in order; the chain is checked on the way.
  auto audit_kinds() -> std::vector<std::string> {
    std::vector<std::string> out;
    AuditVerifier verifier;
    EXPECT_TRUE(read_audit(node.store(), 0, [&](std::uint64_t, std::string const& text) {
      EXPECT_TRUE(verifier.add(text));
      out.push_back(audit_member(text, "kind"));
      return true;
    }));
    verifier.finish(*read_audit_head(node.store()));
    EXPECT_FALSE(verifier.broken()) << verifier.broken()->problem;
    return out;
  }
  auto records(std::string_view kind) -> std::vector<std::string> {
    std::vector<std::string> out;
    EXPECT_TRUE(read_audit(node.store(), 0, [&](std::uint64_t, std::string const& text) {
      if (audit_member(text, "kind") == kind) out.push_back(text);
      return true;
    }));
    return out;
  }

  runtime::test::TestNode node;
  RecordingChannel channel;

 private:
  Settings settings_;
  std::unique_ptr<runtime::Catalog> catalog_;
  std::unique_ptr<Core> core_;
};

}  // namespace treadle::approvals::test
