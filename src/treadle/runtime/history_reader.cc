#include "treadle/runtime/history_reader.h"

#include <algorithm>
#include <functional>
#include <map>
#include <set>

#include <fmt/format.h>

#include "treadle/interpreter/project.h"
#include "treadle/record/codec.h"
#include "treadle/runtime/journal_search.h"

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

auto HistoryReader::payload(Place const& place, std::uint32_t id) const -> Answer<std::string> {
  auto const row = find_payload_row(store_, place, id);
  if (!row) return internal(row.error());
  return std::string(read_journal_row(row->value)->payloads[id - row->key.first_payload]);
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
  auto const owner = request.qualified_arn.empty()
                         ? request.machine
                         : list_owner(request.machine, request.qualified_arn);
  auto const prefix = list_prefix(owner, request.status);
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

namespace {

// Collects a page of history: rows in the order asked for, and the payloads that their events name.
class PageReader {
 public:
  using FindPayload = std::function<Answer<std::string>(std::uint32_t)>;

  PageReader(store::Store const& store, Place const& place, HistoryRequest const& request)
      : store_(store),
        request_(request),
        prefix_(place_key(place)),
        from_(prefix_),
        to_(journal_key(place, {.first_history_id = ~0U, .first_payload = ~0U})),
        storage_(std::make_shared<PageStorage>()) {
    page_.storage = storage_;
  }

  auto read(Place const& place, FindPayload const& find_payload) -> Answer<HistoryPage> {
    constexpr std::size_t kRowsAtOnce = 64;
    TRY(seek(place));
    for (bool more = true; more && !page_.more;) {
      auto const rows =
          store_.scan(Table::kJournal,
                      {.from = from_, .to = to_, .direction = direction(), .limit = kRowsAtOnce});
      if (!rows) return internal(rows.error().message);
      for (auto const& row : *rows)
        if (!page_.more) TRY(add_row(row));
      more = rows->size() == kRowsAtOnce;
      if (more && request_.reverse) to_ = rows->back().key;
      if (more && !request_.reverse) from_ = rows->back().key + '\0';
    }
    TRY(add_earlier_payloads(find_payload));
    return std::move(page_);
  }

 private:
  [[nodiscard]] auto direction() const -> Direction {
    return request_.reverse ? Direction::kDescending : Direction::kAscending;
  }

  // Narrows the range to what follows the page before. The row that holds the first event wanted
  // may begin before it.
  auto seek(Place const& place) -> Answer<void> {
    if (request_.after == 0) return {};
    if (request_.reverse) {
      to_ = journal_key(place, {.first_history_id = request_.after, .first_payload = 0});
      return {};
    }
    auto const next =
        journal_key(place, {.first_history_id = request_.after + 1, .first_payload = ~0U});
    auto const row =
        store_.scan(Table::kJournal,
                    {.from = prefix_, .to = next, .direction = Direction::kDescending, .limit = 1});
    if (!row) return internal(row.error().message);
    if (!row->empty()) from_ = row->front().key;
    return {};
  }

  [[nodiscard]] auto is_wanted(record::HistoryEvent const& event) const -> bool {
    if (request_.after == 0) return true;
    return request_.reverse ? event.id < request_.after : event.id > request_.after;
  }

  auto add_row(store::Row const& row) -> Answer<void> {
    auto const parts = read_journal_row(storage_->arena.copy(row.value));
    if (!parts) return internal(parts.error());
    auto const first_payload = read_journal_key(row.key).first_payload;
    for (std::uint32_t i = 0; i < parts->payloads.size(); ++i)
      page_.payloads.emplace_back(record::PayloadId{first_payload + i}, parts->payloads[i]);
    std::vector<record::JournalEvent> events;
    if (auto const ok = record::decode(parts->events, storage_->arena, events); !ok)
      return internal(ok.error());
    if (request_.reverse) std::ranges::reverse(events);
    for (auto const& event : events) add_event(event);
    return {};
  }

  void add_event(record::JournalEvent const& event) {
    auto shown = interpreter::project(event);
    if (page_.more || !shown || !is_wanted(*shown)) return;
    if (page_.events.size() == request_.limit)
      page_.more = true;
    else
      page_.events.push_back(std::move(*shown));
  }

  // What rows outside the page made.
  auto add_earlier_payloads(FindPayload const& find_payload) -> Answer<void> {
    constexpr auto kId = [](auto const& p) { return p.first; };
    std::set<std::uint32_t> wanted;
    for (auto const& event : page_.events) collect(event, wanted);
    for (auto const& [id, text] : page_.payloads) wanted.erase(id.value());
    for (auto const id : wanted) {
      auto const [at, fresh] = storage_->payloads.emplace(id, TRY(find_payload(id)));
      page_.payloads.emplace_back(record::PayloadId{id}, at->second);
    }
    std::ranges::sort(page_.payloads, {}, kId);
    return {};
  }

  store::Store const& store_;
  HistoryRequest const& request_;
  std::string const prefix_;
  std::string from_;
  std::string to_;
  std::shared_ptr<PageStorage> storage_;
  HistoryPage page_;
};

}  // namespace

auto HistoryReader::history(HistoryRequest const& request) const -> Answer<HistoryPage> {
  auto const place = TRY(place_of(request.execution_arn));
  return PageReader(store_, place, request).read(place, [&](std::uint32_t id) {
    return payload(place, id);
  });
}

}  // namespace treadle::runtime
