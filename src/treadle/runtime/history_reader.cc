#include "treadle/runtime/history_reader.h"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "treadle/interpreter/project.h"
#include "treadle/record/codec.h"

namespace treadle::runtime {
namespace {

using store::Direction;
using store::Table;

auto internal(std::string const& why) -> std::unexpected<Refusal> {
  return std::unexpected(Refusal{"InternalFailure", why});
}

// What a page of history views.
struct PageStorage {
  json::Arena arena;
  std::vector<std::string> rows;
  std::map<std::uint32_t, std::string> payloads;
};

// The payloads that an event names.
void collect(record::HistoryEvent const& event, std::set<std::uint32_t>& ids) {
  for (auto const& field : event.details) {
    if (auto const* id = std::get_if<record::PayloadId>(&field.value)) ids.insert(id->value());
    if (auto const* assignments = std::get_if<std::span<record::Assignment const>>(&field.value))
      for (auto const& a : *assignments) ids.insert(a.value.value());
  }
}

}  // namespace

auto HistoryPage::payload(record::PayloadId id) const -> std::string_view {
  auto const at = std::ranges::lower_bound(payloads, id, {}, [](auto const& p) { return p.first; });
  return at != payloads.end() && at->first == id ? at->second : std::string_view{};
}

auto HistoryReader::place_of(std::string_view execution_arn) const -> Answer<Place> {
  auto const row = store_.get(Table::kName, execution_arn);
  if (!row) return internal(row.error().message);
  auto const place = *row ? read_place(**row) : std::nullopt;
  if (!place)
    return std::unexpected(Refusal{"ExecutionDoesNotExist",
                                   fmt::format("Execution Does Not Exist: '{}'", execution_arn)});
  return *place;
}

auto HistoryReader::head(Place const& place) const -> Answer<Head> {
  auto const row = store_.get(Table::kHead, place_key(place));
  if (!row) return internal(row.error().message);
  auto head = *row ? read_head(**row) : std::nullopt;
  if (!head) return internal("the head row of an execution is missing or damaged");
  return std::move(*head);
}

// Rows are ordered by history id and by payload alike: a search over history ids finds the row.
auto HistoryReader::payload(Place const& place, std::uint32_t id) const -> Answer<std::string> {
  std::uint32_t low = 1;
  std::uint32_t high = ~0U;
  auto const prefix = place_key(place);
  for (;;) {
    auto const middle = low + (high - low) / 2;
    auto const to = journal_key(place, {.first_history_id = middle, .first_payload = ~0U});
    auto const rows =
        store_.scan(Table::kJournal,
                    {.from = prefix, .to = to, .direction = Direction::kDescending, .limit = 1});
    if (!rows) return internal(rows.error().message);
    if (rows->empty()) {
      if (middle == high) return internal(fmt::format("payload {} is missing", id));
      low = middle + 1;
      continue;
    }
    auto const key = read_journal_key(rows->front().key);
    auto const parts = read_journal_row(rows->front().value);
    if (!parts) return internal(parts.error());
    if (id >= key.first_payload && id - key.first_payload < parts->payloads.size())
      return std::string(parts->payloads[id - key.first_payload]);
    if (id < key.first_payload) {
      if (key.first_history_id <= low) return internal(fmt::format("payload {} is missing", id));
      high = key.first_history_id - 1;
    } else {
      if (middle == high) return internal(fmt::format("payload {} is missing", id));
      low = middle + 1;
    }
  }
}

auto HistoryReader::describe(std::string_view execution_arn) const -> Answer<ExecutionDescription> {
  auto const place = TRY(place_of(execution_arn));
  auto found = TRY(head(place));
  ExecutionDescription out;
  out.summary = std::move(found.summary);
  out.input = TRY(payload(place, found.input_payload));
  if (found.output_payload != 0) out.output = TRY(payload(place, found.output_payload));
  out.error = std::move(found.error);
  out.cause = std::move(found.cause);
  return out;
}

auto HistoryReader::list(ListRequest const& request) const -> Answer<ListPage> {
  auto const prefix = list_prefix(request.machine, request.status);
  auto const from = request.after.empty() ? prefix : request.after + '\0';
  auto to = prefix;
  to.back() = static_cast<char>(to.back() + 1);
  auto const rows = store_.scan(Table::kList, {.from = from, .to = to, .limit = request.limit + 1});
  if (!rows) return internal(rows.error().message);
  auto const count = std::min(rows->size(), request.limit);
  std::vector<std::string> keys;
  for (std::size_t i = 0; i < count; ++i) {
    auto const& row = (*rows)[i];
    keys.push_back(row.value + row.key.substr(row.key.size() - 16));  // partition, id
  }
  std::vector<store::RowName> names;
  for (auto const& key : keys) names.push_back({Table::kHead, key});
  auto const heads = store_.multi_get(names);
  if (!heads) return internal(heads.error().message);
  ListPage page;
  for (auto const& row : *heads)
    if (auto found = row ? read_head(*row) : std::nullopt)
      page.executions.push_back(std::move(found->summary));
  if (rows->size() > request.limit) page.next = (*rows)[count - 1].key;
  return page;
}

auto HistoryReader::history(HistoryRequest const& request) const -> Answer<HistoryPage> {
  constexpr std::size_t kRowsAtOnce = 64;
  auto const place = TRY(place_of(request.execution_arn));
  auto const storage = std::make_shared<PageStorage>();
  HistoryPage page;
  page.storage = storage;
  auto const prefix = place_key(place);
  auto const end = journal_key(place, {.first_history_id = ~0U, .first_payload = ~0U});
  bool const down = request.reverse;
  // The row that holds the first event wanted may begin before it; the rows after it are wanted
  // whole.
  std::string from = prefix;
  std::string to = end;
  if (request.after != 0 && down)
    to = journal_key(place, {.first_history_id = request.after, .first_payload = 0});
  if (request.after != 0 && !down) {
    auto const at =
        journal_key(place, {.first_history_id = request.after + 1, .first_payload = ~0U});
    auto const row =
        store_.scan(Table::kJournal,
                    {.from = prefix, .to = at, .direction = Direction::kDescending, .limit = 1});
    if (!row) return internal(row.error().message);
    if (!row->empty()) from = row->front().key;
  }
  while (!page.more) {
    auto rows = store_.scan(Table::kJournal,
                            {.from = from,
                             .to = to,
                             .direction = down ? Direction::kDescending : Direction::kAscending,
                             .limit = kRowsAtOnce});
    if (!rows) return internal(rows.error().message);
    for (auto& row : *rows) {
      if (page.more) break;
      auto const text = storage->arena.copy(row.value);
      auto const parts = read_journal_row(text);
      if (!parts) return internal(parts.error());
      auto const first_payload = read_journal_key(row.key).first_payload;
      for (std::uint32_t i = 0; i < parts->payloads.size(); ++i)
        page.payloads.emplace_back(record::PayloadId{first_payload + i}, parts->payloads[i]);
      std::vector<record::JournalEvent> events;
      if (auto const ok = record::decode(parts->events, storage->arena, events); !ok)
        return internal(ok.error());
      if (down) std::ranges::reverse(events);
      for (auto const& event : events) {
        auto shown = interpreter::project(event);
        if (!shown) continue;
        if (request.after != 0 && (down ? shown->id >= request.after : shown->id <= request.after))
          continue;
        if (page.events.size() == request.limit) {
          page.more = true;
          break;
        }
        page.events.push_back(std::move(*shown));
      }
    }
    if (rows->size() < kRowsAtOnce) break;
    if (down)
      to = rows->back().key;
    else
      from = rows->back().key + '\0';
  }
  // Payloads that earlier rows made.
  std::set<std::uint32_t> wanted;
  for (auto const& event : page.events) collect(event, wanted);
  std::ranges::sort(page.payloads, {}, [](auto const& p) { return p.first; });
  auto const known = page.payloads;
  for (auto const id : wanted) {
    if (std::ranges::binary_search(known, record::PayloadId{id}, {},
                                   [](auto const& p) { return p.first; }))
      continue;
    auto const [at, fresh] = storage->payloads.emplace(id, TRY(payload(place, id)));
    page.payloads.emplace_back(record::PayloadId{id}, at->second);
  }
  std::ranges::sort(page.payloads, {}, [](auto const& p) { return p.first; });
  return page;
}

}  // namespace treadle::runtime
