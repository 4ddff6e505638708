#include "treadle/json/print.h"

#include <algorithm>
#include <cstring>

#include "treadle/json/arena.h"
#include "treadle/json/build.h"
#include "treadle/json/escape.h"
#include "treadle/json/small_stack.h"

namespace treadle::json {

namespace {

// An array or object of which some items are still to be printed.
struct Open {
  Value const* element = nullptr;  // the next one; null in an object
  Member const* member = nullptr;  // the next one; null in an array
  std::uint32_t left = 0;
  bool first = true;
  Text keys = Text::kVerbatim;
};
using OpenStack = SmallStack<Open, 32>;

inline void push(OpenStack& stack, Value value) {
  auto const size = static_cast<std::uint32_t>(value.size());
  if (value.is_array()) {
    stack.emplace(value.elements().data(), nullptr, size, true, Text::kVerbatim);
  } else {
    stack.emplace(nullptr, value.members().data(), size, true, Builder::text(value));
  }
}

// memcpy without a call for the short texts that most are.
inline auto copy(char* out, char const* from, std::size_t size) -> char* {
  if (size > 16) {
    std::memcpy(out, from, size);
  } else if (size >= 8) {
    std::memcpy(out, from, 8);
    std::memcpy(out + size - 8, from + size - 8, 8);
  } else if (size >= 4) {
    std::memcpy(out, from, 4);
    std::memcpy(out + size - 4, from + size - 4, 4);
  } else {
    for (std::size_t i = 0; i < size; ++i) out[i] = from[i];
  }
  return out + size;
}

inline auto write_string(char* out, std::string_view text, Text print) -> char* {
  *out++ = '"';
  out = print == Text::kVerbatim ? copy(out, text.data(), text.size()) : write_escaped(out, text);
  *out++ = '"';
  return out;
}

// Writes a scalar, or the opening bracket of what it pushes to `open`.
inline auto write_item(char* out, Value value, OpenStack& open) -> char* {
  switch (value.kind()) {
    case Kind::kNull: return copy(out, "null", 4);
    case Kind::kBool: return value.as_bool() ? copy(out, "true", 4) : copy(out, "false", 5);
    case Kind::kNumber: return copy(out, value.number_text().data(), value.number_text().size());
    case Kind::kString: return write_string(out, value.as_string(), Builder::text(value));
    case Kind::kArray: *out++ = '['; break;
    case Kind::kObject: *out++ = '{'; break;
  }
  push(open, value);
  return out;
}

// Writes printed_size() bytes, without source(); gives the place behind them.
auto write_compact(char* out, Value root) -> char* {
  OpenStack open;
  out = write_item(out, root, open);
  while (!open.empty()) {
    auto& top = open.back();
    if (top.left == 0) {
      *out++ = top.member != nullptr ? '}' : ']';
      open.pop();
      continue;
    }
    if (!top.first) *out++ = ',';
    top.first = false;
    --top.left;
    if (top.member == nullptr) {
      out = write_item(out, *top.element++, open);
      continue;
    }
    auto const& member = *top.member++;
    out = write_string(out, member.key, top.keys);
    *out++ = ':';
    out = write_item(out, member.value, open);
  }
  return out;
}

class PrettyPrinter {
 public:
  explicit PrettyPrinter(std::string& out) : out_(out) {}

  void print(Value root) {
    item(root);
    while (!open_.empty()) next_item();
  }

 private:
  void next_item() {
    auto& top = open_.back();
    if (top.left == 0) {
      char const close = top.member != nullptr ? '}' : ']';
      open_.pop();
      new_line();
      out_ += close;
      return;
    }
    if (!top.first) out_ += ',';
    top.first = false;
    new_line();
    --top.left;
    if (top.member == nullptr) return item(*top.element++);
    auto const& member = *top.member++;
    append_string(out_, member.key);
    out_ += ": ";
    item(member.value);
  }

  void item(Value value) {
    if (value.size() == 0) return append(out_, Builder::without_source(value));
    out_ += value.is_array() ? '[' : '{';
    push(open_, value);
  }

  void new_line() {
    out_ += '\n';
    out_.append(2 * open_.size(), ' ');
  }

  std::string& out_;
  OpenStack open_;
};

// Lets `write` fill `bytes` bytes at the end of `out`.
template <typename Write>
void append_with(std::string& out, std::size_t bytes, Write write) {
  auto const before = out.size();
  TREADLE_ASSERT(bytes <= out.max_size() - before);
  out.resize_and_overwrite(before + bytes, [&](char* begin, std::size_t /*capacity*/) {
    char const* const end = write(begin + before);
    TREADLE_ASSERT(end == begin + before + bytes);
    return before + bytes;
  });
}

}  // namespace

void append(std::string& out, Value value) {
  if (auto const source = value.source(); !source.empty()) {
    out += source;
    return;
  }
  append_with(out, value.printed_size(), [&](char* at) { return write_compact(at, value); });
}

auto print(Value value) -> std::string {
  std::string out;
  append(out, value);
  return out;
}

auto print(Value value, Arena& arena) -> std::string_view {
  if (auto const source = value.source(); !source.empty()) return source;
  auto const size = value.printed_size();
  auto* const begin = arena.allocate_array<char>(size);
  TREADLE_ASSERT(write_compact(begin, value) == begin + size);
  return {begin, size};
}

auto print_pretty(Value value) -> std::string {
  std::string out;
  PrettyPrinter(out).print(value);
  return out;
}

namespace {

// Without a look at the text beforehand. False, and nothing has happened, where it has rare escapes.
auto append_short_escapes(std::string& out, std::string_view text) -> bool {
  auto const before = out.size();
  auto const room = 2 * text.size() + 2;
  bool has_rare = false;
  out.resize_and_overwrite(before + room, [&](char* begin, std::size_t /*capacity*/) {
    char* at = begin + before;
    *at++ = '"';
    at = write_short_escapes(at, text);
    has_rare = at == nullptr;
    if (has_rare) return before;
    *at++ = '"';
    return static_cast<std::size_t>(at - begin);
  });
  return !has_rare;
}

}  // namespace

void append_string(std::string& out, std::string_view text) {
  constexpr std::size_t kSmall = 8'192;  // where room for twice as many bytes is no matter
  if (text.size() <= kSmall && append_short_escapes(out, text)) return;
  append_with(out, escaped_size(text) + 2, [&](char* at) {
    *at++ = '"';
    at = write_escaped(at, text);
    *at++ = '"';
    return at;
  });
}

auto print_string(std::string_view text) -> std::string {
  std::string out;
  append_string(out, text);
  return out;
}

}  // namespace treadle::json
