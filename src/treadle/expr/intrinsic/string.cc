#include <algorithm>
#include <vector>

#include "treadle/expr/intrinsic/argument.h"
#include "treadle/expr/intrinsic/functions.h"

namespace treadle::expr::intrinsic {
namespace {

// The character (UTF-8) that begins at `at`.
auto character_at(std::string_view text, std::size_t at) -> std::string_view {
  auto end = at + 1;
  while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) ++end;
  return text.substr(at, end - at);
}

}  // namespace

auto string_split(Invocation const& invocation) -> Answer {
  auto const text = TRY(text_argument(invocation, 0));
  auto const delimiters = TRY(text_argument(invocation, 1));
  auto pieces = std::vector<json::Value>();
  std::size_t begin = 0;
  auto const cut = [&](std::size_t end) {
    if (end > begin)
      pieces.push_back(json::make_string(invocation.arena, text.substr(begin, end - begin)));
  };
  for (std::size_t at = 0; at < text.size();) {
    auto const character = character_at(text, at);
    if (delimiters.find(character) != std::string_view::npos) {
      cut(at);
      begin = at + character.size();
    }
    at += character.size();
  }
  cut(text.size());
  return json::make_array(invocation.arena, pieces);
}

}  // namespace treadle::expr::intrinsic
