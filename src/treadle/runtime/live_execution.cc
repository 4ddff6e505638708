#include "treadle/runtime/live_execution.h"

#include <algorithm>

#include <fmt/format.h>

#include "treadle/base/assert.h"
#include "treadle/interpreter/apply.h"
#include "treadle/interpreter/can_apply.h"
#include "treadle/record/codec.h"
#include "treadle/runtime/snapshot.h"

namespace treadle::runtime {
namespace {

constexpr std::size_t kTextBytesKept = 16 * 1024;
constexpr std::size_t kRowsAtOnce = 256;

}  // namespace

LiveExecution::LiveExecution(Place where, EntityId machine_id, asl::DefinitionPtr compiled)
    : place(where), machine(machine_id), definition(std::move(compiled)) {}

auto LiveExecution::take_up(std::string_view row, store::Store const& store)
    -> Result<std::optional<std::string>, std::string> {
  auto snapshot = read_snapshot(row);
  if (!snapshot) return std::nullopt;
  auto key = journal_key(place, snapshot->last);
  auto const last = store.get(store::Table::kJournal, key);
  if (!last) return std::unexpected(last.error().message);
  if (!*last) return std::nullopt;
  state = std::move(snapshot->state);
  first_row_ = rows_at_snapshot_ = snapshot->last.row + 1;
  next_payload_ = snapshot->next_payload;
  return key;
}

auto LiveExecution::fold(store::Row const& row, json::Arena& arena) -> Result<void, std::string> {
  auto const key = read_journal_key(row.key);
  if (key.row != next_row())
    return std::unexpected(
        fmt::format("journal row {} of {} is missing; `treadle check` tells more", next_row(),
                    state.execution_arn));
  auto const parts = TRY(read_journal_row(row.value));
  std::vector<record::JournalEvent> events;
  TRY(record::decode(parts.events, arena, events));
  for (auto const& event : events) {
    if (!interpreter::can_apply(state, event))
      return std::unexpected(fmt::format(
          "journal row {} of {} does not follow on the rows before it; `treadle check` tells more",
          key.row, state.execution_arn));
    interpreter::apply(state, event);
  }
  rows_.push_back(key);
  next_payload_ = key.first_payload + static_cast<std::uint32_t>(parts.payloads.size());
  return {};
}

auto LiveExecution::load(store::Store const& store, DefinitionCache& definitions, Place place,
                         json::Arena& arena)
    -> Result<std::unique_ptr<LiveExecution>, std::string> {
  auto const prefix = place_key(place);
  auto live = std::make_unique<LiveExecution>(place, EntityId{}, nullptr);
  store::RowName const names[] = {{store::Table::kHead, prefix}, {store::Table::kSnapshot, prefix}};
  auto const found = store.multi_get(names);
  if (!found) return std::unexpected(found.error().message);
  auto const& head = found->front();
  auto from = prefix;
  if (auto const& snapshot = found->back())
    if (auto const last = TRY(live->take_up(*snapshot, store))) from = *last + '\0';
  std::string const end = journal_key(place, {.first_history_id = ~0U, .first_payload = ~0U});
  for (;;) {
    auto const rows =
        store.scan(store::Table::kJournal, {.from = from, .to = end, .limit = kRowsAtOnce});
    if (!rows) return std::unexpected(rows.error().message);
    for (auto const& row : *rows) TRY(live->fold(row, arena));
    if (rows->size() < kRowsAtOnce) break;
    from = rows->back().key + '\0';
  }
  if (live->next_row() == 0) return nullptr;
  auto const read = head ? read_head(*head) : std::nullopt;
  if (!read)
    return std::unexpected(
        fmt::format("the head row of {} is missing or damaged", live->state.execution_arn));
  live->machine = read->summary.machine;
  live->definition = definitions.find(live->state.revision);
  if (!live->definition)
    return std::unexpected(fmt::format("the definition {} of {} is missing", live->state.revision,
                                       live->state.execution_arn));
  return live;
}

auto LiveExecution::payload_table(json::Arena& arena, store::Store const& store)
    -> record::PayloadTable {
  return record::PayloadTable(
      arena, record::PayloadId{next_payload_},
      [this, &store](record::PayloadId id) { return payload_text(store, id); });
}

auto LiveExecution::find_event(store::Store const& store, record::HistoryId id, json::Arena& arena)
    -> Result<record::JournalEvent, std::string> {
  auto const row = TRY(find_event_row(store, place, id));
  auto const parts = TRY(read_journal_row(arena.copy(row.value)));
  std::vector<record::JournalEvent> events;
  TRY(record::decode(parts.events, arena, events));
  for (auto const& event : events)
    if (event.history_count != 0 && event.first_history_id == id) return event;
  return std::unexpected(fmt::format("event {} of {} is missing", id, state.execution_arn));
}

auto LiveExecution::take_snapshot(std::uint32_t every) -> std::optional<std::string> {
  auto const since = next_row() - rows_at_snapshot_;
  bool const is_last = state.is_over() && rows_at_snapshot_ != 0;
  if (since < every && !is_last) return std::nullopt;
  rows_at_snapshot_ = next_row();
  return write_snapshot(rows_.back(), next_payload_, state);
}

void LiveExecution::add_row(JournalKey const& key, record::PayloadTable& payloads) {
  rows_.push_back(key);
  for (auto id = payloads.first_new(); id < payloads.next();
       id = record::PayloadId{id.value() + 1}) {
    auto const text = payloads.text(id);
    texts_.emplace_back(id.value(), text);
    text_bytes_ += text.size();
  }
  next_payload_ = payloads.next().value();
}

void LiveExecution::committed(std::uint64_t sequence) {
  durable = sequence;
  std::erase_if(fresh_waits, [&](FreshWait const& wait) { return wait.commit <= durable; });
  if (durable != submitted || is_away) return;
  while (text_bytes_ > kTextBytesKept && !texts_.empty()) {
    text_bytes_ -= texts_.front().second.size();
    texts_.pop_front();
  }
}

auto LiveExecution::payload_text(store::Store const& store, record::PayloadId id)
    -> std::string_view {
  if (!texts_.empty() && id.value() >= texts_.front().first)
    return texts_[id.value() - texts_.front().first].second;
  auto row = stored_row(store, id);
  TREADLE_ASSERT(row);
  loaded_ = std::move(row->value);
  auto const parts = read_journal_row(loaded_);
  auto const index = id.value() - row->key.first_payload;
  TREADLE_ASSERT(parts && index < parts->payloads.size());
  return parts->payloads[index];
}

// The row that made the payload: its key is known since the last load, or it is searched for.
auto LiveExecution::stored_row(store::Store const& store, record::PayloadId id) const
    -> Result<StoredRow, std::string> {
  auto const after = std::ranges::upper_bound(rows_, id.value(), {}, &JournalKey::first_payload);
  if (after == rows_.begin()) return find_payload_row(store, place, id.value());
  auto const& key = *(after - 1);
  auto row = store.get(store::Table::kJournal, journal_key(place, key));
  if (!row) return std::unexpected(row.error().message);
  if (!*row) return std::unexpected(fmt::format("journal row {} is missing", key.row));
  return StoredRow{key, std::move(**row)};
}

}  // namespace treadle::runtime
