// Lines and columns of a definition's text.
#pragma once

#include <cstddef>
#include <string_view>

#include "treadle/asl/diagnostic.h"
#include "treadle/json/value.h"

namespace treadle::lint {

// Both from 1; columns in code points.
struct TextPosition {
  std::size_t line = 1;
  std::size_t column = 1;
};

// Counts forwards through a text.
class TextCursor {
 public:
  explicit TextCursor(std::string_view text) : text_(text) {}

  // `offset` must not be smaller than the one before.
  void move_to(std::size_t offset);
  [[nodiscard]] auto position() const -> TextPosition { return position_; }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
  TextPosition position_;
};

// Where a diagnostic's location stands: as far as the text has it, else the beginning. Of a text
// that is no JSON, the place of the error.
[[nodiscard]] auto position_of(std::string_view text, asl::Diagnostic const& diagnostic)
    -> TextPosition;

}  // namespace treadle::lint
