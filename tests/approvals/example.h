// Approvals for tests of channels and pages, and a core that only answers what it is told to.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "treadle/approvals/decisions.h"

namespace treadle::approvals::test {

inline auto example_approval() -> Approval {
  Approval a;
  a.id = "A" + std::string(44, 'x');
  a.title = "Refund of order 1001";
  a.facts = {{"orderId", "1001"}, {"amount", "250"}};
  a.state_machine_name = "refunds";
  a.execution_name = "run-1";
  a.state_name = "WaitForApproval";
  a.opened_at = Timestamp{Milliseconds{1'700'000'000'000}};
  a.expires_at = a.opened_at + std::chrono::hours(24);
  a.requester = "sam@example.com";
  a.approvers = {{.id = "kim@example.com", .name = "Kim Lee", .email = {}, .slack = "U024BE7LH"}};
  return a;
}

// Holds one approval. The first decision closes it; all calls are written down.
class FakeDecisions final : public Decisions {
 public:
  explicit FakeDecisions(Approval approval) : approval_(std::move(approval)) {}

  void decide(DecisionRequest request, OnOutcome done) override {
    requests.push_back(request);
    if (request.approval_id != approval_.id) return done(Unknown{});
    if (approval_.status == Status::kTimedOut) return done(TooLate{approval_});
    if (approval_.status != Status::kPending) return done(AlreadyClosed{approval_});
    if (auto allowed = may_decide(approval_, request.approver); !allowed)
      return done(allowed.error());
    bool const approves = request.verdict == Verdict::kApprove;
    approval_.status = approves ? Status::kApproved : Status::kRejected;
    approval_.closed_at = approval_.opened_at + std::chrono::minutes(5);
    approval_.decision = Decision{.verdict = request.verdict,
                                  .approver = request.approver,
                                  .via = request.via,
                                  .comment = request.comment,
                                  .decided_at = *approval_.closed_at};
    done(Decided{approval_});
  }
  [[nodiscard]] auto find(std::string_view id) -> std::optional<Approval> override {
    return id == approval_.id ? std::optional(approval_) : std::nullopt;
  }
  auto view(std::string_view id, Approver const& viewer, std::string_view via, Origin const&)
      -> std::optional<Approval> override {
    views.push_back(viewer.id + " via " + std::string(via));
    return find(id);
  }
  auto list(ListQuery const& query) -> std::expected<ListPage, ListError> override {
    if (!query.after.empty()) return std::unexpected(ListError::kBadPosition);
    bool const wants_pending = query.which == ListQuery::Which::kPending;
    ListPage page;
    if (wants_pending == (approval_.status == Status::kPending)) page.approvals = {approval_};
    return page;
  }
  void note_refused(RefusedAttempt attempt) override { refused.push_back(std::move(attempt)); }
  [[nodiscard]] auto may_decide(Approval const& approval, Approver const& approver) const
      -> std::expected<void, NotAllowed> override {
    for (auto const& allowed : approval.approvers) {
      if (is_known_as(allowed, approver.id)) return {};
      for (auto const& also : approver.also)
        if (is_known_as(allowed, also)) return {};
    }
    if (approval.approvers.empty()) return {};
    return std::unexpected(NotAllowed{"You are not among those who may decide this."});
  }
  [[nodiscard]] auto settings() const -> Settings const& override { return settings_; }

  auto approval() -> Approval& { return approval_; }
  void use(Settings settings) { settings_ = std::move(settings); }

  std::vector<DecisionRequest> requests;
  std::vector<RefusedAttempt> refused;
  std::vector<std::string> views;

 private:
  Approval approval_;
  Settings settings_;
};

}  // namespace treadle::approvals::test
