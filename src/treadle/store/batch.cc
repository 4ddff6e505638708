#include "treadle/store/batch.h"

#include <array>
#include <cstring>
#include <limits>

#include "treadle/base/assert.h"

namespace treadle::store {
namespace {

constexpr std::uint32_t kNoValue = std::numeric_limits<std::uint32_t>::max();
constexpr std::size_t kHeadBytes = 2 * sizeof(std::uint32_t);
constexpr std::string_view kReserved = "store/";

constexpr std::array<std::string_view, kTableMax> kNames = {
    "meta",      "journal",  "payload",  "snapshot", "head",      "timer",    "outbox",
    "name",      "list",     "approval", "revision", "machine",   "activity", "tag",
    "partition", "map run",  "version",  "alias",    "wait list", "receipt",  "agenda",
    "vote",      "delivery", "audit",    "verdict"};

void assert_writable(Table table, std::string_view key) {
  TREADLE_ASSERT(table != Table::kMeta || !key.starts_with(kReserved));
}

}  // namespace

auto table_name(Table table) -> std::string_view {
  auto const number = static_cast<std::uint8_t>(table);
  TREADLE_ASSERT(number >= 1 && number <= kTableMax);
  return kNames[number - 1U];
}

auto make_row_key(Table table, std::string_view key) -> std::string {
  std::string row_key;
  row_key.reserve(1 + key.size());
  row_key.push_back(static_cast<char>(table));
  row_key.append(key);
  return row_key;
}

void Batch::put(Table table, std::string_view key, std::string_view value) {
  assert_writable(table, key);
  append_entry(writes_, table, key, value);
}

void Batch::erase(Table table, std::string_view key) {
  assert_writable(table, key);
  append_entry(writes_, table, key, std::nullopt);
}

void Batch::expect(Table table, std::string_view key, std::optional<std::string_view> value) {
  append_entry(expectations_, table, key, value);
}

void Batch::append_entry(std::string& out, Table table, std::string_view key,
                         std::optional<std::string_view> value) {
  TREADLE_ASSERT(key.size() < kNoValue && (!value || value->size() < kNoValue));
  std::array<std::uint32_t, 2> const sizes = {
      static_cast<std::uint32_t>(key.size() + 1),
      value ? static_cast<std::uint32_t>(value->size()) : kNoValue};
  std::array<char, kHeadBytes> head = {};
  std::memcpy(head.data(), sizes.data(), kHeadBytes);
  out.append(head.data(), kHeadBytes);
  out.push_back(static_cast<char>(table));
  out.append(key);
  if (value) out.append(*value);
}

auto Batch::read_entry(std::string const& from, std::size_t& at) -> Entry {
  std::array<std::uint32_t, 2> sizes = {};
  std::memcpy(sizes.data(), from.data() + at, kHeadBytes);
  at += kHeadBytes;
  std::string_view const all = from;
  Entry entry{.row_key = all.substr(at, sizes[0]), .value = std::nullopt};
  at += sizes[0];
  if (sizes[1] != kNoValue) {
    entry.value = all.substr(at, sizes[1]);
    at += sizes[1];
  }
  return entry;
}

}  // namespace treadle::store
