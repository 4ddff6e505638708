// The audit log: what people and operators did, in records that hold one another in place.
//
// A record is a JSON object on one line. It has its sequence number and, as "previous", the SHA-256
// of the text of the record before it: whoever changes, drops or adds one has to change all that
// follow, and the last hash, which an export shows, with them. Records stay when executions go.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "treadle/base/clock.h"
#include "treadle/base/result.h"
#include "treadle/json/object_writer.h"
#include "treadle/store/store.h"

namespace treadle::approvals {

// Who appends. Belongs to one loop: of two batches that records were added to, the first must be
// submitted first, and every one must be.
class AuditLog {
 public:
  // Goes on behind the last record in the store; an error says why that can't be read.
  [[nodiscard]] static auto open(store::Store const& store, Clock const& clock)
      -> Result<AuditLog, std::string>;

  // Puts a record into the batch: "sequence", "at", "kind", the members of `details`, "previous".
  // `kind` as docs/approvals.md lists them: "approval.decided".
  void add(store::Batch& batch, std::string_view kind, json::ObjectWriter details);

 private:
  AuditLog(Clock const& clock, std::uint64_t sequence, std::string hash)
      : clock_(&clock), sequence_(sequence), hash_(std::move(hash)) {}

  Clock const* clock_;
  std::uint64_t sequence_ = 0;
  std::string hash_;  // of the last record, in hex; of none: 64 zeroes
};

struct AuditBreak {
  std::uint64_t sequence = 0;  // of the first record that is not as it must be
  std::string problem;
};

// The last record as it was noted: what shows that the end was cut off.
struct AuditHead {
  std::uint64_t sequence = 0;  // 0: there is none
  std::string hash;            // in hex
};
[[nodiscard]] auto read_audit_head(store::Store const& store) -> Result<AuditHead, std::string>;

// Checks a chain, record by record from the first on.
class AuditVerifier {
 public:
  // `anchor`: a hash that the chain must pass, noted outside before; empty: none.
  explicit AuditVerifier(std::string anchor = {});

  // The next record's text. False: the chain is broken, more need not be added.
  auto add(std::string_view text) -> bool;
  // After the last: whether that is the one that was noted as such.
  void finish(AuditHead const& head);

  [[nodiscard]] auto records() const -> std::uint64_t { return records_; }
  [[nodiscard]] auto last_hash() const -> std::string const& { return last_hash_; }
  [[nodiscard]] auto broken() const -> std::optional<AuditBreak> const& { return broken_; }

 private:
  auto breaks(std::uint64_t sequence, std::string problem) -> bool;

  std::string anchor_;
  std::uint64_t records_ = 0;
  std::string last_hash_;
  std::optional<AuditBreak> broken_;
};

// Reads records in order from `after` on: calls `visit` with each text until it gives false. An
// error is the store's.
[[nodiscard]] auto read_audit(store::Store const& store, std::uint64_t after,
                              std::function<bool(std::uint64_t, std::string const&)> const& visit)
    -> Result<void, std::string>;

// A member of a record as text; empty where it is absent.
[[nodiscard]] auto audit_member(std::string_view record, std::string_view name) -> std::string;

}  // namespace treadle::approvals
