#include "treadle/approvals/settings.h"

#include <utility>

namespace treadle::approvals {

Settings::Settings(std::vector<Entry> entries) : entries_(std::move(entries)) {}

auto asks_for_attention(Rules const& rules) -> bool {
  return !rules.recipients.empty() || !rules.reminders.empty() || rules.escalation ||
         rules.on_timeout != OnTimeout::kFail || rules.quorum > 1;
}

auto Settings::find(std::string_view machine, std::string_view state) const -> RulesPtr {
  Entry const* best = nullptr;
  int best_names = -1;
  for (auto const& entry : entries_) {
    bool const machine_named = entry.machine == machine;
    bool const state_named = entry.state == state;
    if (!machine_named && entry.machine != "*") continue;
    if (!state_named && entry.state != "*") continue;
    int const names = (machine_named ? 2 : 0) + (state_named ? 1 : 0);
    if (names <= best_names) continue;
    best = &entry;
    best_names = names;
  }
  return best == nullptr ? nullptr : best->rules;
}

}  // namespace treadle::approvals
