#include "treadle/runtime/rows.h"

#include "treadle/base/assert.h"
#include "treadle/base/hmac.h"
#include "treadle/record/bytes.h"
#include "treadle/record/codec.h"

namespace treadle::runtime {
namespace {

using record::ByteReader;
using record::ByteWriter;

template <typename T>
void append_big_endian(std::string& out, T value) {
  for (int shift = static_cast<int>(sizeof(T)) * 8 - 8; shift >= 0; shift -= 8)
    out.push_back(static_cast<char>(static_cast<std::uint64_t>(value) >> shift));
}

template <typename T>
auto take_big_endian(std::string_view& in) -> T {
  TREADLE_ASSERT(in.size() >= sizeof(T));
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i)
    value = value << 8 | static_cast<unsigned char>(in[i]);
  in.remove_prefix(sizeof(T));
  return static_cast<T>(value);
}

void append_id(std::string& out, EntityId id) {
  append_big_endian(out, id.high);
  append_big_endian(out, id.low);
}

auto take_id(std::string_view& in) -> EntityId {
  auto const high = take_big_endian<std::uint64_t>(in);
  return {high, take_big_endian<std::uint64_t>(in)};
}

auto take_place(std::string_view& in) -> Place {
  auto const partition = take_big_endian<PartitionIndex>(in);
  return {partition, take_id(in)};
}

auto milliseconds(Timestamp t) -> std::uint64_t {
  return static_cast<std::uint64_t>(t.time_since_epoch().count());
}

}  // namespace

// FNV-1a, 64 bits, folded. Part of the format: it never changes.
auto partition_of(std::string_view execution_arn) -> PartitionIndex {
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (char const c : execution_arn) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  hash ^= hash >> 32;
  hash ^= hash >> 16;
  return static_cast<PartitionIndex>(hash ^ hash >> 8);
}

auto place_key(Place const& place) -> std::string {
  std::string key;
  append_big_endian(key, place.partition);
  append_id(key, place.id);
  return key;
}

auto journal_key(Place const& place, JournalKey const& key) -> std::string {
  auto out = place_key(place);
  append_big_endian(out, key.first_history_id);
  append_big_endian(out, key.first_payload);
  append_big_endian(out, key.row);
  return out;
}

auto read_journal_key(std::string_view key) -> JournalKey {
  take_place(key);
  auto const history = take_big_endian<std::uint32_t>(key);
  auto const payload = take_big_endian<std::uint32_t>(key);
  return {history, payload, take_big_endian<std::uint32_t>(key)};
}

auto write_journal_row(std::span<record::JournalEvent const> events, record::PayloadTable& payloads)
    -> std::string {
  ByteWriter out;
  out.put(record::encode(events));
  auto const first = payloads.first_new().value();
  auto const end = payloads.next().value();
  out.number(end - first);
  for (auto id = first; id < end; ++id) out.put(payloads.text(record::PayloadId{id}));
  return out.take();
}

auto read_journal_row(std::string_view row) -> Result<JournalRow, std::string> {
  json::Arena unused;
  ByteReader in(row, unused);
  JournalRow out;
  in.get(out.events);
  auto const count = in.number();
  for (std::uint64_t i = 0; i < count && in.ok(); ++i) in.get(out.payloads.emplace_back());
  if (!in.ok() || !in.at_end()) return std::unexpected(std::string("a journal row is damaged"));
  return out;
}

namespace {

constexpr std::uint64_t kHeadVersion = 2;

// The fields of a head row, in the order of their bytes.
auto fields(Head& head) {
  auto& s = head.summary;
  return std::tie(s.id.high, s.id.low, s.execution_arn, s.name, s.state_machine_arn, s.revision,
                  s.role_arn, s.trace_header, s.status, s.started_at, s.stopped_at, s.redrive_count,
                  s.machine.high, s.machine.low, head.input_payload, head.output_payload,
                  head.error, head.cause, s.version_arn, s.alias_arn, s.revision_id, s.revised_at,
                  s.redriven_at, s.history_events);
}

}  // namespace

auto status_of(interpreter::Status status) -> ExecutionStatus {
  using interpreter::Status;
  switch (status) {
    case Status::kSucceeded: return ExecutionStatus::kSucceeded;
    case Status::kFailed: return ExecutionStatus::kFailed;
    case Status::kAborted: return ExecutionStatus::kAborted;
    case Status::kTimedOut: return ExecutionStatus::kTimedOut;
    default: return ExecutionStatus::kRunning;
  }
}

auto write_head(Head const& head) -> std::string {
  ByteWriter out;
  out.number(kHeadVersion);
  std::apply([&](auto const&... field) { (out.put(field), ...); }, fields(const_cast<Head&>(head)));
  return out.take();
}

auto read_head(std::string_view row) -> std::optional<Head> {
  json::Arena unused;
  ByteReader in(row, unused);
  Head head;
  if (in.number() != kHeadVersion) return std::nullopt;
  std::apply([&](auto&... field) { (in.get(field), ...); }, fields(head));
  if (!in.ok() || !in.at_end()) return std::nullopt;
  return head;
}

auto write_place(Place const& place) -> std::string { return place_key(place); }

auto read_place(std::string_view row) -> std::optional<Place> {
  if (row.size() != 17) return std::nullopt;
  return take_place(row);
}

auto list_owner(EntityId machine, std::string_view qualified_arn) -> EntityId {
  std::string text;
  append_id(text, machine);
  text += qualified_arn;
  auto const digest = sha256(text);
  auto bytes = bytes_of(digest);
  return take_id(bytes);
}

auto list_owners(Head const& head) -> std::vector<EntityId> {
  std::vector<EntityId> owners{head.summary.machine};
  for (auto const* arn : {&head.summary.version_arn, &head.summary.alias_arn})
    if (!arn->empty()) owners.push_back(list_owner(head.summary.machine, *arn));
  return owners;
}

auto list_prefix(EntityId owner, std::optional<ExecutionStatus> status) -> std::string {
  std::string key;
  append_id(key, owner);
  key.push_back(status ? static_cast<char>(static_cast<int>(*status) + 1) : '\0');
  return key;
}

auto list_key(EntityId owner, std::optional<ExecutionStatus> status, Timestamp started, EntityId id)
    -> std::string {
  auto key = list_prefix(owner, status);
  append_big_endian(key, ~milliseconds(started));
  append_id(key, id);
  return key;
}

auto timer_key(TimerKey const& key) -> std::string {
  std::string out;
  append_big_endian(out, key.place.partition);
  append_big_endian(out, milliseconds(key.timer.due));
  append_id(out, key.place.id);
  append_big_endian(out, key.timer.history_id);
  out.push_back(static_cast<char>(key.timer.kind));
  return out;
}

auto read_timer_key(std::string_view key) -> TimerKey {
  TimerKey out;
  out.place.partition = take_big_endian<PartitionIndex>(key);
  out.timer.due = Timestamp{Milliseconds{take_big_endian<std::int64_t>(key)}};
  out.place.id = take_id(key);
  out.timer.history_id = take_big_endian<std::uint32_t>(key);
  out.timer.kind = static_cast<record::TimerKind>(take_big_endian<std::uint8_t>(key));
  return out;
}

auto timers_until(PartitionIndex partition, Timestamp until) -> std::string {
  std::string out;
  append_big_endian(out, partition);
  append_big_endian(out, milliseconds(until) + 1);
  return out;
}

auto outbox_key(OutboxKey const& key) -> std::string {
  auto out = place_key(key.place);
  append_big_endian(out, key.history_id);
  out.push_back(static_cast<char>(key.kind));
  return out;
}

auto read_outbox_key(std::string_view key) -> OutboxKey {
  OutboxKey out;
  out.place = take_place(key);
  out.history_id = take_big_endian<std::uint32_t>(key);
  out.kind = static_cast<interpreter::OutboxKind>(take_big_endian<std::uint8_t>(key));
  return out;
}

auto read_approval_key(std::string_view key) -> ApprovalKey {
  auto const place = take_place(key);
  return {place, take_big_endian<std::uint32_t>(key)};
}

auto approval_key(Place const& place, record::HistoryId scheduled) -> std::string {
  auto out = place_key(place);
  append_big_endian(out, scheduled);
  return out;
}

}  // namespace treadle::runtime
