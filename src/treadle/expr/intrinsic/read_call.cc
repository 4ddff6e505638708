#include "treadle/expr/intrinsic/read_call.h"

#include <algorithm>
#include <utility>

#include "treadle/json/parse.h"

namespace treadle::expr::intrinsic {
namespace {

constexpr std::string_view kPrefix = "States.";

auto is_space(char c) -> bool { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

// Constants point into their node's text, so they are made once the nodes stay where they are.
void settle(Node& node) {
  for (auto& argument : node.arguments) settle(argument);
  if (node.kind != Node::Kind::kConstant) return;
  if (node.is_text)
    node.constant = json::Value::string_view_of(node.text);
  else if (node.text == "true" || node.text == "false")
    node.constant = json::Value::boolean(node.text == "true");
  else if (node.text != "null")
    node.constant = json::Value::number_text(node.text);
}

// Every read_...() that returns false has set error_.
class CallReader {
 public:
  explicit CallReader(std::string_view text) : text_(text) {}

  auto run() -> Result<std::shared_ptr<Node const>, std::string> {
    auto root = std::make_shared<Node>();
    if (!read_call(*root, 1)) return std::unexpected(std::move(error_));
    skip_space();
    if (at_ < text_.size()) return std::unexpected("expected the end of the call" + position());
    settle(*root);
    return root;
  }

 private:
  auto position() const -> std::string { return " at position " + std::to_string(at_); }
  auto fail(std::string_view what) -> bool {
    error_ = std::string(what) + position();
    return false;
  }

  auto current() const -> char { return at_ < text_.size() ? text_[at_] : '\0'; }
  void skip_space() {
    while (is_space(current())) ++at_;
  }

  auto read_call(Node& node, std::size_t depth) -> bool {
    if (!text_.substr(at_).starts_with(kPrefix)) return fail("expected an intrinsic function");
    if (depth > kNestingMax) return fail("intrinsic functions are nested too deeply");
    auto const open = text_.find('(', at_);
    if (open == std::string_view::npos) return fail("expected '('");
    auto const name = text_.substr(at_ + kPrefix.size(), open - at_ - kPrefix.size());
    node.kind = Node::Kind::kCall;
    node.function = find_function(name);
    if (node.function == nullptr) return fail("there is no intrinsic function of that name");
    auto const begin = std::exchange(at_, open + 1);
    if (!read_arguments(node, depth)) return false;
    auto const count = node.arguments.size();
    if (count >= node.function->arguments_min && count <= node.function->arguments_max) return true;
    at_ = begin;
    return fail("the function is given a wrong number of arguments");
  }

  auto read_arguments(Node& node, std::size_t depth) -> bool {
    skip_space();
    if (current() == ')') {
      ++at_;
      return true;
    }
    while (true) {
      skip_space();
      if (!read_argument(node, depth)) return false;
      skip_space();
      auto const c = current();
      if (c != ',' && c != ')') return fail("expected ',' or ')'");
      ++at_;
      if (c == ')') return true;
    }
  }

  auto read_argument(Node& call, std::size_t depth) -> bool {
    auto const is_template = call.arguments.empty() && call.function->name == "Format";
    auto& node = call.arguments.emplace_back();
    switch (current()) {
      case '\'': return read_text(node, is_template ? &call.segments : nullptr);
      case '$': return read_path(node);
      case 'S': return read_call(node, depth + 1);
      default: return read_word(node);
    }
  }

  // A quoted text. `segments` takes the parts between the {} of a template.
  auto read_text(Node& node, std::vector<std::string>* segments) -> bool {
    auto segment = std::string();
    for (++at_; current() != '\''; ++at_) {
      if (at_ >= text_.size()) return fail("a text is not closed");
      auto c = current();
      if (c == '\\') {
        c = at_ + 1 < text_.size() ? text_[at_ + 1] : '\0';
        if (!std::string_view("'{}\\").contains(c) || c == '\0') return fail("unknown escape");
        ++at_;
      } else if (segments != nullptr && (c == '{' || c == '}')) {
        if (!text_.substr(at_).starts_with("{}"))
          return fail("a brace of a template must be escaped");
        ++at_;
        node.text += segment + "{}";
        segments->push_back(std::exchange(segment, {}));
        continue;
      }
      segment += c;
    }
    ++at_;
    node.text += segment;
    if (segments != nullptr) segments->push_back(std::move(segment));
    node.kind = Node::Kind::kConstant;
    node.is_text = true;
    return true;
  }

  // A path ends at the ',' or ')' outside its own brackets and quotes.
  auto read_path(Node& node) -> bool {
    auto const begin = at_;
    std::size_t depth = 0;
    for (; at_ < text_.size(); ++at_) {
      auto const c = text_[at_];
      if (depth == 0 && (c == ',' || c == ')')) break;
      if (c == '[' || c == '(') ++depth;
      if ((c == ']' || c == ')') && depth > 0) --depth;
      if ((c == '\'' || c == '"') && depth > 0 && !skip_quoted(c)) return false;
    }
    auto text = text_.substr(begin, at_ - begin);
    while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
    auto path = jsonpath::Path::parse(text);
    if (!path) return fail("an argument is no path (" + path.error() + ")");
    node.kind = Node::Kind::kPath;
    node.path = *std::move(path);
    return true;
  }

  // From the quote at at_ to its end.
  auto skip_quoted(char quote) -> bool {
    for (++at_; at_ < text_.size() && text_[at_] != quote; ++at_)
      if (text_[at_] == '\\') ++at_;
    return at_ < text_.size() || fail("a text in a path is not closed");
  }

  // A number, true, false or null.
  auto read_word(Node& node) -> bool {
    auto const begin = at_;
    while (at_ < text_.size() && !std::string_view(",() \t\r\n'").contains(text_[at_])) ++at_;
    node.text = text_.substr(begin, at_ - begin);
    auto arena = json::Arena();
    auto const value = json::parse(arena, node.text);
    auto const is_scalar = value && (value->is_number() || value->is_bool() || value->is_null());
    if (is_scalar) return true;
    at_ = begin;
    return fail("expected an argument");
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::string error_;
};

}  // namespace

auto read_call(std::string_view text) -> Result<std::shared_ptr<Node const>, std::string> {
  return CallReader(text).run();
}

}  // namespace treadle::expr::intrinsic
