#include <cmath>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <treadle/json.h>

#include "treadle/base/utf8.h"
#include "treadle/json/parse.h"
#include "treadle/json/print.h"
#include "treadle/library/access.h"

namespace treadle {
namespace {

using library::Access;

static_assert(static_cast<int>(JsonKind::kNull) == static_cast<int>(json::Kind::kNull));
static_assert(static_cast<int>(JsonKind::kBool) == static_cast<int>(json::Kind::kBool));
static_assert(static_cast<int>(JsonKind::kNumber) == static_cast<int>(json::Kind::kNumber));
static_assert(static_cast<int>(JsonKind::kString) == static_cast<int>(json::Kind::kString));
static_assert(static_cast<int>(JsonKind::kArray) == static_cast<int>(json::Kind::kArray));
static_assert(static_cast<int>(JsonKind::kObject) == static_cast<int>(json::Kind::kObject));

// With U+FFFD for each byte that belongs to no character.
auto repaired(std::string_view text) -> std::string {
  std::string out;
  while (!text.empty()) {
    auto const point = utf8::decode_one(text, utf8::Surrogates::kAccept);
    utf8::append(out, point ? point->value : U'\uFFFD');
    text.remove_prefix(point ? point->bytes : 1);
  }
  return out;
}

auto make_text(json::Arena& arena, std::string_view text) -> json::Value {
  if (utf8::is_valid(text, utf8::Surrogates::kAccept)) return json::make_string(arena, text);
  return json::make_string(arena, repaired(text));
}

auto make_key(json::Arena& arena, std::string_view key) -> std::string_view {
  if (utf8::is_valid(key, utf8::Surrogates::kAccept)) return arena.copy(key);
  return arena.copy(repaired(key));
}

// Beyond this many fields a duplicate is looked for in another way than by pairs.
constexpr std::size_t kFewFields = 16;

// Puts `value` under `key`, in the place of one that is there.
void put(std::vector<json::Member>& members, std::string_view key, json::Value value) {
  for (auto& member : members)
    if (json::is_same_key(member.key, key)) {
      member.value = value;
      return;
    }
  members.push_back({key, value});
}

// A few members, without the heap.
auto make_small(json::Arena& arena, std::span<JsonField const> fields) -> json::Value {
  json::Member members[kFewFields];
  std::size_t count = 0;
  for (auto const& field : fields) {
    auto const value = Access::value(arena, field.value);
    auto const key = make_key(arena, field.key);
    std::size_t at = 0;
    while (at < count && !json::is_same_key(members[at].key, key)) ++at;
    members[at] = {key, value};
    if (at == count) ++count;
  }
  return json::make_object(arena, {members, count}, json::KeyStorage::kOutlives);
}

}  // namespace

auto JsonView::kind() const -> JsonKind { return static_cast<JsonKind>(head_ & 0xFFU); }

auto JsonView::boolean() const -> std::optional<bool> {
  auto const value = Access::value(*this);
  return value.is_bool() ? std::optional(value.as_bool()) : std::nullopt;
}

auto JsonView::string() const -> std::optional<std::string_view> {
  auto const value = Access::value(*this);
  return value.is_string() ? std::optional(value.as_string()) : std::nullopt;
}

auto JsonView::number() const -> std::optional<double> {
  auto const value = Access::value(*this);
  return value.is_number() ? std::optional(value.as_double()) : std::nullopt;
}

auto JsonView::integer() const -> std::optional<std::int64_t> {
  auto const value = Access::value(*this);
  return value.is_number() ? value.as_int64() : std::nullopt;
}

auto JsonView::size() const -> std::size_t { return Access::value(*this).size(); }

auto JsonView::at(std::size_t index) const -> JsonView {
  auto const value = Access::value(*this);
  if (index >= value.size()) return {};
  return Access::view(value.is_array() ? value.elements()[index] : value.members()[index].value);
}

auto JsonView::key(std::size_t index) const -> std::string_view {
  auto const value = Access::value(*this);
  return value.is_object() && index < value.size() ? value.members()[index].key
                                                   : std::string_view();
}

auto JsonView::operator[](std::string_view key) const -> JsonView {
  auto const* const found = Access::value(*this).find(key);
  return found == nullptr ? JsonView() : Access::view(*found);
}

auto JsonView::find(std::string_view key) const -> std::optional<JsonView> {
  auto const* const found = Access::value(*this).find(key);
  return found == nullptr ? std::nullopt : std::optional(Access::view(*found));
}

auto JsonView::text() const -> std::string { return json::print(Access::value(*this)); }

JsonMemory::JsonMemory() : arena_(new json::Arena) {}

JsonMemory::JsonMemory(JsonMemory&& other) noexcept
    : arena_(std::exchange(other.arena_, nullptr)), is_own_(other.is_own_) {}

auto JsonMemory::operator=(JsonMemory&& other) noexcept -> JsonMemory& {
  std::swap(arena_, other.arena_);
  std::swap(is_own_, other.is_own_);
  return *this;
}

JsonMemory::~JsonMemory() {
  if (is_own_) delete static_cast<json::Arena*>(arena_);
}

auto JsonMemory::parse(std::string_view text) -> std::expected<JsonView, std::string> {
  auto const parsed = json::parse_copy(Access::arena(*this), text, {.keep_source = true});
  if (!parsed) return std::unexpected(parsed.error().to_string());
  return Access::view(*parsed);
}

auto JsonMemory::object(std::span<JsonField const> fields) -> JsonView {
  auto& arena = Access::arena(*this);
  if (fields.size() <= kFewFields) return Access::view(make_small(arena, fields));
  std::vector<json::Member> members;
  members.reserve(fields.size());
  for (auto const& field : fields)
    put(members, make_key(arena, field.key), Access::value(arena, field.value));
  return Access::view(json::make_object(arena, members, json::KeyStorage::kOutlives));
}

auto JsonMemory::array(std::span<JsonItem const> items) -> JsonView {
  auto& arena = Access::arena(*this);
  std::vector<json::Value> values;
  values.reserve(items.size());
  for (auto const& item : items) values.push_back(Access::value(arena, item));
  return Access::view(json::make_array(arena, values));
}

auto JsonMemory::value(JsonItem item) -> JsonView {
  return Access::view(Access::value(Access::arena(*this), item));
}

auto JsonMemory::with(JsonView object, std::string_view key, JsonItem item) -> JsonView {
  auto& arena = Access::arena(*this);
  auto const value = Access::value(arena, item);
  auto const base = Access::value(object);
  if (!base.is_object()) return this->object({{key, Access::view(value)}});
  return Access::view(json::with_member(arena, base, make_key(arena, key), value));
}

auto library::Access::value(json::Arena& arena, JsonItem const& item) -> json::Value {
  switch (item.kind_) {
    case JsonItem::Kind::kView: return value(item.view_);
    case JsonItem::Kind::kBool: return json::Value::boolean(item.flag_);
    case JsonItem::Kind::kSigned: return json::make_number(arena, item.integer_);
    case JsonItem::Kind::kUnsigned:
      return json::Value::number_text(arena.copy(fmt::format_int(item.natural_).c_str()));
    case JsonItem::Kind::kDouble:
      return std::isfinite(item.real_) ? json::make_number(arena, item.real_) : json::Value();
    case JsonItem::Kind::kText: return make_text(arena, item.text_);
  }
  return {};
}

}  // namespace treadle
