#include "treadle/expr/jsonpath/compile.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "treadle/expr/jsonpath/cursor.h"
#include "treadle/expr/jsonpath/function.h"

namespace treadle::expr::jsonpath {
namespace {

// Reads one path, from left to right. Every read_...() that returns false has set error_.
class Compiler {
 public:
  Compiler(std::string_view text, std::size_t depth) : text_(trim(text)), depth_(depth) {}

  auto run() -> Result<std::shared_ptr<Program const>, std::string> {
    if (!read_path()) return std::unexpected(std::move(error_));
    if (program_->steps.size() > kStepsMax) return std::unexpected("the path has too many steps");
    turn_scanned_function_around();
    settle();
    return program_;
  }

 private:
  auto fail(std::string_view what) -> bool {
    error_ = std::string(what) + " at position " + std::to_string(at_);
    return false;
  }

  auto current() const -> char { return char_at(text_, at_); }

  void add(Step step) { program_->steps.push_back(std::move(step)); }

  template <typename T>
  void add(StepKind kind, std::vector<T>& table, T entry, char quote = '\'') {
    auto const place = static_cast<std::int32_t>(table.size());
    table.push_back(std::move(entry));
    add({.kind = kind, .quote = quote, .index = place, .name = {}});
  }

  auto read_path() -> bool {
    if (depth_ > kNestingMax) return fail("paths are nested too deeply");
    if (current() != '$' && current() != '@') return fail("a path must begin with '$'");
    if (text_.ends_with('.')) return fail("a path must not end with '.'");
    program_->from_document = current() == '$';
    if (text_.size() == 1) return true;
    at_ = 1;
    if (current() != '.' && current() != '[') return fail("expected '.' or '['");
    do {
      if (!read_step()) return false;
    } while (at_ + 1 < text_.size());
    return true;
  }

  auto read_step() -> bool {
    if (current() == '.' && !read_dots()) return false;
    if (at_ >= text_.size()) return fail("expected a step");
    switch (current()) {
      case '[': return read_bracket();
      case '*':
        ++at_;
        add({.kind = StepKind::kWildcard, .name = {}});
        return true;
      case '.': return fail("'.' is not valid here");
      case ' ': return fail("a name with blanks must stand in ['...']");
      default: return read_name();
    }
  }

  auto read_dots() -> bool {
    ++at_;
    if (current() != '.') return true;
    ++at_;
    add({.kind = StepKind::kScan, .name = {}});
    return true;
  }

  // name or name(...)
  auto read_name() -> bool {
    auto const end = std::min(text_.find_first_of(".[( ", at_), text_.size());
    if (char_at(text_, end) == ' ') return fail("a name with blanks must stand in ['...']");
    auto name = std::string(text_.substr(at_, end - at_));
    if (char_at(text_, end) == '(') return read_call(std::move(name), end);
    at_ = end;
    add({.kind = StepKind::kMember, .name = std::move(name)});
    return true;
  }

  // The arguments of a path function, whose '(' stands at `open`.
  auto read_call(std::string name, std::size_t open) -> bool {
    auto call = FunctionCall{function_of(name), std::move(name), {}};
    if (call.function == Function::kUnknown && depth_ == 0)
      return fail("there is no such path function");
    auto arguments = split_arguments(text_, open);
    if (!arguments) return fail("the arguments of the function are not closed");
    for (auto argument : arguments->texts)
      if (!read_argument(argument, call)) return false;
    // The library leaves the ')' of an empty list for the next step to read.
    at_ = call.parameters.empty() ? arguments->close : arguments->close + 1;
    add(StepKind::kFunction, program_->calls, std::move(call));
    return true;
  }

  auto read_argument(std::string_view argument, FunctionCall& call) -> bool {
    if (argument.starts_with('$') || argument.starts_with('@')) {
      auto path = compile(argument, depth_ + 1);
      if (!path) return fail("an argument is no path: " + path.error());
      call.parameters.push_back({{}, *std::move(path)});
      return true;
    }
    auto value = read_literal(argument, program_->constants);
    if (!value) return fail("an argument is neither a path nor a value");
    call.parameters.push_back({*value, nullptr});
    return true;
  }

  auto read_bracket() -> bool {
    auto const inside = skip_blanks(text_, at_ + 1);
    auto const c = char_at(text_, inside);
    if (c == '\'' || c == '"') return read_quoted_names(inside);
    if (is_digit(c) || c == '-' || c == ':') return read_numbers();
    if (c == '*') return read_bracket_wildcard(inside);
    if (c == '?') return read_filter(inside);
    return fail("expected a quote, a number, '*' or '?' behind '['");
  }

  // ['a'] or ['a', 'b']; the first quote stands at `open`.
  auto read_quoted_names(std::size_t open) -> bool {
    auto const quote = text_[open];
    auto names = std::vector<std::string>();
    while (true) {
      auto const close = closing_quote(text_, open);
      if (close == kNone) return fail("a name is not closed");
      names.push_back(unescape_name(text_.substr(open + 1, close - open - 1), quote));
      auto const behind = skip_blanks(text_, close + 1);
      if (char_at(text_, behind) == ']') {
        at_ = behind + 1;
        break;
      }
      if (char_at(text_, behind) != ',') return fail("expected ',' or ']' behind a name");
      open = skip_blanks(text_, behind + 1);
      if (char_at(text_, open) != quote) return fail("expected another name behind ','");
    }
    if (names.size() == 1)
      add({.kind = StepKind::kMember, .quote = quote, .name = std::move(names[0])});
    else
      add(StepKind::kMembers, program_->member_lists, std::move(names), quote);
    return true;
  }

  auto read_number(std::string_view text, std::int32_t& number) -> bool {
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error == std::errc() && end == text.data() + text.size()) return true;
    return fail("expected an array index");
  }

  // [1], [1, 2], [1:], [:2], [1:2]
  auto read_numbers() -> bool {
    auto const close = text_.find(']', at_);
    if (close == kNone) return fail("'[' is not closed");
    auto const inside = trim(text_.substr(at_ + 1, close - at_ - 1));
    auto const is_slice = inside.find(':') != kNone;
    if (is_slice ? !read_slice(inside) : !read_indexes(inside)) return false;
    at_ = close + 1;
    return true;
  }

  // A third part, the step of other dialects, is ignored.
  auto read_slice(std::string_view inside) -> bool {
    auto const colon = inside.find(':');
    auto const from = inside.substr(0, colon);
    auto const rest = inside.substr(colon + 1);
    auto const to = rest.substr(0, rest.find(':'));
    if (inside.find_first_not_of("0123456789-:") != kNone)
      return fail("a slice is made of numbers");
    auto slice = Slice();
    if (!from.empty() && !read_number(from, slice.from.emplace())) return false;
    if (!to.empty() && !read_number(to, slice.to.emplace())) return false;
    if (!slice.from && !slice.to) return fail("a slice needs a start or an end");
    add(StepKind::kSlice, program_->slices, slice);
    return true;
  }

  auto read_indexes(std::string_view inside) -> bool {
    auto indexes = std::vector<std::int32_t>();
    for (std::size_t begin = 0; begin <= inside.size();) {
      auto const end = std::min(inside.find(',', begin), inside.size());
      if (!read_number(trim(inside.substr(begin, end - begin)), indexes.emplace_back()))
        return false;
      begin = end + 1;
    }
    if (indexes.size() == 1)
      add({.kind = StepKind::kIndex, .index = indexes[0], .name = {}});
    else
      add(StepKind::kIndexes, program_->index_lists, std::move(indexes));
    return true;
  }

  auto read_bracket_wildcard(std::size_t star) -> bool {
    auto const close = skip_blanks(text_, star + 1);
    if (char_at(text_, close) != ']') return fail("expected ']' behind '*'");
    at_ = close + 1;
    add({.kind = StepKind::kWildcard, .name = {}});
    return true;
  }

  auto read_filter(std::size_t question_mark) -> bool {
    auto const open = skip_blanks(text_, question_mark + 1);
    if (char_at(text_, open) != '(') return fail("expected '(' behind '?'");
    auto const close = closing_bracket(text_, open, ')', Slashes::kQuoteRegex);
    if (close == kNone) return fail("the filter is not closed");
    auto const end = skip_blanks(text_, close + 1);
    if (char_at(text_, end) != ']') return fail("expected ']' behind a filter");
    auto filter =
        compile_filter(text_.substr(open, close - open + 1), program_->constants, depth_ + 1);
    if (!filter) return fail("the filter is wrong (" + filter.error() + ")");
    at_ = end + 1;
    add(StepKind::kFilter, program_->filters, *std::move(filter));
    return true;
  }

  // $..a.sum() stands for $.sum($..a): one result instead of one for each place.
  void turn_scanned_function_around() {
    auto& steps = program_->steps;
    if (!program_->ends_in_function() || steps.front().kind != StepKind::kScan) return;
    auto const first = std::ranges::find(steps, StepKind::kFunction, &Step::kind);
    auto scan = std::move(program_);
    program_ = std::make_shared<Program>();
    program_->calls = std::move(scan->calls);
    program_->steps.assign(std::make_move_iterator(first), std::make_move_iterator(steps.end()));
    steps.erase(first, steps.end());
    auto& call = program_->calls[static_cast<std::size_t>(program_->steps.front().index)];
    program_.swap(scan);
    settle();
    program_.swap(scan);
    call.parameters.assign(1, Parameter{{}, std::move(scan)});
  }

  auto is_definite_step(std::size_t i) const -> bool {
    switch (program_->steps[i].kind) {
      case StepKind::kMember:
      case StepKind::kIndex:
      case StepKind::kFunction: return true;
      case StepKind::kMembers: return i + 1 == program_->steps.size();
      default: return false;
    }
  }

  void settle() {
    auto definite = true;
    auto plain = true;
    for (std::size_t i = 0; i < program_->steps.size(); ++i) {
      auto& step = program_->steps[i];
      step.upstream_definite = definite;
      definite = definite && is_definite_step(i);
      plain = plain && (step.kind == StepKind::kMember || step.kind == StepKind::kIndex);
    }
    program_->is_definite = definite;
    program_->is_plain = plain;
  }

  std::string_view text_;
  std::size_t depth_;
  std::size_t at_ = 0;
  std::string error_;
  std::shared_ptr<Program> program_ = std::make_shared<Program>();
};

}  // namespace

auto compile(std::string_view text, std::size_t depth)
    -> Result<std::shared_ptr<Program const>, std::string> {
  return Compiler(text, depth).run();
}

}  // namespace treadle::expr::jsonpath
