#include "treadle/expr/jsonata/format_integer.h"

#include <algorithm>
#include <cmath>

#include "treadle/expr/jsonata/code_points.h"
#include "treadle/expr/jsonata/decimal_digits.h"
#include "treadle/expr/jsonata/integer_picture.h"
#include "treadle/expr/jsonata/integer_words.h"
#include "treadle/json/number.h"

namespace treadle::expr::jsonata {

namespace {

constexpr std::size_t kPictureLength = 4'096;
constexpr double kRomanMax = 100'000;

struct Numeral {
  std::string_view text;
  int value;
};
constexpr Numeral kNumerals[] = {{"m", 1000}, {"cm", 900}, {"d", 500}, {"cd", 400}, {"c", 100},
                                 {"xc", 90},  {"l", 50},   {"xl", 40}, {"x", 10},   {"ix", 9},
                                 {"v", 5},    {"iv", 4},   {"i", 1}};

auto roman(double value) -> std::string {
  std::string out;
  auto rest = static_cast<int>(value);
  for (auto const& numeral : kNumerals)
    for (; rest >= numeral.value; rest -= numeral.value) out += numeral.text;
  return out;
}

auto letters(double value) -> std::string {
  std::string out;
  auto rest = value;
  while (rest > 0) {
    out += static_cast<char>('a' + static_cast<int>(std::fmod(rest - 1, 26)));
    rest = std::floor((rest - 1) / 26);
  }
  std::ranges::reverse(out);
  return out;
}

auto upper(char c) -> char { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; }

auto in_case(std::string text, LetterCase letter_case) -> std::string {
  auto begins = true;
  std::string_view const view = text;
  for (std::size_t i = 0; i < text.size(); ++i) {
    auto const is_joint = view.substr(i).starts_with("and ");
    if (letter_case == LetterCase::kUpper ||
        (begins && !is_joint && letter_case == LetterCase::kTitle))
      text[i] = upper(text[i]);
    begins = text[i] == ' ' || text[i] == '-';
  }
  return text;
}

auto ordinal_suffix(std::string_view digits) -> std::string_view {
  auto const last = digits.back();
  auto const is_teen = digits.size() > 1 && digits[digits.size() - 2] == '1';
  if (is_teen) return "th";
  return last == '1' ? "st" : last == '2' ? "nd" : last == '3' ? "rd" : "th";
}

// Appends what stands in front of the last `digits` digits.
void append_separators(std::u32string& out, std::size_t digits, IntegerPicture const& picture) {
  if (picture.regular_group != 0) {
    if (digits > 0 && digits % picture.regular_group == 0) out += picture.separators[0].character;
    return;
  }
  for (auto at = picture.separators.rbegin(); at != picture.separators.rend(); ++at)
    if (at->digits == digits) out += at->character;
}

auto decimal(double value, IntegerPicture const& picture) -> std::string {
  auto digits = DecimalDigits(value).integer_text();
  if (digits.size() < picture.digits_min) digits.insert(0, picture.digits_min - digits.size(), '0');
  std::u32string out;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    out += picture.zero + static_cast<char32_t>(digits[i] - '0');
    append_separators(out, digits.size() - i - 1, picture);
  }
  auto text = to_utf8(out);
  if (picture.numbering == Numbering::kOrdinal) text += ordinal_suffix(digits);
  return text;
}

auto is_blank(char32_t c) -> bool { return c == U' ' || (c >= U'\t' && c <= U'\r'); }

auto is_separator(char32_t c, IntegerPicture const& picture) -> bool {
  return std::ranges::any_of(picture.separators, [&](auto const& s) { return s.character == c; });
}

auto take_digits(std::u32string_view text, IntegerPicture const& picture, std::size_t length_max)
    -> std::optional<TakenInteger> {
  std::string digits;
  std::size_t at = 0;
  std::size_t end = 0;
  for (; at < text.size() && at < length_max; ++at) {
    auto const c = text[at];
    if (c >= picture.zero && c < picture.zero + 10) {
      digits += static_cast<char>('0' + (c - picture.zero));
      end = at + 1;
    } else if (digits.empty() || !is_separator(c, picture)) {
      break;
    }
  }
  if (digits.empty()) return std::nullopt;
  return TakenInteger{json::to_double(digits), end};
}

auto lower_letter(char32_t c) -> char32_t {
  auto const lower = c >= U'A' && c <= U'Z' ? c + 32 : c;
  return lower >= U'a' && lower <= U'z' ? lower : 0;
}

auto take_letters(std::u32string_view text) -> TakenInteger {
  TakenInteger taken;
  for (auto const c : text) {
    auto const letter = lower_letter(c);
    if (letter == 0) break;
    taken.value = taken.value * 26 + static_cast<double>(letter - U'a' + 1);
    ++taken.length;
  }
  return taken;
}

auto roman_value(char32_t c) -> double {
  auto const letter = lower_letter(c);
  for (auto const& numeral : kNumerals)
    if (numeral.text.size() == 1 && static_cast<char32_t>(numeral.text[0]) == letter)
      return numeral.value;
  return 0;
}

// A numeral before a greater one is taken away.
auto take_roman(std::u32string_view text) -> TakenInteger {
  TakenInteger taken;
  while (taken.length < text.size() && roman_value(text[taken.length]) > 0) ++taken.length;
  double greatest = 0;
  for (auto at = taken.length; at > 0; --at) {
    auto const value = roman_value(text[at - 1]);
    taken.value += value < greatest ? -value : value;
    greatest = std::max(greatest, value);
  }
  return taken;
}

auto take_ordinal_suffix(std::u32string_view text) -> std::size_t {
  if (text.size() < 2) return 0;
  auto const suffix = std::u32string{lower_letter(text[0]), lower_letter(text[1])};
  return suffix == U"st" || suffix == U"nd" || suffix == U"rd" || suffix == U"th" ? 2 : 0;
}

auto read_picture(std::string_view picture) -> Result<IntegerPicture, Failure> {
  if (picture.size() > kPictureLength)
    return failure("D3130", "The picture string is longer than 4096 bytes");
  auto const text = to_code_points(picture);
  auto const semicolon = text.rfind(U';');
  auto const is_ordinal = semicolon != text.npos && text.substr(semicolon + 1).starts_with(U"o");
  return read_integer_picture(std::u32string_view(text).substr(0, semicolon),
                              is_ordinal ? Numbering::kOrdinal : Numbering::kCardinal);
}

}  // namespace

auto format_integer(double value, IntegerPicture const& picture) -> std::string {
  auto const whole = std::floor(value);
  auto const magnitude = std::fabs(whole);
  auto const sign = std::string(whole < 0 ? "-" : "");
  auto const is_roman = picture.form == IntegerForm::kRoman && magnitude <= kRomanMax;
  if (is_roman) return sign + in_case(roman(magnitude), picture.letter_case);
  switch (picture.form) {
    case IntegerForm::kLetters: return sign + in_case(letters(magnitude), picture.letter_case);
    case IntegerForm::kWords:
      return sign + in_case(number_words(magnitude, picture.numbering), picture.letter_case);
    case IntegerForm::kRoman:
    case IntegerForm::kDecimal: break;
  }
  return sign + decimal(magnitude, picture);
}

auto take_integer(std::u32string_view text, IntegerPicture const& picture, std::size_t length_max)
    -> std::optional<TakenInteger> {
  switch (picture.form) {
    case IntegerForm::kLetters: return take_letters(text);
    case IntegerForm::kRoman: return take_roman(text);
    case IntegerForm::kWords: return take_number_words(text);
    case IntegerForm::kDecimal: break;
  }
  auto taken = take_digits(text, picture, length_max);
  if (taken && picture.numbering == Numbering::kOrdinal)
    taken->length += take_ordinal_suffix(text.substr(taken->length));
  return taken;
}

auto format_integer(double value, std::string_view picture) -> Result<std::string, Failure> {
  return format_integer(value, TRY(read_picture(picture)));
}

auto parse_integer(std::string_view text, std::string_view picture)
    -> Result<std::optional<double>, Failure> {
  auto const integer = TRY(read_picture(picture));
  auto const all = to_code_points(text);
  auto rest = std::u32string_view(all);
  auto is_negative = false;
  if (integer.form == IntegerForm::kDecimal) {
    while (!rest.empty() && is_blank(rest[0])) rest.remove_prefix(1);
    is_negative = rest.starts_with(U"-");
    if (is_negative || rest.starts_with(U"+")) rest.remove_prefix(1);
  }
  auto const taken = take_integer(rest, integer);
  if (!taken) return std::nullopt;
  if (integer.form != IntegerForm::kDecimal && taken->length != rest.size()) return std::nullopt;
  return is_negative ? 0 - taken->value : taken->value;
}

}  // namespace treadle::expr::jsonata
