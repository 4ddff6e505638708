// Functions on strings. Source: Terraform language documentation, "String Functions".
#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include "treadle/base/utf8.h"
#include "treadle/import/terraform/format.h"
#include "treadle/import/terraform/functions.h"

namespace treadle::import::terraform {
namespace {

constexpr std::string_view kWhitespace = " \t\r\n\v\f";

// The text as characters (code points; Terraform counts grapheme clusters).
auto characters(std::string_view text) -> std::vector<std::string_view> {
  std::vector<std::string_view> out;
  while (!text.empty()) {
    auto const first = utf8::decode_one(text, utf8::Surrogates::kAccept);
    auto const length = first ? first->bytes : 1;
    out.push_back(text.substr(0, length));
    text.remove_prefix(length);
  }
  return out;
}

template <typename T>
auto text_list(std::vector<T> const& texts) -> Value {
  std::vector<Value> out;
  for (auto const& text : texts) out.push_back(Value::string(std::string(text)));
  return Value::list(std::move(out));
}

// ASCII letters only: no locale (DIFFERS from Terraform for other alphabets).
auto upper_char(char c) -> char {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}
auto lower_char(char c) -> char {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

auto upper(Arguments arguments) -> FunctionResult {
  auto text = TRY(text_argument(arguments, 0));
  std::ranges::transform(text, text.begin(), upper_char);
  return Value::string(std::move(text));
}

auto lower(Arguments arguments) -> FunctionResult {
  auto text = TRY(text_argument(arguments, 0));
  std::ranges::transform(text, text.begin(), lower_char);
  return Value::string(std::move(text));
}

auto title(Arguments arguments) -> FunctionResult {
  auto text = TRY(text_argument(arguments, 0));
  bool is_first = true;
  for (auto& c : text) {
    if (is_first) c = upper_char(c);
    is_first = kWhitespace.contains(c) || c == '-';
  }
  return Value::string(std::move(text));
}

auto replace_all(std::string_view text, std::string_view from, std::string_view to)
    -> Result<std::string, std::string> {
  std::string out;
  for (std::size_t at = 0;;) {
    auto const found = text.find(from, at);
    out += text.substr(at, found - at);
    if (found == std::string_view::npos) return out;
    out += to;
    TRY(check_size(out.size()));
    at = found + from.size();
  }
}

auto replace(Arguments arguments) -> FunctionResult {
  auto const text = TRY(text_argument(arguments, 0));
  auto const from = TRY(text_argument(arguments, 1));
  auto const to = TRY(text_argument(arguments, 2));
  if (from.empty()) return refuse_argument(1, "some text to replace", Value());
  if (from.size() > 2 && from.starts_with('/') && from.ends_with('/'))
    return std::unexpected(
        "expected plain text to replace: treadle doesn't evaluate regular expressions here");
  return Value::string(TRY(replace_all(text, from, to)));
}

auto split(Arguments arguments) -> FunctionResult {
  auto const separator = TRY(text_argument(arguments, 0));
  auto const text = TRY(text_argument(arguments, 1));
  if (separator.empty()) return text_list(characters(text));
  std::vector<std::string_view> parts;
  std::string_view rest = text;
  for (auto at = rest.find(separator); at != std::string_view::npos; at = rest.find(separator)) {
    parts.push_back(rest.substr(0, at));
    rest.remove_prefix(at + separator.size());
  }
  parts.push_back(rest);
  return text_list(parts);
}

auto join(Arguments arguments) -> FunctionResult {
  auto const separator = TRY(text_argument(arguments, 0));
  std::string out;
  bool is_first = true;
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    for (auto const& element : TRY(list_argument(arguments, i))) {
      auto const text = to_text(element);
      if (!text) return refuse_argument(i, "a list of strings", element);
      if (!is_first) out += separator;
      out += *text;
      is_first = false;
      TRY(check_size(out.size()));
    }
  }
  return Value::string(std::move(out));
}

auto trim_of(std::string_view text, std::string_view cutset) -> std::string {
  auto const begin = text.find_first_not_of(cutset);
  if (begin == std::string_view::npos) return {};
  return std::string(text.substr(begin, text.find_last_not_of(cutset) + 1 - begin));
}

auto trim(Arguments arguments) -> FunctionResult {
  auto const text = TRY(text_argument(arguments, 0));
  auto const cutset = TRY(text_argument(arguments, 1));
  if (std::ranges::any_of(cutset, [](char c) { return static_cast<unsigned char>(c) >= 0x80; }))
    return std::unexpected("expected ASCII characters to trim");
  return Value::string(trim_of(text, cutset));
}

auto trimspace(Arguments arguments) -> FunctionResult {
  return Value::string(trim_of(TRY(text_argument(arguments, 0)), kWhitespace));
}

auto trimprefix(Arguments arguments) -> FunctionResult {
  auto text = TRY(text_argument(arguments, 0));
  auto const prefix = TRY(text_argument(arguments, 1));
  if (text.starts_with(prefix)) text.erase(0, prefix.size());
  return Value::string(std::move(text));
}

auto trimsuffix(Arguments arguments) -> FunctionResult {
  auto text = TRY(text_argument(arguments, 0));
  auto const suffix = TRY(text_argument(arguments, 1));
  if (text.ends_with(suffix)) text.resize(text.size() - suffix.size());
  return Value::string(std::move(text));
}

auto chomp(Arguments arguments) -> FunctionResult {
  auto text = TRY(text_argument(arguments, 0));
  text.erase(text.find_last_not_of("\r\n") + 1);
  return Value::string(std::move(text));
}

auto startswith(Arguments arguments) -> FunctionResult {
  return Value::boolean(
      TRY(text_argument(arguments, 0)).starts_with(TRY(text_argument(arguments, 1))));
}

auto endswith(Arguments arguments) -> FunctionResult {
  return Value::boolean(
      TRY(text_argument(arguments, 0)).ends_with(TRY(text_argument(arguments, 1))));
}

auto strcontains(Arguments arguments) -> FunctionResult {
  return Value::boolean(
      TRY(text_argument(arguments, 0)).contains(TRY(text_argument(arguments, 1))));
}

// substr(text, offset, length): a negative offset counts from the end, length -1 means the rest.
auto substr(Arguments arguments) -> FunctionResult {
  auto const text = TRY(text_argument(arguments, 0));
  auto const all = characters(text);
  auto const size = static_cast<std::int64_t>(all.size());
  auto offset = TRY(integer_argument(arguments, 1));
  auto const length = TRY(integer_argument(arguments, 2));
  if (offset < 0) offset = std::max<std::int64_t>(0, offset + size);
  offset = std::min(offset, size);
  auto const end = length < 0 ? size : std::min(size, offset + length);
  std::string out;
  for (auto i = offset; i < end; ++i) out += all[static_cast<std::size_t>(i)];
  return Value::string(std::move(out));
}

auto strrev(Arguments arguments) -> FunctionResult {
  auto const text = TRY(text_argument(arguments, 0));
  auto const all = characters(text);
  std::string out;
  for (auto i = all.size(); i > 0; --i) out += all[i - 1];
  return Value::string(std::move(out));
}

// indent(n, text): n blanks at the start of every line but the first.
auto indent(Arguments arguments) -> FunctionResult {
  auto const blanks = TRY(integer_argument(arguments, 0));
  auto const text = TRY(text_argument(arguments, 1));
  if (blanks < 0 || blanks > 1000) return refuse_argument(0, "0 to 1000 blanks", arguments[0]);
  return Value::string(
      TRY(replace_all(text, "\n", "\n" + std::string(static_cast<std::size_t>(blanks), ' '))));
}

auto format(Arguments arguments) -> FunctionResult {
  auto const pattern = TRY(text_argument(arguments, 0));
  return Value::string(TRY(format_text(pattern, arguments.subspan(1))));
}

// formatlist(format, ...): lists are walked side by side, anything else is the same for each.
auto formatlist(Arguments arguments) -> FunctionResult {
  auto const pattern = TRY(text_argument(arguments, 0));
  std::size_t count = 1;
  bool has_list = false;
  for (auto const& argument : arguments.subspan(1)) {
    if (!argument.is_list()) continue;
    if (has_list && argument.elements().size() != count)
      return std::unexpected("expected lists of one length");
    count = argument.elements().size();
    has_list = true;
  }
  std::vector<Value> out;
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < count; ++i) {
    std::vector<Value> row;
    for (auto const& argument : arguments.subspan(1))
      row.push_back(argument.is_list() ? argument.elements()[i] : argument);
    auto text = TRY(format_text(pattern, row));
    bytes += text.size();
    TRY(check_size(bytes));
    out.push_back(Value::string(std::move(text)));
  }
  return Value::list(std::move(out));
}

constexpr Function kFunctions[] = {
    {"upper", 1, 1, upper},
    {"lower", 1, 1, lower},
    {"title", 1, 1, title},
    {"replace", 3, 3, replace},
    {"split", 2, 2, split},
    {"join", 2, kAnyNumber, join},
    {"trim", 2, 2, trim},
    {"trimspace", 1, 1, trimspace},
    {"trimprefix", 2, 2, trimprefix},
    {"trimsuffix", 2, 2, trimsuffix},
    {"chomp", 1, 1, chomp},
    {"startswith", 2, 2, startswith},
    {"endswith", 2, 2, endswith},
    {"strcontains", 2, 2, strcontains},
    {"substr", 3, 3, substr},
    {"strrev", 1, 1, strrev},
    {"indent", 2, 2, indent},
    {"format", 1, kAnyNumber, format},
    {"formatlist", 1, kAnyNumber, formatlist},
};

}  // namespace

auto text_functions() -> std::span<Function const> { return kFunctions; }

}  // namespace treadle::import::terraform
