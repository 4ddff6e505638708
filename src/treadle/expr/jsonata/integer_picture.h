// Pictures of integers, as $formatInteger and dates have them; private to the module.
// Source: XPath and XQuery Functions and Operators 3.1, 4.6 (fn:format-integer).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "treadle/base/result.h"
#include "treadle/expr/jsonata/failure.h"

namespace treadle::expr::jsonata {

enum class IntegerForm : std::uint8_t { kDecimal, kLetters, kRoman, kWords };
enum class LetterCase : std::uint8_t { kLower, kUpper, kTitle };
enum class Numbering : std::uint8_t { kCardinal, kOrdinal };

struct IntegerPicture {
  struct Separator {
    std::size_t digits;  // to its right
    char32_t character;
  };

  IntegerForm form = IntegerForm::kDecimal;
  LetterCase letter_case = LetterCase::kLower;
  Numbering numbering = Numbering::kCardinal;
  // Of kDecimal:
  char32_t zero = U'0';
  std::size_t digits_min = 1;
  std::size_t digits = 1;             // with the optional ones
  std::vector<Separator> separators;  // ascending
  std::size_t regular_group = 0;      // the distance of separators that go on for ever, or 0
};

// `primary` is "0001", "#,##0", "A", "a", "I", "i", "W", "w" or "Ww". D3130 for another, D3131 where
// the digits are of two families.
[[nodiscard]] auto read_integer_picture(std::u32string_view primary, Numbering numbering)
    -> Result<IntegerPicture, Failure>;

// The integer below `value`, which is finite. Roman numerals end at 100,000, digits go on behind.
[[nodiscard]] auto format_integer(double value, IntegerPicture const& picture) -> std::string;

// The integer at the front of a text, and how much of it that is.
struct TakenInteger {
  double value = 0;
  std::size_t length = 0;
};
// At most `length_max` characters of digits; letters of either case. nullopt if there is none.
[[nodiscard]] auto take_integer(std::u32string_view text, IntegerPicture const& picture,
                                std::size_t length_max = std::u32string_view::npos)
    -> std::optional<TakenInteger>;

}  // namespace treadle::expr::jsonata
