#include "treadle/approvals/audit_log.h"

#include <charconv>

#include <fmt/format.h>

#include "treadle/base/hmac.h"
#include "treadle/json/arena.h"
#include "treadle/json/parse.h"
#include "treadle/json/print.h"

namespace treadle::approvals {
namespace {

using store::Table;

constexpr std::size_t kRowsAtOnce = 500;
constexpr std::string_view kHeadKey = "audit/head";

auto no_hash() -> std::string { return std::string(64, '0'); }

auto key_of(std::uint64_t sequence) -> std::string {
  std::string key;
  for (int shift = 56; shift >= 0; shift -= 8) key.push_back(static_cast<char>(sequence >> shift));
  return key;
}

auto sequence_of(std::string_view key) -> std::uint64_t {
  std::uint64_t value = 0;
  for (char const c : key) value = value << 8 | static_cast<unsigned char>(c);
  return value;
}

auto hash_of(std::string_view text) -> std::string { return to_hex(sha256(text)); }

}  // namespace

auto AuditLog::open(store::Store const& store, Clock const& clock)
    -> Result<AuditLog, std::string> {
  auto head = TRY(read_audit_head(store));
  return AuditLog(clock, head.sequence, std::move(head.hash));
}

void AuditLog::add(store::Batch& batch, std::string_view kind, json::ObjectWriter details) {
  ++sequence_;
  json::ObjectWriter out;
  out.number("sequence", sequence_).text("at", to_iso8601(clock_->now())).text("kind", kind);
  auto text = out.take();
  auto const more = details.text("previous", hash_).take();
  text.back() = ',';
  text += std::string_view(more).substr(1);
  hash_ = hash_of(text);
  batch.put(Table::kAudit, key_of(sequence_), text);
  batch.put(Table::kMeta, kHeadKey, std::to_string(sequence_) + " " + hash_);
}

auto read_audit(store::Store const& store, std::uint64_t after,
                std::function<bool(std::uint64_t, std::string const&)> const& visit)
    -> Result<void, std::string> {
  auto from = key_of(after + 1);
  for (;;) {
    auto const rows = store.scan(Table::kAudit, {.from = from, .limit = kRowsAtOnce});
    if (!rows) return std::unexpected(rows.error().message);
    for (auto const& row : *rows)
      if (!visit(sequence_of(row.key), row.value)) return {};
    if (rows->size() < kRowsAtOnce) return {};
    from = rows->back().key + '\0';
  }
}

// The row is "SEQUENCE HASH".
auto read_audit_head(store::Store const& store) -> Result<AuditHead, std::string> {
  auto const row = store.get(Table::kMeta, kHeadKey);
  if (!row) return std::unexpected(row.error().message);
  AuditHead head{.sequence = 0, .hash = no_hash()};
  if (!*row) return head;
  auto const& text = **row;
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), head.sequence);
  head.hash = std::string(end, text.data() + text.size());
  if (error != std::errc{} || !head.hash.starts_with(' '))
    return std::unexpected(std::string("the head of the audit log is damaged"));
  head.hash.erase(0, 1);
  return head;
}

AuditVerifier::AuditVerifier(std::string anchor)
    : anchor_(std::move(anchor)), last_hash_(no_hash()) {}

auto AuditVerifier::breaks(std::uint64_t sequence, std::string problem) -> bool {
  if (!broken_) broken_ = AuditBreak{sequence, std::move(problem)};
  return false;
}

auto AuditVerifier::add(std::string_view text) -> bool {
  if (broken_) return false;
  auto const expected = records_ + 1;
  if (audit_member(text, "sequence") != std::to_string(expected))
    return breaks(expected, "the record is missing, or its text was changed");
  if (audit_member(text, "previous") != last_hash_)
    return breaks(expected,
                  expected == 1
                      ? std::string("the first record names one before it")
                      : fmt::format("record {} or this one was changed: the hash of the one is not "
                                    "what the other says",
                                    expected - 1));
  records_ = expected;
  last_hash_ = hash_of(text);
  if (last_hash_ == anchor_) anchor_.clear();
  return true;
}

void AuditVerifier::finish(AuditHead const& head) {
  if (broken_) return;
  if (records_ < head.sequence)
    breaks(records_ + 1, fmt::format("the records from here to {} are missing", head.sequence));
  else if (records_ > head.sequence)
    breaks(head.sequence + 1, "records were added behind the last that was noted");
  else if (last_hash_ != head.hash)
    breaks(records_, "the last record was changed: its hash is not what was noted of it");
  else if (!anchor_.empty())
    breaks(records_, fmt::format("no record has the hash {}: all were written anew", anchor_));
}

auto audit_member(std::string_view record, std::string_view name) -> std::string {
  json::Arena arena;
  auto const value = json::parse(arena, record);
  auto const* const found = value ? value->find(name) : nullptr;
  if (found == nullptr || found->is_null()) return {};
  return found->is_string() ? std::string(found->as_string()) : json::print(*found);
}

}  // namespace treadle::approvals
