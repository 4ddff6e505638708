#include "treadle/targets/aws_chunked.h"

#include <charconv>

namespace treadle::targets {
namespace {

constexpr std::string_view kLineEnd = "\r\n";

// The line that `text` begins with, taken away; nullopt if none ends.
auto take_line(std::string_view& text) -> std::optional<std::string_view> {
  auto const end = text.find(kLineEnd);
  if (end == std::string_view::npos) return std::nullopt;
  auto const line = text.substr(0, end);
  text.remove_prefix(end + kLineEnd.size());
  return line;
}

auto read_size(std::string_view line) -> std::optional<std::size_t> {
  auto const digits = line.substr(0, line.find(';'));
  std::size_t size = 0;
  auto const [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), size, 16);
  if (error != std::errc() || end != digits.data() + digits.size() || digits.empty())
    return std::nullopt;
  return size;
}

auto trim(std::string_view text) -> std::string_view {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\n')) text.remove_suffix(1);
  return text;
}

}  // namespace

auto read_aws_chunked(std::string_view text) -> std::optional<Unchunked> {
  Unchunked out;
  for (;;) {
    auto const line = take_line(text);
    if (!line) return std::nullopt;
    auto const size = read_size(*line);
    if (!size) return std::nullopt;
    if (*size == 0) break;
    if (text.size() < *size || !text.substr(*size).starts_with(kLineEnd)) return std::nullopt;
    out.body += text.substr(0, *size);
    text.remove_prefix(*size + kLineEnd.size());
  }
  while (auto const line = take_line(text)) {
    if (line->empty()) return out;
    auto const colon = line->find(':');
    if (colon == std::string_view::npos) return std::nullopt;
    out.trailers.add(trim(line->substr(0, colon)), trim(line->substr(colon + 1)));
  }
  // The last empty line may lack: some clients end with the last chunk.
  if (text.empty()) return out;
  return std::nullopt;
}

}  // namespace treadle::targets
