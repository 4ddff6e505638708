#include "treadle/import/terraform/source.h"

#include <algorithm>

#include <fmt/format.h>

namespace treadle::import::terraform {
namespace {

constexpr std::size_t kShownLineChars = 200;

auto is_continuation(char c) -> bool { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

auto count_characters(std::string_view text) -> std::size_t {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return !is_continuation(c); }));
}

// The line that byte `offset` stands on, without its end.
struct Line {
  std::string_view text;
  std::size_t begin = 0;
};
auto line_around(std::string_view text, std::size_t offset) -> Line {
  offset = std::min(offset, text.size());
  auto const before = offset == 0 ? std::string_view::npos : text.rfind('\n', offset - 1);
  auto const begin = before == std::string_view::npos ? 0 : before + 1;
  auto end = text.find('\n', offset);
  if (end == std::string_view::npos) end = text.size();
  auto line = text.substr(begin, end - begin);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return {line, begin};
}

// Blanks that end below the character after `prefix`; tabs stay, so that the caret lines up.
auto caret_indent(std::string_view prefix) -> std::string {
  std::string indent;
  for (char const c : prefix)
    if (!is_continuation(c)) indent += c == '\t' ? '\t' : ' ';
  return indent;
}

// The number of bytes of the UTF-8 sequence at the start of `text`; 0 if it is none.
auto utf8_sequence(std::string_view text) -> std::size_t {
  auto const byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  auto const first = byte(0);
  if (first < 0x80) return 1;
  std::size_t const length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i)
    if (!is_continuation(text[i])) return 0;
  auto const second = byte(1);
  bool const is_refused = (first == 0xE0 && second < 0xA0) || (first == 0xED && second > 0x9F) ||
                          (first == 0xF0 && second < 0x90) || (first == 0xF4 && second > 0x8F);
  return is_refused ? 0 : length;
}

}  // namespace

auto is_utf8(std::string_view text) -> bool {
  while (!text.empty()) {
    auto const length = utf8_sequence(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

auto Sources::add(std::string name, std::string text) -> Result<std::uint32_t, std::string> {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (text.size() > kFileBytesMax)
    return std::unexpected(fmt::format("{}: the file has more than {} bytes", name, kFileBytesMax));
  if (!is_utf8(text)) return std::unexpected(fmt::format("{}: the file is not UTF-8 text", name));
  if (text.starts_with(kByteOrderMark)) text.erase(0, kByteOrderMark.size());
  files_.push_back(std::make_unique<File const>(File{std::move(name), std::move(text)}));
  return static_cast<std::uint32_t>(files_.size() - 1);
}

auto Sources::line_column(Location at) const -> LineColumn {
  auto const whole = text(at.file);
  auto const offset = std::min<std::size_t>(at.offset, whole.size());
  auto const line = line_around(whole, offset);
  auto const lines_before = std::ranges::count(whole.substr(0, line.begin), '\n');
  return {static_cast<std::size_t>(lines_before) + 1,
          count_characters(whole.substr(line.begin, offset - line.begin)) + 1};
}

auto Sources::render(Problem const& problem) const -> std::string {
  auto const [line_number, column] = line_column(problem.at);
  auto const kind = problem.severity == Severity::kError ? "error" : "warning";
  auto out =
      fmt::format("{}:{}:{}: {}: {}\n", name(problem.at.file), line_number, column, kind, problem.message);
  auto const line = line_around(text(problem.at.file), problem.at.offset);
  if (line.text.size() > kShownLineChars) return out;
  auto const prefix = line.text.substr(0, problem.at.offset - line.begin);
  return out + fmt::format("{:>5} | {}\n      | {}^\n", line_number, line.text, caret_indent(prefix));
}

}  // namespace treadle::import::terraform
