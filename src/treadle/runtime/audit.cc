#include "treadle/runtime/audit.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "treadle/base/limits.h"
#include "treadle/runtime/execution_audit.h"
#include "treadle/runtime/rows.h"
#include "treadle/runtime/wait_rows.h"

namespace treadle::runtime {
namespace {

using store::Table;

constexpr std::size_t kFindingsMax = 1'000;
constexpr std::size_t kRowsAtOnce = 64;
constexpr std::size_t kEntityIdBytes = 16;
constexpr std::string_view kRestore = "Restore the data directory from a backup.";
constexpr std::string_view kHarmless = "It does no harm: nothing reads it.";

class Auditor {
 public:
  explicit Auditor(store::Store const& store) : store_(store), revisions_(store) {}

  auto run() -> AuditReport {
    for (std::size_t p = 0; p < limits::kPartitions; ++p)
      check_partition(static_cast<PartitionIndex>(p));
    check_names();
    check_lists();
    check_wait_list();
    return std::move(report_);
  }

 private:
  // Calls `visit(Row const&)` for every row of the table whose key begins with `prefix`; a key of
  // fewer than `key_bytes_min` bytes is a finding.
  template <typename Visit>
  void for_each_row(Table table, std::string_view prefix, std::size_t key_bytes_min,
                    Visit&& visit) {
    std::string from(prefix);
    for (;;) {
      auto const rows = store_.scan(table, {.from = from, .limit = kRowsAtOnce});
      if (!rows) return add(table, "some rows", rows.error().message, kRestore);
      for (auto const& row : *rows) {
        if (!row.key.starts_with(prefix)) return;
        if (row.key.size() < key_bytes_min)
          add(table, "a row", "has a key that is too short", kRestore);
        else
          visit(row);
      }
      if (rows->size() < kRowsAtOnce) return;
      from = rows->back().key + '\0';
    }
  }

  void add(Table table, std::string_view what, std::string problem, std::string_view fix) {
    report_.add({fmt::format("table {}, {}", table_name(table), what), std::move(problem),
                 std::string(fix)});
  }

  void check_partition(PartitionIndex partition) {
    armed_.clear();
    seen_.clear();
    std::string const prefix(1, static_cast<char>(partition));
    collect_armed(prefix);
    check_executions(prefix);
    for (auto const& [id, rows] : armed_) {
      auto const& r = rows.rows;
      if (r.timers.size() + r.outbox.size() + r.tokens.size() == 0) continue;
      report_.add(
          {fmt::format("execution {:016x}{:016x} of partition {}", id.high, id.low, partition),
           "has timers, calls or tokens, and no journal", std::string(kRestore)});
    }
    auto const check_seen = [&](Table table, std::string_view fix) {
      for_each_row(table, prefix, place_key({}).size(), [&](store::Row const& row) {
        auto const place = read_place(row.key);
        if (!place || !seen_.contains(place->id))
          add(table, fmt::format("a row of partition {}", partition),
              "belongs to an execution that has no journal", fix);
      });
    };
    check_seen(Table::kHead, kRestore);
    check_seen(Table::kSnapshot, kHarmless);
  }

  // The rows of what is waited for on the partition, by execution.
  void collect_armed(std::string_view prefix) {
    for_each_row(Table::kTimer, prefix, timer_key({}).size(), [&](store::Row const& row) {
      ++report_.timers;
      auto const key = read_timer_key(row.key);
      armed_[key.place.id].rows.timers.push_back(key.timer);
    });
    for_each_row(Table::kOutbox, prefix, outbox_key({}).size(), [&](store::Row const& row) {
      ++report_.outbox;
      auto const key = read_outbox_key(row.key);
      armed_[key.place.id].rows.outbox.emplace_back(key.history_id, key.kind);
    });
    for_each_row(Table::kApproval, prefix, approval_key({}, 0).size(), [&](store::Row const& row) {
      ++report_.approvals;
      auto const key = read_approval_key(row.key);
      auto& armed = armed_[key.place.id];
      armed.rows.tokens.push_back(key.scheduled);
      auto const wait = read_wait(row.value);
      if (!wait) return add(Table::kApproval, "a row", "is damaged", kRestore);
      if (wait->heartbeat_due != Timestamp{})
        armed.moved.emplace_back(key.scheduled, wait->heartbeat_due);
      if (wait->is_listed() && !is_listed(*wait, key))
        add(Table::kWaitList, fmt::format("event {}", key.scheduled),
            "waits for its token and is not listed", "Decide on it by its token.");
    });
  }

  void check_executions(std::string_view prefix) {
    std::optional<ExecutionAudit> current;
    Place place;
    auto const finish = [&] {
      if (!current) return;
      auto const at = armed_.extract(place.id);
      current->finish(at ? at.mapped() : ArmedRows{}, revisions_);
    };
    for_each_row(Table::kJournal, prefix, journal_key({}, {}).size(), [&](store::Row const& row) {
      auto const here = *read_place(std::string_view(row.key).substr(0, place_key({}).size()));
      if (!current || here != place) {
        finish();
        place = here;
        seen_.insert(place.id);
        current.emplace(store_, place, report_);
      }
      current->add(row);
    });
    finish();
  }

  void check_names() {
    for_each_row(Table::kName, "", 0, [&](store::Row const& row) {
      auto const place = read_place(row.value);
      auto const head = place ? find_head(*place) : std::nullopt;
      if (!head || head->summary.execution_arn != row.key)
        add(Table::kName, row.key, "leads to no execution of that name", kRestore);
    });
  }

  void check_lists() {
    for_each_row(Table::kList, "", kEntityIdBytes, [&](store::Row const& row) {
      auto const id = std::string_view(row.key).substr(row.key.size() - kEntityIdBytes);
      auto const place = read_place(row.value + std::string(id));
      auto const head = place ? find_head(*place) : std::nullopt;
      if (!head) return add(Table::kList, "a row", "leads to no execution", kHarmless);
      auto const& s = head->summary;
      auto const is_of = [&](EntityId owner) {
        return row.key == list_key(owner, {}, s.started_at, place->id) ||
               row.key == list_key(owner, s.status, s.started_at, place->id);
      };
      if (std::ranges::none_of(list_owners(*head), is_of))
        add(Table::kList, "a row of " + s.execution_arn,
            "lists it under a status or a machine that it does not have", kHarmless);
    });
  }

  [[nodiscard]] auto is_listed(WaitRow const& wait, ApprovalKey const& task) const -> bool {
    auto const row =
        store_.get(Table::kWaitList, wait_list_key({WaitList::kOpen, wait.opened, task}));
    return row && *row;
  }

  void check_wait_list() {
    for_each_row(Table::kWaitList, "", wait_list_key({}).size(), [&](store::Row const& row) {
      auto const entry = read_wait_list_key(row.key);
      auto const table = entry.list == WaitList::kOpen ? Table::kApproval : Table::kReceipt;
      auto const kept = store_.get(table, approval_key(entry.task.place, entry.task.scheduled));
      if (!kept || !*kept)
        add(Table::kWaitList, "a row", "leads to no wait and no receipt", kHarmless);
    });
  }

  auto find_head(Place const& place) -> std::optional<Head> {
    auto const row = store_.get(Table::kHead, place_key(place));
    return row && *row ? read_head(**row) : std::nullopt;
  }

  store::Store const& store_;
  AuditReport report_;
  RevisionAudit revisions_;
  std::map<EntityId, ArmedRows>
      armed_;                // of the partition; those of executions that were seen are gone
  std::set<EntityId> seen_;  // executions of the partition that have a journal
};

}  // namespace

void AuditReport::add(Finding finding) {
  if (findings.size() < kFindingsMax)
    findings.push_back(std::move(finding));
  else
    ++left_out;
}

auto audit(store::Store const& store) -> AuditReport { return Auditor(store).run(); }

}  // namespace treadle::runtime
