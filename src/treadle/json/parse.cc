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
  char const* data = nullptr;  // null if it was refused
  std::size_t size = 0;
  Text print = Text::kVerbatim;
  std::uint64_t printed_size = 0;

  [[nodiscard]] auto refused() const -> bool { return data == nullptr; }
};

enum class Bracket : std::uint8_t { kNone, kArray, kObject };

// An array or object whose items are being read, or (kNone) the text, whose only item is the root.
struct Container {
  std::size_t items = 0;  // where they begin on the stack of items
  std::uint64_t printed_size = 1;
  std::uint32_t size = 0;
  std::uint32_t depth = 0;  // of the deepest item
  Bracket bracket = Bracket::kNone;
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
  [[nodiscard]] auto value() -> Value { return *reinterpret_cast<Value*>(items_.data()); }
  [[nodiscard]] auto failure() const -> ParseError;

 private:
  enum class Step : std::uint8_t { kItem, kDone, kRefused };

  auto refuse(char const* message, char const* where) -> bool {
    message_ = message;
    refused_at_ = where;
    return false;
  }
  auto refused(char const* message) -> Step {
    refuse(message, at_);
    return Step::kRefused;
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

  auto read_scalar(char first) -> bool;
  auto read_literal(std::string_view literal, Value value) -> bool;
  auto read_string() -> String;
  auto read_unusual_string(char const* begin, char const* at) -> String;
  auto read_escaped_string(char const* begin) -> String;
  auto read_number() -> bool;
  auto read_key() -> bool;
  auto open(Bracket bracket) -> bool;
  auto close() -> bool;
  auto drop_duplicates(Container& container) -> bool;
  auto after_item() -> Step;

  // Hands an item to the innermost container. It is made in place: a copy would have to wait for
  // its parts.
  void put(Value value, std::uint64_t printed_size, std::uint32_t depth = 0) {
    new (items_.extend()) Value(value);
    auto& container = containers_.back();
    ++container.size;
    container.printed_size += printed_size + 1;  // and a comma or the closing bracket
    container.depth = std::max(container.depth, depth);
  }

  Arena& arena_;
  ParseOptions const& options_;
  char const* begin_;
  char const* end_;
  char const* at_;
  char const* message_ = nullptr;
  char const* refused_at_ = nullptr;
  SmallStack<Container, 16> containers_;
  SmallStack<Slot, 256> items_;
};

auto Parser::parse() -> bool {
  if (static_cast<std::size_t>(end_ - begin_) > std::numeric_limits<std::uint32_t>::max()) {
    return refuse(messages::kLongText, begin_);
  }
  containers_.push({});
  for (;;) {
    char const first = peek();
    if (first == '{') {
      if (!open(Bracket::kObject)) return false;
      if (peek() != '}') {
        if (!read_key()) return false;
        continue;
      }
      if (!close()) return false;
    } else if (first == '[') {
      if (!open(Bracket::kArray)) return false;
      if (peek() != ']') continue;
      if (!close()) return false;
    } else if (!read_scalar(first)) {
      return false;
    }
    auto const step = after_item();
    if (step == Step::kRefused) return false;
    if (step == Step::kDone) return true;
  }
}

inline auto Parser::read_scalar(char first) -> bool {
  switch (first) {
    case '"': {
      auto const string = read_string();
      if (string.refused()) return false;
      put(Builder::string({string.data, string.size}, string.print), string.printed_size);
      return true;
    }
    case 't': return read_literal("true", Value::boolean(true));
    case 'f': return read_literal("false", Value::boolean(false));
    case 'n': return read_literal("null", Value());
    default: return read_number();
  }
}

auto Parser::read_literal(std::string_view literal, Value value) -> bool {
  if (!std::string_view(at_, end_).starts_with(literal)) return refuse(messages::kValue, at_);
  at_ += literal.size();
  put(value, literal.size());
  return true;
}

// Reads the string whose opening quote stands at at_.
inline auto Parser::read_string() -> String {
  char const* const begin = at_ + 1;
  char const* const at = find_special(begin, end_);
  if (at == end_ || *at != '"') [[unlikely]]
    return read_unusual_string(begin, at);
  at_ = at + 1;
  auto const size = static_cast<std::size_t>(at - begin);
  return {begin, size, Text::kVerbatim, size + 2};
}

// Goes on reading at `at`, where something else than the closing quote is.
auto Parser::read_unusual_string(char const* begin, char const* at) -> String {
  for (; at != end_; at = find_special(at, end_)) {
    if (*at == '"') {
      at_ = at + 1;
      auto const size = static_cast<std::size_t>(at - begin);
      return {begin, size, Text::kVerbatim, size + 2};
    }
    if (*at == '\\') return read_escaped_string(begin);
    auto const* const message =
        static_cast<unsigned char>(*at) < 0x20 ? messages::kControl : messages::kUtf8;
    auto const one = utf8::decode_one({at, end_});
    if (message == messages::kControl || !one) {
      refuse(message, at);
      return {};
    }
    at += one->bytes;
  }
  refuse(messages::kOpenString, at);
  return {};
}

auto Parser::read_escaped_string(char const* begin) -> String {
  auto const unescaped = unescape(arena_, begin, end_);
  if (unescaped.message != nullptr) {
    refuse(unescaped.message, unescaped.at);
    return {};
  }
  at_ = unescaped.behind;
  auto const text = unescaped.text;
  auto const size = unescaped.is_as_printed ? static_cast<std::size_t>(unescaped.behind - 1 - begin)
                                            : escaped_size(text);
  auto const print = size == text.size() ? Text::kVerbatim : Text::kNeedsEscapes;
  return {text.data(), text.size(), print, size + 2};
}

auto Parser::read_number() -> bool {
  if (at_ == end_) return refuse(messages::kEnd, at_);
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
  put(Value::number_text(text), text.size());
  return true;
}

auto Parser::read_key() -> bool {
  if (peek() != '"') return refuse(messages::kKey, at_);
  auto const key = read_string();
  if (key.refused()) return false;
  if (peek() != ':') return refuse(messages::kColon, at_);
  ++at_;
  auto& container = containers_.back();
  container.printed_size += key.printed_size + 1;
  if (key.print == Text::kNeedsEscapes) container.keys = Text::kNeedsEscapes;
  new (items_.extend()) std::string_view(key.data, key.size);
  return true;
}

auto Parser::open(Bracket bracket) -> bool {
  if (containers_.size() > options_.depth_max) return refuse(messages::kDepth, at_);
  ++at_;
  containers_.emplace(items_.size(), 1U, 0U, 0U, bracket, Text::kVerbatim);
  return true;
}

// Makes the value of the innermost container, whose closing bracket stands at at_.
auto Parser::close() -> bool {
  auto& container = containers_.back();
  bool const is_object = container.bracket == Bracket::kObject;
  if (is_object && container.size > 1 && !drop_duplicates(container)) return false;
  ++at_;
  auto const slots = container.size * (is_object ? 2U : 1U);
  auto const [node, items] = allocate_node<Slot>(arena_, slots);
  std::memcpy(static_cast<void*>(items), items_.data() + container.items, slots * sizeof(Slot));
  auto const printed_size = container.printed_size + (container.size == 0 ? 1 : 0);
  auto const depth = container.depth + 1;
  *node = {.printed_size = printed_size, .depth = depth};
  auto const value = is_object ? Builder::object(node, container.size, container.keys)
                               : Builder::array(node, container.size);
  items_.shrink_to(container.items);
  containers_.pop();
  put(value, printed_size, depth);
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

// Reads what stands behind an item: a comma, or the end of its container, which is an item itself.
auto Parser::after_item() -> Step {
  for (;;) {
    char const next = peek();
    auto const bracket = containers_.back().bracket;
    if (bracket == Bracket::kObject) {
      if (next == ',') {
        ++at_;
        return read_key() ? Step::kItem : Step::kRefused;
      }
      if (next != '}') return refused(messages::kMember);
    } else if (bracket == Bracket::kArray) {
      if (next == ',') {
        ++at_;
        return Step::kItem;
      }
      if (next != ']') return refused(messages::kElement);
    } else {
      return at_ == end_ ? Step::kDone : refused(messages::kRest);
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
