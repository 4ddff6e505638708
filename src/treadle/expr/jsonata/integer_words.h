// English numbers; private to the module.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "treadle/expr/jsonata/integer_picture.h"

namespace treadle::expr::jsonata {

// "one thousand, two hundred and thirty-four" or "... thirty-fourth". `value` is an integer from 0;
// beyond trillions it goes on with "thousand trillion".
[[nodiscard]] auto number_words(double value, Numbering numbering) -> std::string;

// The number at the front of `text`: words of either case and numbering, with blanks, hyphens, commas
// or "and" between them. nullopt if `text` begins with no such word.
[[nodiscard]] auto take_number_words(std::u32string_view text) -> std::optional<TakenInteger>;

}  // namespace treadle::expr::jsonata
