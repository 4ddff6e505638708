// Keys and values of the rows that the runtime writes. docs/journal-format.md has
// the same, byte by byte.
//
// Numbers in keys are big-endian, so that keys sort as the numbers do; "~" marks a
// number that descends.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "treadle/base/result.h"
#include "treadle/base/strong_id.h"
#include "treadle/base/time.h"
#include "treadle/interpreter/effects.h"
#include "treadle/json/arena.h"
#include "treadle/record/journal_event.h"
#include "treadle/record/payload_table.h"
#include "treadle/runtime/router.h"

namespace treadle::runtime {

using PartitionIndex = std::uint8_t;  // limits::kPartitions of them

// Which partition an execution lives on: by its ARN, for ever.
[[nodiscard]] auto partition_of(std::string_view execution_arn) -> PartitionIndex;

// Where an execution is.
struct Place {
  PartitionIndex partition = 0;
  EntityId id;
  friend auto operator==(Place const&, Place const&) -> bool = default;
};

// Everything of one execution in a table begins with this: partition, id.
[[nodiscard]] auto place_key(Place const& place) -> std::string;

// ---- journal: one row a command: (place, first history id, first payload, row) -> events and the payloads they made ----
struct JournalKey {
  record::HistoryId first_history_id = 0;
  std::uint32_t first_payload = 0;
  // Of the row within its execution, from 0: a command may make neither a history event nor a payload.
  std::uint32_t row = 0;
};
[[nodiscard]] auto journal_key(Place const& place, JournalKey const& key) -> std::string;
[[nodiscard]] auto read_journal_key(std::string_view key) -> JournalKey;
[[nodiscard]] auto write_journal_row(std::span<record::JournalEvent const> events,
                                     record::PayloadTable& payloads) -> std::string;

// A journal row taken apart. Views point into the row.
struct JournalRow {
  std::string_view events;                 // for record::decode
  std::vector<std::string_view> payloads;  // from the key's first_payload on
};
[[nodiscard]] auto read_journal_row(std::string_view row) -> Result<JournalRow, std::string>;

// ---- head: place -> what DescribeExecution shows; written at the start, a redrive and the end ----
struct Head {
  ExecutionSummary summary;
  std::uint32_t input_payload = 0;
  std::uint32_t output_payload = 0;  // 0: none
  std::optional<std::string> error;
  std::optional<std::string> cause;
};
[[nodiscard]] auto status_of(interpreter::Status status) -> ExecutionStatus;
[[nodiscard]] auto write_head(Head const& head) -> std::string;
[[nodiscard]] auto read_head(std::string_view row) -> std::optional<Head>;

// ---- name: execution ARN -> place ----
[[nodiscard]] auto write_place(Place const& place) -> std::string;
[[nodiscard]] auto read_place(std::string_view row) -> std::optional<Place>;

// ---- list: (owner, status or all, ~started, id) -> partition ----
// The owner of a list is the machine; that of what was started by a version or an alias has an id
// made of the machine's and of the ARN, so that a namesake of a deleted machine begins anew.
[[nodiscard]] auto list_owner(EntityId machine, std::string_view qualified_arn) -> EntityId;
// The owners of the lists that an execution stands in: its machine first.
[[nodiscard]] auto list_owners(Head const& head) -> std::vector<EntityId>;
[[nodiscard]] auto list_prefix(EntityId owner, std::optional<ExecutionStatus> status)
    -> std::string;
[[nodiscard]] auto list_key(EntityId owner, std::optional<ExecutionStatus> status,
                            Timestamp started, EntityId id) -> std::string;

// ---- timer: (partition, due, id, history id, kind) -> nothing ----
struct TimerKey {
  Place place;
  record::Timer timer;
};
[[nodiscard]] auto timer_key(TimerKey const& key) -> std::string;
[[nodiscard]] auto read_timer_key(std::string_view key) -> TimerKey;
// All timers of a partition that are due at `until` or before lie in [partition, this).
[[nodiscard]] auto timers_until(PartitionIndex partition, Timestamp until) -> std::string;

// ---- outbox: (place, history id, kind) -> nothing; approval: (place, history id) -> nothing ----
struct OutboxKey {
  Place place;
  record::HistoryId history_id = 0;
  interpreter::OutboxKind kind = interpreter::OutboxKind::kCall;
};
[[nodiscard]] auto outbox_key(OutboxKey const& key) -> std::string;
[[nodiscard]] auto read_outbox_key(std::string_view key) -> OutboxKey;
[[nodiscard]] auto approval_key(Place const& place, record::HistoryId scheduled) -> std::string;
struct ApprovalKey {
  Place place;
  record::HistoryId scheduled = 0;
};
[[nodiscard]] auto read_approval_key(std::string_view key) -> ApprovalKey;

}  // namespace treadle::runtime
