#include "treadle/runtime/wait_rows.h"

#include "treadle/base/assert.h"
#include "treadle/base/hmac.h"
#include "treadle/record/bytes.h"

namespace treadle::runtime {
namespace {

constexpr std::size_t kTimeBytes = 8;
constexpr std::size_t kTaskBytes = 21;  // place and history id
constexpr std::size_t kTagBytes = 8;
constexpr std::uint64_t kVersion = 1;

void append_number(std::string& out, std::uint64_t value, int bytes) {
  for (int shift = bytes * 8 - 8; shift >= 0; shift -= 8)
    out.push_back(static_cast<char>(value >> shift));
}

auto number_of(std::string_view bytes) -> std::uint64_t {
  std::uint64_t value = 0;
  for (char const c : bytes) value = value << 8 | static_cast<unsigned char>(c);
  return value;
}

auto milliseconds(Timestamp t) -> std::uint64_t {
  return static_cast<std::uint64_t>(t.time_since_epoch().count());
}

auto time_of(std::uint64_t value) -> Timestamp {
  return Timestamp{Milliseconds{static_cast<std::int64_t>(value)}};
}

// The fields of the rows, in the order of their bytes.
auto fields(WaitRow& r) { return std::tie(r.opened, r.state_name, r.is_attended, r.heartbeat_due); }
auto fields(ReceiptRow& r) { return std::tie(r.how, r.opened, r.ended, r.state_name, r.receipt); }
auto fields(OperationRow& r) { return std::tie(r.error, r.cause, r.caller); }

template <typename Row>
auto write_row(Row const& row) -> std::string {
  record::ByteWriter out;
  out.number(kVersion);
  std::apply([&](auto const&... field) { (out.put(field), ...); }, fields(const_cast<Row&>(row)));
  return out.take();
}

template <typename Row>
auto read_row(std::string_view bytes) -> std::optional<Row> {
  json::Arena unused;
  record::ByteReader in(bytes, unused);
  Row row;
  if (in.number() != kVersion) return std::nullopt;
  std::apply([&](auto&... field) { (in.get(field), ...); }, fields(row));
  if (!in.ok() || !in.at_end()) return std::nullopt;
  return row;
}

}  // namespace

auto write_wait(WaitRow const& row) -> std::string {
  return row == WaitRow{} ? std::string() : write_row(row);
}

auto read_wait(std::string_view row) -> std::optional<WaitRow> {
  return row.empty() ? WaitRow{} : read_row<WaitRow>(row);
}

auto wait_list_prefix(WaitList list) -> std::string {
  return std::string(1, static_cast<char>(list));
}

auto wait_list_key(WaitListKey const& key) -> std::string {
  auto out = wait_list_prefix(key.list);
  append_number(out, ~milliseconds(key.time), kTimeBytes);
  return out + approval_key(key.task.place, key.task.scheduled);
}

auto read_wait_list_key(std::string_view key) -> WaitListKey {
  TREADLE_ASSERT(key.size() >= 1 + kTimeBytes + kTaskBytes);
  return {.list = key[0] == 0 ? WaitList::kOpen : WaitList::kEnded,
          .time = time_of(~number_of(key.substr(1, kTimeBytes))),
          .task = read_approval_key(key.substr(1 + kTimeBytes, kTaskBytes))};
}

auto machine_tag(std::string_view state_machine_arn) -> std::string {
  auto const digest = sha256(state_machine_arn);
  return std::string(bytes_of(digest).substr(0, kTagBytes));
}

auto write_receipt(ReceiptRow const& row) -> std::string { return write_row(row); }
auto read_receipt(std::string_view row) -> std::optional<ReceiptRow> {
  return read_row<ReceiptRow>(row);
}

auto agenda_key(AgendaKey const& key) -> std::string {
  std::string out;
  append_number(out, milliseconds(key.due), kTimeBytes);
  out += approval_key(key.task.place, key.task.scheduled);
  out.push_back(static_cast<char>(key.kind));
  append_number(out, key.number, 2);
  return out;
}

auto read_agenda_key(std::string_view key) -> std::optional<AgendaKey> {
  if (key.size() != kTimeBytes + kTaskBytes + 3) return std::nullopt;
  return AgendaKey{
      .due = time_of(number_of(key.substr(0, kTimeBytes))),
      .task = read_approval_key(key.substr(kTimeBytes, kTaskBytes)),
      .kind = static_cast<AgendaKind>(key[kTimeBytes + kTaskBytes]),
      .number = static_cast<std::uint16_t>(number_of(key.substr(kTimeBytes + kTaskBytes + 1)))};
}

auto write_operation(OperationRow const& row) -> std::string { return write_row(row); }
// A row that was written before there were callers ends without one.
auto read_operation(std::string_view row) -> std::optional<OperationRow> {
  if (auto whole = read_row<OperationRow>(row)) return whole;
  return read_row<OperationRow>(std::string(row) + '\0');
}

}  // namespace treadle::runtime
