#include "treadle/expr/jsonata/integer_picture.h"

#include <algorithm>
#include <iterator>
#include <numeric>

#include "treadle/expr/jsonata/code_points.h"
#include "treadle/json/print.h"

namespace treadle::expr::jsonata {

namespace {

// The zeros of the decimal digits (Unicode, general category Nd) of the basic plane.
constexpr char32_t kZeros[] = {0x0030, 0x0660, 0x06F0, 0x07C0, 0x0966, 0x09E6, 0x0A66, 0x0AE6,
                               0x0B66, 0x0BE6, 0x0C66, 0x0CE6, 0x0D66, 0x0DE6, 0x0E50, 0x0ED0,
                               0x0F20, 0x1040, 0x1090, 0x17E0, 0x1810, 0x1946, 0x19D0, 0x1A80,
                               0x1A90, 0x1B50, 0x1BB0, 0x1C40, 0x1C50, 0xA620, 0xA8D0, 0xA900,
                               0xA9D0, 0xA9F0, 0xAA50, 0xABF0, 0xFF10};

// The zero of `c`'s family, if it is a digit.
auto zero_of(char32_t c) -> std::optional<char32_t> {
  auto const behind = std::ranges::upper_bound(kZeros, c);
  if (behind == std::begin(kZeros)) return std::nullopt;
  auto const zero = *(behind - 1);
  return c - zero < 10 ? std::optional(zero) : std::nullopt;
}

auto read_letters(std::u32string_view primary) -> std::optional<IntegerPicture> {
  struct {
    std::u32string_view name;
    IntegerForm form;
    LetterCase letter_case;
  } constexpr kForms[] = {
      {U"A", IntegerForm::kLetters, LetterCase::kUpper},
      {U"a", IntegerForm::kLetters, LetterCase::kLower},
      {U"I", IntegerForm::kRoman, LetterCase::kUpper},
      {U"i", IntegerForm::kRoman, LetterCase::kLower},
      {U"W", IntegerForm::kWords, LetterCase::kUpper},
      {U"w", IntegerForm::kWords, LetterCase::kLower},
      {U"Ww", IntegerForm::kWords, LetterCase::kTitle},
  };
  for (auto const& form : kForms) {
    if (form.name != primary) continue;
    IntegerPicture picture;
    picture.form = form.form;
    picture.letter_case = form.letter_case;
    return picture;
  }
  return std::nullopt;
}

auto regular_distance(std::vector<IntegerPicture::Separator> const& separators) -> std::size_t {
  std::size_t distance = 0;
  for (auto const& separator : separators) distance = std::gcd(distance, separator.digits);
  for (std::size_t i = 0; i < separators.size(); ++i) {
    auto const& separator = separators[i];
    if (separator.character != separators[0].character || separator.digits != distance * (i + 1))
      return 0;
  }
  return distance;
}

}  // namespace

auto read_integer_picture(std::u32string_view primary, Numbering numbering)
    -> Result<IntegerPicture, Failure> {
  auto picture = read_letters(primary).value_or(IntegerPicture{});
  picture.numbering = numbering;
  if (picture.form != IntegerForm::kDecimal) return picture;
  std::optional<char32_t> family;
  picture.digits = 0;
  picture.digits_min = 0;
  for (auto at = primary.size(); at > 0; --at) {
    auto const c = primary[at - 1];
    auto const zero = zero_of(c);
    if (zero && family && *family != *zero) {
      return failure("D3131",
                     "In a decimal digit pattern, all digits must be from the same decimal group");
    }
    if (zero) {
      family = zero;
      ++picture.digits_min;
    }
    if (zero || c == U'#')
      ++picture.digits;
    else
      picture.separators.push_back({picture.digits, c});
  }
  if (!family) {
    std::string message = "Formatting or parsing an integer as a sequence starting with ";
    json::append_string(message, to_utf8(primary));
    return failure("D3130", message + " is not supported by this implementation");
  }
  picture.zero = *family;
  picture.regular_group = regular_distance(picture.separators);
  return picture;
}

}  // namespace treadle::expr::jsonata
