#include "treadle/approvals/agenda.h"

#include <algorithm>

namespace treadle::approvals {
namespace {

// A few milliseconds: people wait for pages that are read on the same loop.
constexpr std::size_t kRowsAtOnce = 32;
constexpr std::size_t kUnderWayMax = 512;
// The longest time to sleep: a clock that is set forward is noticed after this.
constexpr auto kNapMax = std::chrono::seconds(60);

auto first_key(Timestamp due) -> std::string {
  return runtime::agenda_key({.due = due, .task = {}, .kind = {}, .number = 0});
}

}  // namespace

void Agenda::start() {
  runs_ = true;
  look();
}

void Agenda::added(Timestamp due) {
  if (!runs_) return;
  from_ = std::min(from_, first_key(due));
  if (!armed_ || due < *armed_) arm(due);
}

void Agenda::finished(runtime::AgendaKey const& key) {
  bool const was_full = under_way_.size() >= kUnderWayMax;
  under_way_.erase(runtime::agenda_key(key));
  if (was_full) look();
}

void Agenda::again(runtime::AgendaKey const& key, Milliseconds after) {
  loop_
      .run_after(after,
                 [this, key] {
                   under_way_.erase(runtime::agenda_key(key));
                   added(key.due);
                 })
      .detach();
}

void Agenda::arm(Timestamp due) {
  armed_ = due;
  auto const wait = std::clamp<std::chrono::milliseconds>(due - clock_.now(),
                                                          std::chrono::milliseconds{0}, kNapMax);
  timer_ = loop_.run_after(wait, [this] { look(); });
}

void Agenda::look() {
  armed_.reset();
  if (under_way_.size() >= kUnderWayMax) return;  // finished() looks again
  auto const now = clock_.now();
  auto const rows = store_.scan(store::Table::kAgenda, {.from = from_, .limit = kRowsAtOnce});
  if (!rows) return arm(now + std::chrono::seconds(1));
  for (auto const& row : *rows) {
    auto const key = runtime::read_agenda_key(row.key);
    if (key && key->due > now) {
      arm(key->due);
      return;
    }
    from_ = row.key + '\0';
    if (key && under_way_.insert(row.key).second) on_due_(*key, row.value);
  }
  // Others are served between two lots.
  if (rows->size() == kRowsAtOnce) arm(now);
}

}  // namespace treadle::approvals
