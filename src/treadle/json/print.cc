#include "treadle/json/print.h"

#include <algorithm>
#include <cstring>

#include "treadle/json/build.h"
#include "treadle/json/escape.h"
#include "treadle/json/small_stack.h"

namespace treadle::json {

namespace {

// An array or object of which some items are still to be printed.
struct Open {
  Value const* element = nullptr;  // the next one; null in an object
  Member const* member = nullptr;
  std::size_t left = 0;
};

auto opened(Value value) -> Open {
  if (value.is_array()) return {value.elements().data(), nullptr, value.size()};
  return {nullptr, value.members().data(), value.size()};
}

// Writes into memory that is known to suffice.
class CompactPrinter {
 public:
  explicit CompactPrinter(char* out) : out_(out) {}

  // Gives the place behind the last byte.
  auto print(Value root) -> char* {
    item(root);
    while (!open_.empty()) next_item();
    return out_;
  }

 private:
  struct Container {
    Open items;
    Text keys;
    bool first;
  };

  void next_item() {
    auto& top = open_.back();
    if (top.items.left == 0) {
      *out_++ = top.items.member != nullptr ? '}' : ']';
      open_.pop();
      return;
    }
    if (!top.first) *out_++ = ',';
    top.first = false;
    --top.items.left;
    if (top.items.member == nullptr) return item(*top.items.element++);
    auto const& member = *top.items.member++;
    string(member.key, top.keys);
    *out_++ = ':';
    item(member.value);
  }

  void item(Value value) {
    switch (value.kind()) {
      case Kind::kNull: return put("null");
      case Kind::kBool: return put(value.as_bool() ? "true" : "false");
      case Kind::kNumber: return put(value.number_text());
      case Kind::kString: return string(value.as_string(), Builder::text(value));
      case Kind::kArray: *out_++ = '['; break;
      case Kind::kObject: *out_++ = '{'; break;
    }
    open_.push({opened(value), Builder::text(value), true});
  }

  void string(std::string_view text, Text print) {
    *out_++ = '"';
    if (print == Text::kVerbatim) {
      put(text);
    } else {
      out_ = write_escaped(out_, text);
    }
    *out_++ = '"';
  }

  void put(std::string_view text) {
    if (!text.empty()) std::memcpy(out_, text.data(), text.size());
    out_ += text.size();
  }

  char* out_;
  SmallStack<Container, 32> open_;
};

class PrettyPrinter {
 public:
  explicit PrettyPrinter(std::string& out) : out_(out) {}

  void print(Value root) {
    item(root);
    while (!open_.empty()) next_item();
  }

 private:
  struct Container {
    Open items;
    bool first;
  };

  void next_item() {
    auto& top = open_.back();
    if (top.items.left == 0) {
      char const close = top.items.member != nullptr ? '}' : ']';
      open_.pop();
      new_line();
      out_ += close;
      return;
    }
    if (!top.first) out_ += ',';
    top.first = false;
    new_line();
    --top.items.left;
    if (top.items.member == nullptr) return item(*top.items.element++);
    auto const& member = *top.items.member++;
    append_string(out_, member.key);
    out_ += ": ";
    item(member.value);
  }

  void item(Value value) {
    if (value.size() == 0) return append(out_, Builder::without_source(value));
    out_ += value.is_array() ? '[' : '{';
    open_.push({opened(value), true});
  }

  void new_line() {
    out_ += '\n';
    out_.append(2 * open_.size(), ' ');
  }

  std::string& out_;
  SmallStack<Container, 32> open_;
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
  append_with(out, value.printed_size(), [&](char* at) { return CompactPrinter(at).print(value); });
}

auto print(Value value) -> std::string {
  std::string out;
  append(out, value);
  return out;
}

auto print_pretty(Value value) -> std::string {
  std::string out;
  PrettyPrinter(out).print(value);
  return out;
}

void append_string(std::string& out, std::string_view text) {
  append_with(out, escaped_size(text) + 2, [&](char* at) {
    *at++ = '"';
    at = write_escaped(at, text);
    *at++ = '"';
    return at;
  });
}

}  // namespace treadle::json
