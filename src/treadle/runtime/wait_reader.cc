#include "treadle/runtime/wait_reader.h"

#include <algorithm>
#include <array>

#include "treadle/record/codec.h"
#include "treadle/runtime/journal_search.h"

namespace treadle::runtime {
namespace {

using store::Table;

constexpr std::size_t kRowsAtOnce = 1'000;
constexpr std::size_t kRowsMost = 20'000;  // to look at for one page

auto internal(std::string why) -> std::unexpected<Refusal> {
  return std::unexpected(Refusal{"InternalFailure", std::move(why)});
}

// What the journal says of the task.
auto read_scheduled(store::Store const& store, Wait& wait) -> Result<void, std::string> {
  auto const& place = wait.task.place;
  auto const stored = TRY(find_event_row(store, place, wait.task.scheduled));
  auto const row = TRY(read_journal_row(stored.value));
  json::Arena arena;
  std::vector<record::JournalEvent> events;
  TRY(record::decode(row.events, arena, events));
  auto const at = std::ranges::find_if(events, [&](auto const& event) {
    return event.first_history_id == wait.task.scheduled &&
           std::holds_alternative<record::TaskScheduled>(event.fact);
  });
  if (at == events.end()) return std::unexpected(std::string("a task has no Scheduled event"));
  auto const& scheduled = std::get<record::TaskScheduled>(at->fact);
  wait.resource_type = scheduled.resource_type;
  wait.resource = scheduled.resource;
  wait.attempt = scheduled.attempt;
  wait.is_input_as_it_is = scheduled.is_input_as_it_is;
  if (scheduled.timeout) wait.due = scheduled.timeout->due;
  auto const id = scheduled.parameters.value();
  auto const first = stored.key.first_payload;
  if (id >= first && id - first < row.payloads.size()) {
    wait.parameters = row.payloads[id - first];
    return {};
  }
  auto const earlier = TRY(find_payload_row(store, place, id));
  wait.parameters = TRY(read_journal_row(earlier.value)).payloads[id - earlier.key.first_payload];
  return {};
}

}  // namespace

auto WaitReader::find(ApprovalKey const& task) const -> Answer<std::optional<Wait>> {
  auto const key = approval_key(task.place, task.scheduled);
  auto const head_key = place_key(task.place);
  std::array<store::RowName, 3> const names{store::RowName{Table::kApproval, key},
                                            store::RowName{Table::kReceipt, key},
                                            store::RowName{Table::kHead, head_key}};
  auto const rows = store_.multi_get(names);
  if (!rows) return internal(rows.error().message);
  auto const& [open, ended, head] = std::tie((*rows)[0], (*rows)[1], (*rows)[2]);
  if (!open && !ended) return std::nullopt;
  Wait wait;
  wait.task = task;
  auto const found = head ? read_head(*head) : std::nullopt;
  if (!found) return internal("the head row of an execution is missing or damaged");
  wait.execution = found->summary;
  if (open) {
    auto const row = read_wait(*open);
    if (!row) return internal("the row of a wait is damaged");
    if (!row->is_listed()) return std::nullopt;
    wait.row = *row;
  } else {
    wait.ended = read_receipt(*ended);
    if (!wait.ended) return internal("the receipt of a wait is damaged");
    wait.row.opened = wait.ended->opened;
    wait.row.state_name = wait.ended->state_name;
  }
  if (auto const read = read_scheduled(store_, wait); !read) return internal(read.error());
  return wait;
}

auto WaitReader::list(WaitListRequest const& request) const -> Answer<WaitListPage> {
  auto const prefix = wait_list_prefix(request.list);
  auto from = request.after.empty() ? prefix : request.after + '\0';
  auto to = prefix;
  to.back() = static_cast<char>(to.back() + 1);
  auto const tag =
      request.state_machine_arn.empty() ? std::string() : machine_tag(request.state_machine_arn);
  auto const at_once = tag.empty() ? request.limit + 1 : kRowsAtOnce;
  WaitListPage page;
  std::string last;  // row that was looked at
  for (std::size_t seen = 0; seen < kRowsMost;) {
    auto const rows = store_.scan(Table::kWaitList, {.from = from, .to = to, .limit = at_once});
    if (!rows) return internal(rows.error().message);
    for (auto const& row : *rows) {
      if (page.tasks.size() == request.limit) {
        page.next = last;
        return page;
      }
      last = row.key;
      if (tag.empty() || row.value == tag) page.tasks.push_back(read_wait_list_key(row.key).task);
    }
    seen += rows->size();
    if (rows->size() < at_once) return page;
    from = last + '\0';
  }
  page.next = last;
  return page;
}

}  // namespace treadle::runtime
