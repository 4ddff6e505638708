#include "treadle/runtime/line_splitter.h"

#include <utility>

namespace treadle::runtime {
namespace {

constexpr std::string_view kWhiteSpace = " \t\r";

}  // namespace

auto LineSplitter::next(std::string_view& bytes) -> std::optional<Line> {
  while (!bytes.empty()) {
    auto const end = bytes.find('\n');
    if (end == std::string_view::npos) {
      keep(bytes);
      bytes = {};
      return std::nullopt;
    }
    auto text = bytes.substr(0, end);
    bytes.remove_prefix(end + 1);
    if (!kept_.empty() || is_too_long_) {
      keep(text);
      whole_ = std::exchange(kept_, {});
      text = whole_;
    }
    if (auto const found = line(text)) return found;
  }
  return std::nullopt;
}

auto LineSplitter::last() -> std::optional<Line> {
  if (kept_.empty() && !is_too_long_) return std::nullopt;
  whole_ = std::exchange(kept_, {});
  return line(whole_);
}

void LineSplitter::keep(std::string_view part) {
  is_too_long_ = is_too_long_ || part.size() > bytes_max_ - kept_.size();
  if (is_too_long_)
    kept_ = {};
  else
    kept_ += part;
}

auto LineSplitter::line(std::string_view text) -> std::optional<Line> {
  ++lines_;
  bool const is_too_long = std::exchange(is_too_long_, false) || text.size() > bytes_max_;
  if (is_too_long) return Line{.text = {}, .number = lines_, .is_too_long = true};
  if (text.find_first_not_of(kWhiteSpace) == std::string_view::npos) return std::nullopt;
  return Line{.text = text, .number = lines_};
}

}  // namespace treadle::runtime
