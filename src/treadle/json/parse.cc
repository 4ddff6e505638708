#include "treadle/json/parse.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include <fmt/format.h>

#include "treadle/base/utf8.h"
#include "treadle/json/arena.h"
#include "treadle/json/build.h"
#include "treadle/json/duplicates.h"
#include "treadle/json/escape.h"
#include "treadle/json/messages.h"
#include "treadle/json/number.h"
#include "treadle/json/scan.h"
#include "treadle/json/small_stack.h"
#include "treadle/json/unescape.h"

namespace treadle::json {

namespace {

// Numbers of up to this many characters without an exponent are within a double's range.
constexpr std::size_t kSafeNumberChars = 300;

struct String {
  std::string_view text;
  Text print = Text::kVerbatim;
  std::uint64_t printed_size = 0;
};

// An array or object whose items are being read.
struct Container {
  std::size_t items = 0;  // where they begin on the stack of items
  std::uint64_t printed_size = 1;
  std::uint32_t size = 0;
  std::uint32_t depth = 0;  // of the deepest item
  bool is_object = false;
  Text keys = Text::kVerbatim;
};

// Half of a Member, or a Value: what waits on the stack of items for its container to close.
struct alignas(8) Slot {
  std::byte bytes[16];
};
static_assert(sizeof(Value) == sizeof(Slot) && sizeof(Member) == 2 * sizeof(Slot));

class Parser {
 public:
  Parser(Arena& arena, std::string_view text, ParseOptions const& options)
      : arena_(arena),
        options_(options),
        begin_(text.data()),
        end_(begin_ + text.size()),
        at_(begin_) {}

  // Whether the text is JSON: value() then holds it, else failure() says why not.
  [[nodiscard]] auto parse() -> bool;
  [[nodiscard]] auto value() const -> Value { return value_; }
  [[nodiscard]] auto failure() const -> ParseError;

 private:
  enum class Step : std::uint8_t { kItem, kDone, kRefused };

  auto refuse(char const* message, char const* where) -> bool {
    message_ = message;
    refused_at_ = where;
    return false;
  }
  // The next character that is no white space; 0 at the end.
  auto peek() -> char {
    while (at_ != end_) {
      char const c = *at_;
      if (static_cast<unsigned char>(c) > ' ') [[likely]]
        return c;
      if (c != ' ' && c != '\n' && c != '\r' && c != '\t') break;
      ++at_;
    }
    return at_ == end_ ? '\0' : *at_;
  }

  auto read_item() -> bool;
  auto read_literal(std::string_view literal, Value value) -> bool;
  auto read_string(String& string) -> bool;
  auto read_escaped_string(char const* begin, String& string) -> bool;
  auto read_string_value() -> bool;
  auto read_number() -> bool;
  auto read_key() -> bool;
  auto open(bool is_object) -> bool;
  auto close() -> bool;
  auto drop_duplicates(Container& container) -> bool;
  auto place_item() -> Step;

  template <typename T>
  void push(T const& item) {
    Slot slot;
    static_assert(sizeof(T) == sizeof(Slot));
    std::memcpy(&slot, &item, sizeof(slot));
    items_.push(slot);
  }

  Arena& arena_;
  ParseOptions const& options_;
  char const* begin_;
  char const* end_;
  char const* at_;
  // The item that was just read.
  Value value_;
  std::uint64_t printed_size_ = 0;
  std::uint32_t depth_ = 0;
  char const* message_ = nullptr;
  char const* refused_at_ = nullptr;
  SmallStack<Container, 16> containers_;
  SmallStack<Slot, 256> items_;
};

auto Parser::parse() -> bool {
  if (static_cast<std::size_t>(end_ - begin_) > std::numeric_limits<std::uint32_t>::max()) {
    return refuse(messages::kLongText, begin_);
  }
  for (;;) {
    char const c = peek();
    if (c == '{' || c == '[') {
      bool const is_object = c == '{';
      if (!open(is_object)) return false;
      if (peek() != (is_object ? '}' : ']')) {
        if (is_object && !read_key()) return false;
        continue;
      }
      if (!close()) return false;
    } else if (!read_item()) {
      return false;
    }
    auto const step = place_item();
    if (step == Step::kRefused) return false;
    if (step == Step::kDone) break;
  }
  return peek() == '\0' && at_ == end_ ? true : refuse(messages::kRest, at_);
}

// Reads the scalar at at_.
auto Parser::read_item() -> bool {
  depth_ = 0;
  if (at_ == end_) return refuse(messages::kEnd, at_);
  switch (*at_) {
    case '"': return read_string_value();
    case 't': return read_literal("true", Value::boolean(true));
    case 'f': return read_literal("false", Value::boolean(false));
    case 'n': return read_literal("null", Value());
    default: return read_number();
  }
}

auto Parser::read_literal(std::string_view literal, Value value) -> bool {
  if (!std::string_view(at_, end_).starts_with(literal)) return refuse(messages::kValue, at_);
  at_ += literal.size();
  value_ = value;
  printed_size_ = literal.size();
  return true;
}

// Reads the string whose opening quote stands at at_.
auto Parser::read_string(String& string) -> bool {
  char const* const begin = at_ + 1;
  for (char const* at = begin;;) {
    at = find_special(at, end_);
    if (at == end_) return refuse(messages::kOpenString, at);
    if (*at == '"') [[likely]] {
      string.text = {begin, at};
      string.print = Text::kVerbatim;
      string.printed_size = string.text.size() + 2;
      at_ = at + 1;
      return true;
    }
    if (*at == '\\') return read_escaped_string(begin, string);
    if (static_cast<unsigned char>(*at) < 0x20) return refuse(messages::kControl, at);
    auto const one = utf8::decode_one({at, end_});
    if (!one) return refuse(messages::kUtf8, at);
    at += one->bytes;
  }
}

auto Parser::read_escaped_string(char const* begin, String& string) -> bool {
  auto const unescaped = unescape(arena_, begin, end_);
  if (unescaped.message != nullptr) return refuse(unescaped.message, unescaped.at);
  string.text = unescaped.text;
  string.printed_size = escaped_size(string.text) + 2;
  string.print =
      string.printed_size == string.text.size() + 2 ? Text::kVerbatim : Text::kNeedsEscapes;
  at_ = unescaped.behind;
  return true;
}

auto Parser::read_string_value() -> bool {
  String string;
  if (!read_string(string)) return false;
  value_ = Builder::string(string.text, string.print);
  printed_size_ = string.printed_size;
  return true;
}

auto Parser::read_number() -> bool {
  char const* const begin = at_;
  char const* const whole = begin + (*begin == '-' ? 1 : 0);
  char const* at = skip_digits(whole, end_);
  if (at == whole) return refuse(whole == begin ? messages::kValue : messages::kDigit, at);
  if (*whole == '0' && at - whole > 1) return refuse(messages::kLeadingZero, whole);
  if (at != end_ && *at == '.') {
    char const* const fraction = at + 1;
    at = skip_digits(fraction, end_);
    if (at == fraction) return refuse(messages::kDigit, at);
  }
  bool const has_exponent = at != end_ && (*at == 'e' || *at == 'E');
  if (has_exponent) {
    ++at;
    if (at != end_ && (*at == '+' || *at == '-')) ++at;
    char const* const exponent = at;
    at = skip_digits(exponent, end_);
    if (at == exponent) return refuse(messages::kDigit, at);
  }
  std::string_view const text(begin, at);
  if (text.size() > limits::kNumberChars) return refuse(messages::kLongNumber, begin);
  if ((has_exponent || text.size() > kSafeNumberChars) && std::isinf(to_double(text))) {
    return refuse(messages::kGreatNumber, begin);
  }
  at_ = at;
  value_ = Value::number_text(text);
  printed_size_ = text.size();
  return true;
}

auto Parser::read_key() -> bool {
  if (peek() != '"') return refuse(messages::kKey, at_);
  String key;
  if (!read_string(key)) return false;
  if (peek() != ':') return refuse(messages::kColon, at_);
  ++at_;
  auto& container = containers_.back();
  container.printed_size += key.printed_size + 1;
  if (key.print == Text::kNeedsEscapes) container.keys = Text::kNeedsEscapes;
  push(key.text);
  return true;
}

auto Parser::open(bool is_object) -> bool {
  if (containers_.size() >= options_.depth_max) return refuse(messages::kDepth, at_);
  ++at_;
  containers_.push({.items = items_.size(), .is_object = is_object});
  return true;
}

// Makes the value of the innermost container, whose closing bracket stands at at_.
auto Parser::close() -> bool {
  auto container = containers_.back();
  if (container.is_object && container.size > 1 && !drop_duplicates(container)) return false;
  ++at_;
  auto const slots = container.size * (container.is_object ? 2U : 1U);
  auto const [node, items] = allocate_node<Slot>(arena_, slots);
  std::copy_n(items_.data() + container.items, slots, items);
  printed_size_ = container.printed_size + (container.size == 0 ? 1 : 0);
  depth_ = container.depth + 1;
  *node = {.printed_size = printed_size_, .depth = depth_};
  value_ = container.is_object ? Builder::object(node, container.size, container.keys)
                               : Builder::array(node, container.size);
  items_.shrink_to(container.items);
  containers_.pop();
  return true;
}

auto Parser::drop_duplicates(Container& container) -> bool {
  std::span<Member> const members{reinterpret_cast<Member*>(items_.data() + container.items),
                                  container.size};
  auto const duplicate = first_duplicate(members);
  if (duplicate == members.size()) [[likely]]
    return true;
  if (options_.duplicates == Duplicates::kRefuse) {
    char const* const key = members[duplicate].key.data();
    bool const in_text = key >= begin_ && key < end_;  // not when it had escapes
    return refuse(messages::kDuplicate, in_text ? key : at_);
  }
  container.size = static_cast<std::uint32_t>(keep_last(members));
  container.printed_size = 1;
  container.depth = 0;
  for (auto const& member : members.first(container.size)) {
    container.printed_size +=
        escaped_size(member.key) + 3 + Builder::compact_size(member.value) + 1;
    container.depth = std::max(container.depth, static_cast<std::uint32_t>(member.value.depth()));
  }
  return true;
}

// Hands the item that was just read to its container, which may be the last of that one, and so on.
auto Parser::place_item() -> Step {
  for (;;) {
    if (containers_.empty()) return Step::kDone;
    auto& container = containers_.back();
    push(value_);
    ++container.size;
    container.printed_size += printed_size_ + 1;  // and a comma or the closing bracket
    container.depth = std::max(container.depth, depth_);
    char const next = peek();
    if (next == ',') {
      ++at_;
      return container.is_object && !read_key() ? Step::kRefused : Step::kItem;
    }
    if (next != (container.is_object ? '}' : ']')) {
      refuse(container.is_object ? messages::kMember : messages::kElement, at_);
      return Step::kRefused;
    }
    if (!close()) return Step::kRefused;
  }
}

auto Parser::failure() const -> ParseError {
  std::string_view const before(begin_, refused_at_);
  auto const line_begin = before.rfind('\n') + 1;  // 0 without one
  return {
      .message = message_,
      .offset = before.size(),
      .line = 1 + static_cast<std::size_t>(std::ranges::count(before, '\n')),
      .column = 1 + utf8::count_code_points(before.substr(line_begin)),
  };
}

}  // namespace

auto ParseError::to_string() const -> std::string {
  return fmt::format("line {}, column {}: {}", line, column, message);
}

auto parse(Arena& arena, std::string_view text, ParseOptions options) -> Result<Value, ParseError> {
  Parser parser(arena, text, options);
  if (!parser.parse()) return std::unexpected(parser.failure());
  return options.keep_source ? parser.value().with_source(arena, text) : parser.value();
}

auto parse_copy(Arena& arena, std::string_view text, ParseOptions options)
    -> Result<Value, ParseError> {
  return parse(arena, arena.copy(text), options);
}

}  // namespace treadle::json
