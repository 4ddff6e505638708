#include "treadle/runtime/live_execution.h"

#include <algorithm>

#include <fmt/format.h>

#include "treadle/base/assert.h"
#include "treadle/interpreter/apply.h"
#include "treadle/record/codec.h"

namespace treadle::runtime {
namespace {

constexpr std::size_t kTextBytesKept = 16 * 1024;
constexpr std::size_t kRowsAtOnce = 256;

}  // namespace

LiveExecution::LiveExecution(Place where, EntityId machine_id, asl::DefinitionPtr compiled)
    : place(where), machine(machine_id), definition(std::move(compiled)) {}

auto LiveExecution::load(store::Store const& store, DefinitionCache& definitions, Place place,
                         json::Arena& arena)
    -> Result<std::unique_ptr<LiveExecution>, std::string> {
  auto const prefix = place_key(place);
  auto from = prefix;
  auto live = std::make_unique<LiveExecution>(place, EntityId{}, nullptr);
  std::string const end = journal_key(place, {.first_history_id = ~0U, .first_payload = ~0U});
  for (;;) {
    auto const rows =
        store.scan(store::Table::kJournal, {.from = from, .to = end, .limit = kRowsAtOnce});
    if (!rows) return std::unexpected(rows.error().message);
    for (auto const& row : *rows) {
      auto const key = read_journal_key(row.key);
      auto const parts = TRY(read_journal_row(row.value));
      std::vector<record::JournalEvent> events;
      TRY(record::decode(parts.events, arena, events));
      for (auto const& event : events) interpreter::apply(live->state, event);
      live->rows_.push_back(key);
      live->next_payload_ = key.first_payload + static_cast<std::uint32_t>(parts.payloads.size());
    }
    if (rows->size() < kRowsAtOnce) break;
    from = rows->back().key + '\0';
  }
  if (live->rows_.empty()) return nullptr;
  auto const head = store.get(store::Table::kHead, prefix);
  if (!head) return std::unexpected(head.error().message);
  auto const read = *head ? read_head(**head) : std::nullopt;
  if (!read)
    return std::unexpected(
        fmt::format("the head row of {} is missing or damaged", live->state.execution_arn));
  live->machine = read->machine;
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
  auto const after = std::ranges::upper_bound(rows_, id, {}, &JournalKey::first_history_id);
  TREADLE_ASSERT(after != rows_.begin());
  auto const row = store.get(store::Table::kJournal, journal_key(place, *(after - 1)));
  if (!row) return std::unexpected(row.error().message);
  TREADLE_ASSERT(row->has_value());
  auto const parts = TRY(read_journal_row(arena.copy(**row)));
  std::vector<record::JournalEvent> events;
  TRY(record::decode(parts.events, arena, events));
  for (auto const& event : events)
    if (event.history_count != 0 && event.first_history_id == id) return event;
  return std::unexpected(fmt::format("event {} of {} is missing", id, state.execution_arn));
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
  if (durable != submitted) return;
  while (text_bytes_ > kTextBytesKept && !texts_.empty()) {
    text_bytes_ -= texts_.front().second.size();
    texts_.pop_front();
  }
}

auto LiveExecution::payload_text(store::Store const& store, record::PayloadId id)
    -> std::string_view {
  if (!texts_.empty() && id.value() >= texts_.front().first)
    return texts_[id.value() - texts_.front().first].second;
  auto const after = std::ranges::upper_bound(rows_, id.value(), {}, &JournalKey::first_payload);
  TREADLE_ASSERT(after != rows_.begin());
  auto row = store.get(store::Table::kJournal, journal_key(place, *(after - 1)));
  TREADLE_ASSERT(row && *row);
  loaded_ = std::move(**row);
  auto const parts = read_journal_row(loaded_);
  auto const index = id.value() - (after - 1)->first_payload;
  TREADLE_ASSERT(parts && index < parts->payloads.size());
  return parts->payloads[index];
}

}  // namespace treadle::runtime
