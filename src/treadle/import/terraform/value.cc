#include "treadle/import/terraform/value.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <numeric>

#include "treadle/base/assert.h"

namespace treadle::import::terraform {
namespace {

// Far below overflow, far above every limit: sums of sums stay ordered.
auto add_saturating(std::size_t a, std::size_t b) -> std::size_t {
  constexpr std::size_t kCeiling = std::size_t{1} << 40U;
  return std::min(a + b, kCeiling);
}

auto sorted_by_key(std::vector<Member> const& members) -> std::vector<std::uint32_t> {
  std::vector<std::uint32_t> order(members.size());
  std::iota(order.begin(), order.end(), 0U);
  std::ranges::stable_sort(order, {},
                           [&](std::uint32_t i) -> std::string const& { return members[i].key; });
  return order;
}

// Gives the place of the first member of a name the value of the last one.
void merge_duplicates(std::vector<Member>& members) {
  auto const order = sorted_by_key(members);
  std::vector<bool> is_dropped(members.size());
  for (std::size_t begin = 0; begin < order.size();) {
    auto end = begin + 1;
    while (end < order.size() && members[order[end]].key == members[order[begin]].key) ++end;
    for (auto i = begin + 1; i < end; ++i) {
      members[order[begin]].value = members[order[i]].value;
      is_dropped[order[i]] = true;
    }
    begin = end;
  }
  std::size_t kept = 0;
  for (std::size_t i = 0; i < members.size(); ++i) {
    if (is_dropped[i]) continue;
    if (kept != i) members[kept] = std::move(members[i]);
    ++kept;
  }
  members.resize(kept);
}

}  // namespace

struct Value::Object {
  std::vector<Member> members;
  std::vector<std::uint32_t> sorted;
  std::size_t weight = 1;
  std::size_t depth = 1;
};

auto Value::boolean(bool b) -> Value { return Value(Data(b)); }

auto Value::number(long double n) -> Value {
  TREADLE_ASSERT(std::isfinite(n));
  return Value(Data(n == 0 ? 0.0L : n));  // no negative zero
}

auto Value::string(std::string text) -> Value {
  return Value(Data(std::make_shared<Text const>(Text{std::move(text), false})));
}

auto Value::encoded_json(std::string text) -> Value {
  return Value(Data(std::make_shared<Text const>(Text{std::move(text), true})));
}

auto Value::list(std::vector<Value> elements) -> Value {
  List list{std::move(elements)};
  for (auto const& element : list.elements) {
    list.weight = add_saturating(list.weight, element.weight());
    list.depth = std::max(list.depth, element.depth() + 1);
  }
  return Value(Data(std::make_shared<List const>(std::move(list))));
}

auto Value::object(std::vector<Member> members) -> Value {
  merge_duplicates(members);
  Object object{.members = std::move(members), .sorted = {}, .weight = 1, .depth = 1};
  object.sorted = sorted_by_key(object.members);
  for (auto const& member : object.members) {
    object.weight = add_saturating(object.weight, member.key.size() + member.value.weight());
    object.depth = std::max(object.depth, member.value.depth() + 1);
  }
  return Value(Data(std::make_shared<Object const>(std::move(object))));
}

auto Value::as_bool() const -> bool {
  TREADLE_ASSERT(kind() == Kind::kBool);
  return std::get<bool>(data_);
}

auto Value::as_number() const -> long double {
  TREADLE_ASSERT(kind() == Kind::kNumber);
  return std::get<long double>(data_);
}

auto Value::as_string() const -> std::string const& {
  TREADLE_ASSERT(is_string());
  return std::get<std::shared_ptr<Text const>>(data_)->text;
}

auto Value::elements() const -> std::span<Value const> {
  TREADLE_ASSERT(is_list());
  return std::get<std::shared_ptr<List const>>(data_)->elements;
}

auto Value::members() const -> std::span<Member const> {
  TREADLE_ASSERT(is_object());
  return std::get<std::shared_ptr<Object const>>(data_)->members;
}

auto Value::sorted() const -> std::span<std::uint32_t const> {
  TREADLE_ASSERT(is_object());
  return std::get<std::shared_ptr<Object const>>(data_)->sorted;
}

auto Value::is_encoded_json() const -> bool {
  return is_string() && std::get<std::shared_ptr<Text const>>(data_)->is_encoded_json;
}

auto Value::find(std::string_view key) const -> Value const* {
  if (!is_object()) return nullptr;
  auto const& object = *std::get<std::shared_ptr<Object const>>(data_);
  auto const key_of = [&](std::uint32_t i) -> std::string_view { return object.members[i].key; };
  auto const at = std::ranges::lower_bound(object.sorted, key, {}, key_of);
  return at != object.sorted.end() && key_of(*at) == key ? &object.members[*at].value : nullptr;
}

auto Value::weight() const -> std::size_t {
  switch (kind()) {
    case Kind::kString: return 1 + as_string().size();
    case Kind::kList: return std::get<std::shared_ptr<List const>>(data_)->weight;
    case Kind::kObject: return std::get<std::shared_ptr<Object const>>(data_)->weight;
    default: return 1;
  }
}

auto Value::depth() const -> std::size_t {
  if (is_list()) return std::get<std::shared_ptr<List const>>(data_)->depth;
  if (is_object()) return std::get<std::shared_ptr<Object const>>(data_)->depth;
  return 1;
}

auto kind_name(Value::Kind kind) -> std::string_view {
  switch (kind) {
    case Value::Kind::kNull: return "null";
    case Value::Kind::kBool: return "a bool";
    case Value::Kind::kNumber: return "a number";
    case Value::Kind::kString: return "a string";
    case Value::Kind::kList: return "a list";
    case Value::Kind::kObject: return "an object";
  }
  return "a value";
}

auto number_text(long double number) -> std::string {
  constexpr long double kTwoTo64 = 18446744073709551616.0L;
  std::array<char, 400> buffer{};  // a double has at most 309 digits before its point, 324 after it
  auto const print = [&](auto n, auto... format) {
    auto const end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), n, format...).ptr;
    return std::string(buffer.data(), end);
  };
  auto const magnitude = std::fabs(number);
  if (std::trunc(number) == number && magnitude < kTwoTo64)
    return (number < 0 ? "-" : "") + print(static_cast<std::uint64_t>(magnitude));
  return print(static_cast<double>(number), std::chars_format::fixed);
}

auto parse_number(std::string_view text) -> std::optional<long double> {
  if (text.empty() || !(text[0] == '-' || (text[0] >= '0' && text[0] <= '9'))) return std::nullopt;
  long double number = 0;
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  // A double holds what is handed on.
  if (!std::isfinite(static_cast<double>(number))) return std::nullopt;
  return number;
}

auto to_text(Value const& value) -> std::optional<std::string> {
  switch (value.kind()) {
    case Value::Kind::kString: return value.as_string();
    case Value::Kind::kNumber: return number_text(value.as_number());
    case Value::Kind::kBool: return value.as_bool() ? "true" : "false";
    default: return std::nullopt;
  }
}

auto to_number(Value const& value) -> std::optional<long double> {
  if (value.kind() == Value::Kind::kNumber) return value.as_number();
  if (value.is_string()) return parse_number(value.as_string());
  return std::nullopt;
}

auto to_bool(Value const& value) -> std::optional<bool> {
  if (value.kind() == Value::Kind::kBool) return value.as_bool();
  if (value.is_string() && value.as_string() == "true") return true;
  if (value.is_string() && value.as_string() == "false") return false;
  return std::nullopt;
}

auto equal(Value const& a, Value const& b) -> bool {
  if (a.kind() != b.kind()) return false;
  switch (a.kind()) {
    case Value::Kind::kNull: return true;
    case Value::Kind::kBool: return a.as_bool() == b.as_bool();
    case Value::Kind::kNumber: return a.as_number() == b.as_number();
    case Value::Kind::kString: return a.as_string() == b.as_string();
    case Value::Kind::kList: return std::ranges::equal(a.elements(), b.elements(), equal);
    case Value::Kind::kObject: break;
  }
  return a.members().size() == b.members().size() &&
         std::ranges::all_of(a.members(), [&](Member const& member) {
           auto const* other = b.find(member.key);
           return other != nullptr && equal(member.value, *other);
         });
}

}  // namespace treadle::import::terraform
