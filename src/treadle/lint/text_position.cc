#include "treadle/lint/text_position.h"

#include <algorithm>
#include <string>

#include "treadle/json/arena.h"
#include "treadle/json/parse.h"
#include "treadle/lint/place.h"

namespace treadle::lint {
namespace {

// Follows "/States/Pick/Choices[0]" as far as the definition has it. A name may hold a slash or a
// bracket itself: the longest one that fits is taken.
auto follow(Place here, std::string_view location) -> Place {
  while (!location.empty()) {
    std::optional<Place> next;
    std::size_t length = 0;
    auto const consider = [&](Place const& candidate, std::string_view text) {
      if (text.size() <= length || !location.starts_with(text)) return;
      auto const rest = location.substr(text.size());
      if (!rest.empty() && rest.front() != '/' && rest.front() != '[') return;
      next = candidate;
      length = text.size();
    };
    for (auto const& member : here.members()) consider(member, '/' + std::string(member.name()));
    std::size_t index = 0;
    for (auto const& element : here.elements())
      consider(element, '[' + std::to_string(index++) + ']');
    if (!next) return here;
    here = *next;
    location.remove_prefix(length);
  }
  return here;
}

}  // namespace

void TextCursor::move_to(std::size_t offset) {
  for (; at_ < std::min(offset, text_.size()); ++at_) {
    auto const is_continuation = (static_cast<unsigned char>(text_[at_]) & 0xC0U) == 0x80U;
    if (text_[at_] == '\n')
      position_ = {position_.line + 1, 1};
    else if (!is_continuation)
      ++position_.column;
  }
}

auto position_of(std::string_view text, asl::Diagnostic const& diagnostic) -> TextPosition {
  json::Arena arena;
  auto const root = json::parse(arena, text, {.duplicates = json::Duplicates::kRefuse});
  if (!root) return {root.error().line, root.error().column};
  TextCursor cursor(text);
  cursor.move_to(follow(Place(text, *root), diagnostic.location).offset());
  return cursor.position();
}

}  // namespace treadle::lint
