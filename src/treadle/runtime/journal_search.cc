#include "treadle/runtime/journal_search.h"

#include <algorithm>

#include <fmt/format.h>

namespace treadle::runtime {
namespace {

// The last row before `to`.
auto row_before(store::Store const& store, Place const& place, std::string_view to)
    -> Result<std::optional<StoredRow>, std::string> {
  auto const prefix = place_key(place);
  auto rows = store.scan(
      store::Table::kJournal,
      {.from = prefix, .to = to, .direction = store::Direction::kDescending, .limit = 1});
  if (!rows) return std::unexpected(rows.error().message);
  if (rows->empty()) return std::nullopt;
  return StoredRow{read_journal_key(rows->front().key), std::move(rows->front().value)};
}

}  // namespace

auto find_event_row(store::Store const& store, Place const& place, record::HistoryId id)
    -> Result<StoredRow, std::string> {
  auto const to = journal_key(place, {.first_history_id = id, .first_payload = ~0U, .row = ~0U});
  auto row = TRY(row_before(store, place, to));
  if (!row) return std::unexpected(fmt::format("the journal row of event {} is missing", id));
  return std::move(*row);
}

// Rows are ordered by history id and by payload alike: a search over history ids finds the row.
// Several rows may begin at one history id, so the search narrows by key as well.
auto find_payload_row(store::Store const& store, Place const& place, std::uint32_t payload)
    -> Result<StoredRow, std::string> {
  std::uint32_t low = 1;
  std::uint32_t high = ~0U - 1;
  auto end = journal_key(place, {.first_history_id = ~0U, .first_payload = ~0U, .row = ~0U});
  while (low <= high) {
    auto const middle = low + (high - low) / 2;
    auto const to = std::min(
        end, journal_key(place, {.first_history_id = middle, .first_payload = ~0U, .row = ~0U}));
    auto row = TRY(row_before(store, place, to));
    if (!row) {
      low = middle + 1;
      continue;
    }
    auto const parts = TRY(read_journal_row(row->value));
    auto const first = row->key.first_payload;
    if (payload >= first && payload - first < parts.payloads.size()) return std::move(*row);
    if (payload < first) {
      end = journal_key(place, row->key);
      high = row->key.first_history_id;
    } else {
      low = middle + 1;
    }
  }
  return std::unexpected(fmt::format("payload {} is missing", payload));
}

}  // namespace treadle::runtime
