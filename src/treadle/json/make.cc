// Values made by hand, and changed copies of values.
#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>

#include <double-conversion/double-conversion.h>

#include "treadle/json/build.h"
#include "treadle/json/escape.h"
#include "treadle/json/number.h"
#include "treadle/json/value.h"

namespace treadle::json {

namespace {

using detail::Node;

auto value_of(Value element) -> Value { return element; }
auto value_of(Member const& member) -> Value { return member.value; }

auto count32(std::size_t n) -> std::uint32_t {
  TREADLE_ASSERT(n <= std::numeric_limits<std::uint32_t>::max());
  return static_cast<std::uint32_t>(n);
}

auto printed_key_size(std::string_view key, Text text) -> std::uint64_t {
  return 3 + (text == Text::kVerbatim ? key.size() : escaped_size(key));  // quotes and colon
}

auto depth32(Value value) -> std::uint32_t { return static_cast<std::uint32_t>(value.depth()); }

template <typename T>
auto depth_over(std::span<T const> items) -> std::uint32_t {
  std::uint32_t deepest = 0;
  for (auto const& item : items) deepest = std::max(deepest, depth32(value_of(item)));
  return deepest + 1;
}

// The brackets and commas.
auto frame_size(std::size_t items) -> std::uint64_t { return items == 0 ? 2 : items + 1; }

auto sum_sizes(std::span<Value const> elements) -> std::uint64_t {
  auto sum = frame_size(elements.size());
  for (auto const& element : elements) sum = add_sizes(sum, Builder::compact_size(element));
  return sum;
}

auto sum_sizes(std::span<Member const> members, Text keys) -> std::uint64_t {
  auto sum = frame_size(members.size());
  for (auto const& member : members) {
    sum = add_sizes(sum, printed_key_size(member.key, keys));
    sum = add_sizes(sum, Builder::compact_size(member.value));
  }
  return sum;
}

auto text_of_keys(std::span<Member const> members) -> Text {
  bool const verbatim = std::ranges::all_of(
      members, [](Member const& m) { return text_of(m.key) == Text::kVerbatim; });
  return verbatim ? Text::kVerbatim : Text::kNeedsEscapes;
}

// The node's fields once item `replacement` stands where `old` stood.
template <typename T>
void describe_replaced(Node& node, Node const& before, std::span<T const> items, Value old,
                       Value replacement) {
  auto const rest = before.printed_size - Builder::compact_size(old);
  node.printed_size = add_sizes(rest, Builder::compact_size(replacement));
  node.depth = depth32(old) + 1 < before.depth ? std::max(before.depth, depth32(replacement) + 1)
                                               : depth_over(items);
}

auto replace_member(Arena& arena, Value object, std::size_t index, Value value) -> Value {
  auto const members = object.members();
  auto const [node, items] = allocate_node<Member>(arena, members.size());
  std::ranges::copy(members, items);
  items[index].value = value;
  std::span<Member const> const all{items, members.size()};
  describe_replaced(*node, Builder::node(object), all, members[index].value, value);
  if (Builder::node(object).printed_size == kSizeMax) {
    node->printed_size = sum_sizes(all, Builder::text(object));
  }
  return Builder::object(node, count32(members.size()), Builder::text(object));
}

auto append_member(Arena& arena, Value object, std::string_view key, Value value) -> Value {
  auto const members = object.members();
  auto const [node, items] = allocate_node<Member>(arena, members.size() + 1);
  std::ranges::copy(members, items);
  items[members.size()] = {arena.copy(key), value};
  auto const key_text = text_of(key);
  auto const& before = Builder::node(object);
  auto const comma = members.empty() ? 0U : 1U;
  node->printed_size = add_sizes(before.printed_size, printed_key_size(key, key_text) + comma);
  node->printed_size = add_sizes(node->printed_size, Builder::compact_size(value));
  node->depth = std::max(before.depth, depth32(value) + 1);
  auto const both = key_text == Text::kVerbatim ? Builder::text(object) : Text::kNeedsEscapes;
  return Builder::object(node, count32(members.size() + 1), both);
}

}  // namespace

auto make_string(Arena& arena, std::string_view text) -> Value {
  return Builder::string(arena.copy(text), text_of(text));
}

auto make_number(Arena& arena, std::int64_t number) -> Value {
  char digits[24];
  auto const [end, _] = std::to_chars(digits, digits + sizeof(digits), number);
  return Value::number_text(arena.copy({digits, end}));
}

auto make_number(Arena& arena, double number) -> Value {
  TREADLE_ASSERT(std::isfinite(number));
  char plain[kPlainDecimalChars];
  if (auto const text = plain_decimal(number, plain); !text.empty())
    return Value::number_text(arena.copy(text));
  char digits[32];
  double_conversion::StringBuilder builder(digits, sizeof(digits));
  double_conversion::DoubleToStringConverter::EcmaScriptConverter().ToShortest(number, &builder);
  auto const size = static_cast<std::size_t>(builder.position());
  builder.Finalize();
  return Value::number_text(arena.copy({digits, size}));
}

auto make_array(Arena& arena, std::span<Value const> elements) -> Value {
  auto const [node, items] = allocate_node<Value>(arena, elements.size());
  std::ranges::transform(elements, items, Builder::without_source);
  std::span<Value const> const all{items, elements.size()};
  *node = {.printed_size = sum_sizes(all), .depth = depth_over(all)};
  return Builder::array(node, count32(elements.size()));
}

auto make_object(Arena& arena, std::span<Member const> members, KeyStorage keys) -> Value {
  auto const [node, items] = allocate_node<Member>(arena, members.size());
  std::ranges::transform(members, items, [&](Member const& m) {
    return Member{keys == KeyStorage::kCopy ? arena.copy(m.key) : m.key,
                  Builder::without_source(m.value)};
  });
  std::span<Member const> const all{items, members.size()};
  auto const text = text_of_keys(all);
  *node = {.printed_size = sum_sizes(all, text), .depth = depth_over(all)};
  return Builder::object(node, count32(members.size()), text);
}

auto with_member(Arena& arena, Value object, std::string_view key, Value value) -> Value {
  TREADLE_ASSERT(object.is_object());
  object = Builder::without_source(object);
  value = Builder::without_source(value);
  auto const members = object.members();
  auto const found = std::ranges::find(members, key, &Member::key);
  if (found == members.end()) return append_member(arena, object, key, value);
  return replace_member(arena, object, static_cast<std::size_t>(found - members.begin()), value);
}

auto with_element(Arena& arena, Value array, std::size_t index, Value value) -> Value {
  TREADLE_ASSERT(array.is_array() && index < array.size());
  array = Builder::without_source(array);
  value = Builder::without_source(value);
  auto const elements = array.elements();
  auto const [node, items] = allocate_node<Value>(arena, elements.size());
  std::ranges::copy(elements, items);
  items[index] = value;
  std::span<Value const> const all{items, elements.size()};
  describe_replaced(*node, Builder::node(array), all, elements[index], value);
  if (Builder::node(array).printed_size == kSizeMax) node->printed_size = sum_sizes(all);
  return Builder::array(node, count32(elements.size()));
}

}  // namespace treadle::json
