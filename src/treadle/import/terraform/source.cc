#include "treadle/import/terraform/source.h"

#include <algorithm>

#include <fmt/format.h>

#include "treadle/base/utf8.h"

namespace treadle::import::terraform {
namespace {

constexpr std::size_t kShownLineChars = 200;

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
  while (!prefix.empty()) {
    auto const first = utf8::decode_one(prefix);
    indent += prefix.front() == '\t' ? '\t' : ' ';
    prefix.remove_prefix(first ? first->bytes : 1);
  }
  return indent;
}

}  // namespace

auto Sources::add(std::string name, std::string text) -> Result<std::uint32_t, std::string> {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (text.size() > kFileBytesMax)
    return std::unexpected(fmt::format("{}: the file has more than {} bytes", name, kFileBytesMax));
  if (!utf8::is_valid(text))
    return std::unexpected(fmt::format("{}: the file is not UTF-8 text", name));
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
          utf8::count_code_points(whole.substr(line.begin, offset - line.begin)) + 1};
}

auto Sources::render(Problem const& problem) const -> std::string {
  auto const kind = problem.severity == Severity::kError ? "error" : "warning";
  if (problem.at.file >= files_.size()) return fmt::format("{}: {}\n", kind, problem.message);
  auto const [line_number, column] = line_column(problem.at);
  auto out = fmt::format("{}:{}:{}: {}: {}\n", name(problem.at.file), line_number, column, kind,
                         problem.message);
  auto const line = line_around(text(problem.at.file), problem.at.offset);
  if (line.text.size() > kShownLineChars) return out;
  auto const prefix = line.text.substr(0, problem.at.offset - line.begin);
  return out +
         fmt::format("{:>5} | {}\n      | {}^\n", line_number, line.text, caret_indent(prefix));
}

}  // namespace treadle::import::terraform
