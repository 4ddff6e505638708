// Core: approvals on one node. Opened before the engine, which gets its hooks; started with it.
#pragma once

#include <memory>
#include <string>

#include "treadle/approvals/ballot.h"
#include "treadle/approvals/courier.h"
#include "treadle/approvals/decisions.h"
#include "treadle/approvals/office.h"
#include "treadle/approvals/session_log.h"
#include "treadle/runtime/engine_parts.h"

namespace treadle::approvals {

class Core final : public Decisions, public SessionLog {
 public:
  // All outlive the core, which works on `loop` and goes after the loops were stopped and the store
  // was closed. An error is for the operator.
  [[nodiscard]] static auto open(store::Store& store, net::EventLoop& loop, Clock const& clock,
                                 CoreOptions options) -> Result<std::unique_ptr<Core>, std::string>;

  // In this order: the engine is made with the hooks; then these; then start().
  [[nodiscard]] auto hooks() -> runtime::WaitHooks;
  void attach(runtime::Router& router, runtime::Catalog& catalog);
  void add_channel(Channel& channel) { courier_.add_channel(channel); }
  // Takes up what is due; posted to the loop.
  void start();
  // Looks for what is due at once: the clock was set.
  void clock_moved();
  // Writes down what was only counted. After the loops were stopped, before the store is closed.
  void stop();

  void decide(DecisionRequest request, OnOutcome done) override;
  auto find(std::string_view approval_id) -> std::optional<Approval> override;
  auto view(std::string_view approval_id, Approver const& viewer, std::string_view via,
            Origin const& origin) -> std::optional<Approval> override;
  auto list(ListQuery const& query) -> std::expected<ListPage, ListError> override;
  void note_refused(RefusedAttempt attempt) override;
  [[nodiscard]] auto may_decide(Approval const& approval, Approver const& approver) const
      -> std::expected<void, NotAllowed> override;
  [[nodiscard]] auto settings() const -> Settings const& override;

  void note_opened(SessionNote note, std::move_only_function<void()> done) override;
  void note_ended(SessionNote note, Timestamp at, std::move_only_function<void()> done) override;
  [[nodiscard]] auto over_until(std::string_view key_id) const -> Timestamp override;

 private:
  Core(store::Store& store, net::EventLoop& loop, Clock const& clock, CoreOptions options,
       AuditLog audit);

  Office office_;
  Refusals refusals_;
  Courier courier_;
  Ballot ballot_;
};

}  // namespace treadle::approvals
