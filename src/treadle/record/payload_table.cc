#include "treadle/record/payload_table.h"

#include "treadle/base/assert.h"
#include "treadle/base/limits.h"
#include "treadle/json/parse.h"
#include "treadle/json/print.h"

namespace treadle::record {
namespace {

// What was written must be read again, however deep it was built; the interpreter
// bounds what states put out.
constexpr std::size_t kDepthMax = limits::kPayloadBytes;

}  // namespace

PayloadTable::PayloadTable(json::Arena& arena, PayloadId next, Loader loader)
    : arena_(arena), first_(next), loader_(std::move(loader)) {}

auto PayloadTable::add(json::Value value) -> PayloadId {
  auto const id = next();
  fresh_.push_back({.id = id, .value = value, .text = {}, .parsed = true, .printed = false});
  return id;
}

auto PayloadTable::add_text(std::string_view text) -> PayloadId {
  auto const id = next();
  fresh_.push_back(
      {.id = id, .value = {}, .text = arena_.copy(text), .parsed = false, .printed = true});
  return id;
}

void PayloadTable::clear(PayloadId next, Loader loader) {
  first_ = next;
  loader_ = std::move(loader);
  fresh_.clear();
  loaded_.clear();
}

auto PayloadTable::add_unchecked(std::string_view text) -> std::optional<PayloadId> {
  auto const parsed = json::parse(arena_, text, {.keep_source = true});
  if (!parsed) return std::nullopt;
  auto const id = next();
  fresh_.push_back({.id = id, .value = *parsed, .text = text, .parsed = true, .printed = true});
  return id;
}

void PayloadTable::forget_from(PayloadId id) {
  TREADLE_ASSERT(id >= first_ && id <= next());
  fresh_.resize(id.value() - first_.value());
}

auto PayloadTable::entry(PayloadId id) -> Entry& {
  TREADLE_ASSERT(id.value() != 0 && id < next());
  if (id >= first_) return fresh_[id.value() - first_.value()];
  for (auto& e : loaded_)
    if (e.id == id) return e;
  TREADLE_ASSERT(static_cast<bool>(loader_));
  auto const text = arena_.copy(loader_(id));
  return loaded_.emplace_back(
      Entry{.id = id, .value = {}, .text = text, .parsed = false, .printed = true});
}

auto PayloadTable::value(PayloadId id) -> json::Value {
  auto& e = entry(id);
  if (!e.parsed) {
    auto const parsed = json::parse(arena_, e.text, {.depth_max = kDepthMax, .keep_source = true});
    TREADLE_ASSERT(parsed.has_value());
    e.value = *parsed;
    e.parsed = true;
  }
  return e.value;
}

auto PayloadTable::text(PayloadId id) -> std::string_view {
  auto& e = entry(id);
  if (!e.printed) {
    e.text = json::print(e.value, arena_);
    e.printed = true;
  }
  return e.text;
}

auto PayloadTable::size(PayloadId id) -> std::size_t {
  auto& e = entry(id);
  return e.printed ? e.text.size() : e.value.printed_size();
}

}  // namespace treadle::record
