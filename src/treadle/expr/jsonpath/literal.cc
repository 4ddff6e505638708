#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "treadle/expr/jsonpath/compile.h"
#include "treadle/expr/jsonpath/cursor.h"
#include "treadle/expr/jsonpath/decimal.h"
#include "treadle/expr/jsonpath/function.h"
#include "treadle/json/parse.h"

namespace treadle::expr::jsonpath {
namespace {

// JSON with single quotes and bare words, as it stands in filters: ['a', b, 1].
class LiteralReader {
 public:
  LiteralReader(std::string_view text, json::Arena& arena) : text_(text), arena_(arena) {}

  auto run() -> std::optional<json::Value> {
    auto value = read(0);
    skip();
    return at_ == text_.size() ? value : std::nullopt;
  }

 private:
  void skip() {
    while (at_ < text_.size() && std::string_view(" \t\r\n").contains(text_[at_])) ++at_;
  }

  auto take(char c) -> bool {
    skip();
    if (char_at(text_, at_) != c) return false;
    ++at_;
    return true;
  }

  auto read(std::size_t depth) -> std::optional<json::Value> {
    if (depth > kNestingMax) return std::nullopt;
    if (take('[')) return read_array(depth);
    if (take('{')) return read_object(depth);
    skip();
    auto const c = char_at(text_, at_);
    if (c == '\'' || c == '"') {
      auto const text = read_quoted();
      if (!text) return std::nullopt;
      return json::make_string(arena_, *text);
    }
    return read_word();
  }

  auto read_array(std::size_t depth) -> std::optional<json::Value> {
    auto elements = std::vector<json::Value>();
    while (!take(']')) {
      if (!elements.empty() && !take(',')) return std::nullopt;
      auto element = read(depth + 1);
      if (!element) return std::nullopt;
      elements.push_back(*element);
    }
    return json::make_array(arena_, elements);
  }

  auto read_object(std::size_t depth) -> std::optional<json::Value> {
    auto members = std::vector<json::Member>();
    while (!take('}')) {
      if (!members.empty() && !take(',')) return std::nullopt;
      skip();
      auto key = read_key();
      if (!key || !take(':')) return std::nullopt;
      auto value = read(depth + 1);
      if (!value) return std::nullopt;
      set(members, {arena_.copy(*key), *value});
    }
    return json::make_object(arena_, members);
  }

  static void set(std::vector<json::Member>& members, json::Member member) {
    auto const old = std::ranges::find(members, member.key, &json::Member::key);
    if (old == members.end())
      members.push_back(member);
    else
      old->value = member.value;
  }

  auto read_key() -> std::optional<std::string> {
    auto const c = char_at(text_, at_);
    if (c == '\'' || c == '"') return read_quoted();
    auto const end = std::min(text_.find_first_of(":,]}", at_), text_.size());
    auto key = std::string(trim(text_.substr(at_, end - at_)));
    at_ = end;
    if (key.empty()) return std::nullopt;
    return key;
  }

  auto read_quoted() -> std::optional<std::string> {
    auto const close = closing_quote(text_, at_);
    if (close == kNone) return std::nullopt;
    auto text = unescape(text_.substr(at_ + 1, close - at_ - 1));
    at_ = close + 1;
    return text;
  }

  auto read_word() -> std::optional<json::Value> {
    auto const end = std::min(text_.find_first_of(",]}", at_), text_.size());
    auto const word = trim(text_.substr(at_, end - at_));
    at_ = end;
    if (word.empty()) return std::nullopt;
    if (word == "null") return json::Value();
    if (word == "true" || word == "false") return json::Value::boolean(word == "true");
    if (!is_decimal(word)) return json::make_string(arena_, word);
    return json::Value::number_text(arena_.copy(decimal_text(word)));
  }

  std::string_view text_;
  json::Arena& arena_;
  std::size_t at_ = 0;
};

// The part of an argument from the first character on that can begin a value or a path.
auto significant(std::string_view argument) -> std::string_view {
  auto const begin = argument.find_first_of("${@\"-0123456789");
  return begin == kNone ? std::string_view() : trim(argument.substr(begin));
}

}  // namespace

auto read_literal(std::string_view text, json::Arena& arena) -> std::optional<json::Value> {
  return LiteralReader(text, arena).run();
}

auto split_arguments(std::string_view text, std::size_t open) -> std::optional<Arguments> {
  auto arguments = Arguments();
  std::size_t depth = 0;
  auto begin = open + 1;
  auto const finish = [&](std::size_t end) {
    auto const argument = significant(text.substr(begin, end - begin));
    if (!argument.empty()) arguments.texts.push_back(argument);
    begin = end + 1;
  };
  for (auto at = open; at < text.size(); ++at) {
    auto const c = text[at];
    if (c == '"') {
      at = closing_quote(text, at);
      if (at == kNone) return std::nullopt;
    } else if (c == '(' || c == '[' || c == '{') {
      ++depth;
    } else if (c == ',' && depth == 1) {
      finish(at);
    } else if ((c == ')' || c == ']' || c == '}') && --depth == 0) {
      finish(at);
      arguments.close = at;
      return arguments;
    }
  }
  return std::nullopt;
}

}  // namespace treadle::expr::jsonpath
