#include "treadle/json/value.h"

#include <algorithm>
#include <charconv>
#include <new>

#include "treadle/json/build.h"
#include "treadle/json/escape.h"
#include "treadle/json/number.h"

namespace treadle::json {

static_assert(sizeof(Value) == 16 && sizeof(Member) == 32);

auto Value::string_view_of(std::string_view text) -> Value {
  return Builder::string(text, text_of(text));
}

auto Value::as_double() const -> double { return to_double(number_text()); }

auto Value::as_int64() const -> std::optional<std::int64_t> {
  auto const text = number_text();
  std::int64_t value = 0;
  char const* const end = text.data() + text.size();
  auto const [stop, error] = std::from_chars(text.data(), end, value);
  if (error == std::errc{} && stop == end) return value;
  return Decimal(text).to_int64();
}

auto Value::printed_size() const -> std::size_t {
  return (flags() & kSourced) != 0 ? source().size() : Builder::compact_size(*this);
}

auto Value::depth() const -> std::size_t {
  return is_array() || is_object() ? Builder::node(*this).depth : 0;
}

auto Value::without_source(Arena& /*arena*/) const -> Value {
  return Builder::without_source(*this);
}

auto Value::with_source(Arena& arena, std::string_view text) const -> Value {
  return Builder::with_source(arena, *this, text);
}

auto Builder::with_source(Arena& arena, Value value, std::string_view text) -> Value {
  auto* const sourced =
      new (arena.allocate(sizeof(detail::Sourced))) detail::Sourced{without_source(value), text};
  return {value.kind(), static_cast<std::uint8_t>(value.flags() | Value::kSourced), value.count(),
          sourced};
}

auto Builder::compact_size(Value value) -> std::uint64_t {
  switch (value.kind()) {
    case Kind::kNull: return 4;
    case Kind::kBool: return value.as_bool() ? 4 : 5;
    case Kind::kNumber: return value.count();
    case Kind::kString:
      return 2 + (text(value) == Text::kVerbatim ? value.count() : escaped_size(value.as_string()));
    case Kind::kArray:
    case Kind::kObject: return node(value).printed_size;
  }
  __builtin_unreachable();
}

}  // namespace treadle::json
