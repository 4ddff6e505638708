#include "treadle/runtime/snapshot.h"

#include "treadle/interpreter/state_codec.h"
#include "treadle/record/bytes.h"
#include "treadle/store/crc32c.h"

namespace treadle::runtime {

using record::ByteReader;
using record::ByteWriter;

auto write_snapshot(JournalKey const& last, std::uint32_t next_payload,
                    interpreter::ExecutionState const& state) -> std::string {
  ByteWriter body;
  body.put(last.first_history_id);
  body.put(last.first_payload);
  body.put(last.row);
  body.put(next_payload);
  body.put(interpreter::encode_state(state));
  auto const bytes = body.take();
  ByteWriter out;
  out.number(interpreter::kStateVersion);
  out.number(store::crc32c(bytes));
  return out.take() + bytes;
}

auto read_snapshot(std::string_view row) -> std::optional<Snapshot> {
  json::Arena unused;
  ByteReader in(row, unused);
  auto const version = in.number();
  auto const sum = in.number();
  if (!in.ok() || version != interpreter::kStateVersion) return std::nullopt;
  if (store::crc32c(row.substr(in.at())) != sum) return std::nullopt;
  Snapshot out;
  std::string_view state;
  in.get(out.last.first_history_id);
  in.get(out.last.first_payload);
  in.get(out.last.row);
  in.get(out.next_payload);
  in.get(state);
  if (!in.ok() || !in.at_end()) return std::nullopt;
  auto read = interpreter::decode_state(state);
  if (!read) return std::nullopt;
  out.state = std::move(*read);
  return out;
}

}  // namespace treadle::runtime
