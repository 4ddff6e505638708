#include "treadle/expr/jsonata/item.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>

#include "treadle/expr/jsonata/tuple.h"

namespace treadle::expr::jsonata {
namespace {

constexpr std::uint32_t kSearchedMax = 12;

auto hash_of(std::string_view key) -> std::uint32_t {  // FNV-1a
  std::uint32_t hash = 2166136261U;
  for (char const c : key) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
  return hash ^ hash >> 15U;
}

}  // namespace

auto Item::size_of_tuples() const -> std::size_t { return tuples()->size; }

auto Item::at_of_tuples(std::size_t index) const -> Item { return tuples()->items[index]->context; }

auto Item::member(std::string_view key) const -> Item {
  if (is_json()) {
    auto const* const found = json().find(key);
    return found == nullptr ? Item() : Item(*found);
  }
  if (kind() != Kind::kObject) return {};
  auto const* const found = object()->find(key);
  return found == nullptr ? Item() : found->value;
}

auto Item::is_same_as(Item other) const -> bool {
  if (is_number()) return other.is_number() && number() == other.number();
  if (is_string()) return other.is_string() && string() == other.string();
  if (kind() != other.kind()) return false;
  if (is_json()) return json().is_same_as(other.json());
  return !is_defined() || (kind() != Kind::kRange && pointer_ == other.pointer_);
}

void List::grow(json::Arena& arena, std::size_t capacity_min) {
  auto const wider = std::max<std::size_t>({capacity_min, std::size_t{capacity} * 2, 4});
  auto* const moved = arena.allocate_array<Item>(wider);
  if (size > 0) std::memcpy(static_cast<void*>(moved), items, size * sizeof(Item));
  items = moved;
  capacity = static_cast<std::uint32_t>(wider);
}

auto detail::index_of_digits(std::string_view key) -> std::optional<std::uint32_t> {
  if (key.size() > 10) return std::nullopt;
  if (key[0] == '0' && key.size() > 1) return std::nullopt;
  std::uint32_t index = 0;
  auto const [end, error] = std::from_chars(key.data(), key.data() + key.size(), index);
  if (error != std::errc() || end != key.data() + key.size() || index == ~std::uint32_t{0})
    return std::nullopt;
  return index;
}

auto Object::find(std::string_view key) const -> ObjectMember* {
  if (table == nullptr) {
    for (std::uint32_t i = 0; i < size; ++i)
      if (json::is_same_key(members[i].key, key)) return &members[i];
    return nullptr;
  }
  for (auto slot = hash_of(key) & (table_size - 1);; slot = (slot + 1) & (table_size - 1)) {
    if (table[slot] == 0) return nullptr;
    auto& member = members[table[slot] - 1];
    if (member.key == key) return &member;
  }
}

void Object::index(std::uint32_t place) const {
  auto slot = hash_of(members[place].key) & (table_size - 1);
  while (table[slot] != 0) slot = (slot + 1) & (table_size - 1);
  table[slot] = place + 1;
}

void Object::index_all(json::Arena& arena) {
  if (size <= kSearchedMax) {
    table = nullptr;
    return;
  }
  if (table == nullptr || table_size < 2 * size) {
    table_size = std::max(table_size, std::uint32_t{32});
    while (table_size < 3 * size) table_size *= 2;
    table = arena.allocate_array<std::uint32_t>(table_size);
  }
  std::fill_n(table, table_size, 0);
  for (std::uint32_t i = 0; i < size; ++i) index(i);
}

void Object::set(json::Arena& arena, std::string_view key, Item value) {
  if (auto* const found = find(key)) {
    found->value = value;
    return;
  }
  if (size == capacity) {
    auto const wider = std::max(std::uint32_t{4}, 2 * capacity);
    auto* const moved = arena.allocate_array<ObjectMember>(wider);
    std::copy_n(members, size, moved);
    members = moved;
    capacity = wider;
  }
  auto place = size;
  if (auto const number = index_of_key(key)) {
    place = indexes++;
    while (place > 0 && *index_of_key(members[place - 1].key) > *number) --place;
    std::copy_backward(members + place, members + size, members + size + 1);
  }
  members[place] = {key, value};
  ++size;
  bool const appended = place + 1 == size;
  if (appended && table != nullptr && table_size >= 2 * size)
    index(place);
  else
    index_all(arena);
}

void Object::remove(std::string_view key) {
  auto* const found = find(key);
  if (found == nullptr) return;
  if (found < members + indexes) --indexes;
  std::copy(found + 1, members + size, found);
  --size;
  if (table == nullptr) return;
  std::fill_n(table, table_size, 0);
  for (std::uint32_t i = 0; i < size; ++i) index(i);
}

auto in_order(json::Arena& arena, std::span<json::Member const> members)
    -> std::span<json::Member const> {
  auto const is_index = [](json::Member const& m) { return index_of_key(m.key).has_value(); };
  if (std::ranges::none_of(members, is_index)) return members;
  auto* const copy = arena.allocate_array<json::Member>(members.size());
  std::uninitialized_copy(members.begin(), members.end(), copy);
  auto* const end = copy + members.size();
  auto* const middle = std::stable_partition(copy, end, is_index);
  std::ranges::sort(copy, middle, {}, [](json::Member const& m) { return *index_of_key(m.key); });
  return {copy, members.size()};
}

auto is_true(Item item) -> bool {
  if (item.is_bool()) return item.boolean();
  if (item.is_string()) return !item.string().empty();
  if (item.is_number()) {
    auto const number = item.number();
    return number != 0 && !std::isnan(number);
  }
  if (item.kind() == Item::Kind::kObject) return item.object()->size > 0;
  if (item.is_object()) return item.json().size() > 0;
  if (item.kind() == Item::Kind::kRange) return item.size() > 1 || item.number() != 0;
  if (!item.is_array()) return false;
  for (std::size_t i = 0; i < item.size(); ++i)
    if (is_true(item.at(i))) return true;
  return false;
}

auto type_of(Item item) -> Type {
  if (item.is_string()) return Type::kString;
  if (item.is_number()) return Type::kNumber;
  if (item.is_array()) return Type::kArray;
  if (item.is_object()) return Type::kObject;
  if (item.is_bool()) return Type::kBoolean;
  if (item.is_null()) return Type::kNull;
  return item.is_function() ? Type::kFunction : Type::kMissing;
}

}  // namespace treadle::expr::jsonata
