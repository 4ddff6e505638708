// Describe: from a wait in the store to the approval that people see.
#pragma once

#include <list>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "treadle/approvals/approval.h"
#include "treadle/approvals/settings.h"
#include "treadle/runtime/definition_cache.h"
#include "treadle/runtime/wait_reader.h"
#include "treadle/store/store.h"

namespace treadle::approvals {

inline constexpr std::string_view kResourceType = "treadle";

// What definitions say in the Comment of their states; of the last 64 revisions that were asked for.
// Any thread.
class StateComments {
 public:
  explicit StateComments(runtime::DefinitionCache& definitions) : definitions_(definitions) {}
  // Empty where there is none.
  [[nodiscard]] auto find(std::string const& revision, std::string const& state) -> std::string;

 private:
  using Comments = std::map<std::string, std::string, std::less<>>;
  runtime::DefinitionCache& definitions_;
  std::mutex mutex_;
  std::map<std::string, Comments, std::less<>> by_revision_;
  std::list<std::string> order_;  // oldest first
};

struct Described {
  Approval approval;
  Rules rules;
};

struct DescribeParts {
  store::Store const& store;
  Settings const& settings;
  StateComments& comments;
  std::optional<Rules> tagged{};  // what the machine's tags say
  double time_scale = 1.0;
};

// `now` says which approvers of an escalation may decide. Reads votes where several are needed.
[[nodiscard]] auto describe(DescribeParts const& parts, runtime::Wait const& wait, Timestamp now)
    -> Described;

// When a moment comes; nullopt for a share where there is no expiry.
[[nodiscard]] auto time_of(Moment const& moment, Timestamp opened, std::optional<Timestamp> expires,
                           double time_scale) -> std::optional<Timestamp>;

// When OnTimeout::kApprove or kReject is done; nullopt where it never is.
[[nodiscard]] auto automatic_at(Rules const& rules, Timestamp opened, std::optional<Timestamp> due,
                                double time_scale) -> std::optional<Timestamp>;

[[nodiscard]] auto machine_name_of(std::string_view state_machine_arn) -> std::string_view;

// ---- vote: (place, history id, 16 bytes that stand for the approver) -> Decision as JSON ----
[[nodiscard]] auto vote_key(runtime::ApprovalKey const& task, std::string_view approver)
    -> std::string;
[[nodiscard]] auto read_votes(store::Store const& store, runtime::ApprovalKey const& task)
    -> std::vector<Decision>;

}  // namespace treadle::approvals
