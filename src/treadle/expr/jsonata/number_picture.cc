#include "treadle/expr/jsonata/number_picture.h"

#include <algorithm>
#include <numeric>

#include "treadle/expr/jsonata/code_points.h"

namespace treadle::expr::jsonata {

namespace {

constexpr std::size_t kPictureLength = 4'096;
constexpr auto npos = std::u32string_view::npos;

auto invalid(std::string_view code, std::string_view message) -> std::unexpected<Failure> {
  return failure(code, std::string(message));
}

auto count_of(std::u32string_view text, std::u32string_view piece) -> std::size_t {
  std::size_t count = 0;
  if (piece.empty()) return 0;
  for (auto at = text.find(piece); at != npos; at = text.find(piece, at + 1)) ++count;
  return count;
}

// A sub-picture and its parts; the views are into it.
class SubPicture {
 public:
  SubPicture(std::u32string_view text, DecimalFormat const& format)
      : text_(text), format_(format) {}

  auto analyse() -> Result<NumberPicture, Failure>;

 private:
  [[nodiscard]] auto is_digit(char32_t c) const -> bool {
    return c >= format_.zero_digit && c < format_.zero_digit + 10;
  }
  [[nodiscard]] auto is_active(char32_t c) const -> bool {
    return is_digit(c) || c == format_.decimal_separator || c == format_.exponent_separator ||
           c == format_.grouping_separator || c == format_.digit;
  }
  // An exponent separator alone begins no number.
  [[nodiscard]] auto begins_number(char32_t c) const -> bool {
    return is_active(c) && c != format_.exponent_separator;
  }
  [[nodiscard]] auto count_digits(std::u32string_view part) const -> std::size_t {
    return static_cast<std::size_t>(
        std::ranges::count_if(part, [&](auto c) { return is_digit(c); }));
  }

  void split();
  [[nodiscard]] auto has_sign() const -> bool {
    return count_of(text_, to_code_points(format_.percent)) +
               count_of(text_, to_code_points(format_.per_mille)) >
           0;
  }
  // The rule that is broken, the last where several are (the reference checks them all).
  [[nodiscard]] auto check_exponent() const -> Result<void, Failure>;
  [[nodiscard]] auto check_digits() const -> Result<void, Failure>;
  [[nodiscard]] auto check_separators() const -> Result<void, Failure>;
  [[nodiscard]] auto check_mantissa() const -> Result<void, Failure>;
  [[nodiscard]] auto check_signs() const -> Result<void, Failure>;
  void read_groups(NumberPicture& picture) const;
  void read_sizes(NumberPicture& picture) const;

  std::u32string_view text_;
  DecimalFormat const& format_;
  std::u32string_view prefix_;
  std::u32string_view active_;
  std::u32string_view suffix_;
  std::u32string_view mantissa_;
  std::optional<std::u32string_view> exponent_;
  std::u32string_view integer_;
  std::u32string_view fraction_;
  bool has_point_ = false;
};

void SubPicture::split() {
  // without a number in it, all of it is active
  auto const begins = [&](auto c) { return begins_number(c); };
  auto const has_number = std::ranges::any_of(text_, begins);
  std::size_t begin = 0;
  auto end = text_.size();
  while (has_number && !begins(text_[begin])) ++begin;
  while (has_number && !begins(text_[end - 1])) --end;
  prefix_ = text_.substr(0, begin);
  active_ = text_.substr(begin, end - begin);
  suffix_ = text_.substr(end);
  // "0e" has an exponent, an empty one
  auto const separator = text_.find(format_.exponent_separator, begin);
  if (separator != npos && separator <= end) {
    mantissa_ = text_.substr(begin, separator - begin);
    exponent_ =
        separator < end ? text_.substr(separator + 1, end - separator - 1) : std::u32string_view();
  } else {
    mantissa_ = active_;
  }
  auto const point = mantissa_.find(format_.decimal_separator);
  has_point_ = point != npos;
  integer_ = mantissa_.substr(0, point);
  fraction_ = has_point_ ? mantissa_.substr(point + 1) : std::u32string_view();
}

auto SubPicture::check_exponent() const -> Result<void, Failure> {
  if (!exponent_) return {};
  if (exponent_->empty() || count_digits(*exponent_) != exponent_->size()) {
    return invalid("D3093",
                   "The exponent part of the sub-picture must comprise only of one or more "
                   "characters that are members of the 'decimal digit family'");
  }
  if (has_sign()) {
    return invalid("D3092",
                   "A sub-picture that contains a 'percent' or 'per-mille' character must not "
                   "contain a character treated as an 'exponent-separator'");
  }
  return {};
}

auto SubPicture::check_digits() const -> Result<void, Failure> {
  auto const last = fraction_.rfind(format_.digit);
  if (last != npos && count_digits(fraction_.substr(last)) > 0) {
    return invalid("D3091",
                   "The fractional part of the sub-picture must not contain an instance of the "
                   "'optional digit character' that is followed by a member of the 'decimal digit "
                   "family'");
  }
  auto const first = integer_.find(format_.digit);
  if (first != npos && count_digits(integer_.substr(0, first)) > 0) {
    return invalid(
        "D3090",
        "The integer part of the sub-picture must not contain a member of the 'decimal "
        "digit family' that is followed by an instance of the 'optional digit character'");
  }
  return {};
}

auto SubPicture::check_separators() const -> Result<void, Failure> {
  auto const separator = format_.grouping_separator;
  if (text_.find(std::u32string{separator, separator}) != npos) {
    return invalid("D3089",
                   "The sub-picture must not contain two adjacent instances of the "
                   "'grouping-separator' character");
  }
  auto const ends = !integer_.empty() && integer_.back() == separator;
  auto const adjoins = ends || (!fraction_.empty() && fraction_.front() == separator);
  if (has_point_ && adjoins) {
    return invalid("D3087",
                   "The sub-picture must not contain a 'grouping-separator' character that appears "
                   "adjacent to a 'decimal-separator' character");
  }
  if (ends) {
    return invalid("D3088",
                   "The sub-picture must not contain a 'grouping-separator' at the end of the "
                   "integer part");
  }
  return {};
}

auto SubPicture::check_mantissa() const -> Result<void, Failure> {
  if (!std::ranges::all_of(active_, [&](auto c) { return is_active(c); })) {
    return invalid("D3086",
                   "The sub-picture must not contain a passive character that is preceded by an "
                   "active character and that is followed by another active character");
  }
  if (std::ranges::none_of(mantissa_, [&](auto c) { return is_digit(c) || c == format_.digit; })) {
    return invalid(
        "D3085",
        "The mantissa part of a sub-picture must contain at least one character that is "
        "either an 'optional digit character' or a member of the 'decimal digit family'");
  }
  return {};
}

auto SubPicture::check_signs() const -> Result<void, Failure> {
  auto const percents = count_of(text_, to_code_points(format_.percent));
  auto const per_milles = count_of(text_, to_code_points(format_.per_mille));
  if (percents > 0 && per_milles > 0) {
    return invalid("D3084",
                   "The sub-picture must not contain both a 'percent' and a 'per-mille' character");
  }
  if (per_milles > 1) {
    return invalid("D3083",
                   "The sub-picture must not contain more than one instance of the 'per-mille' "
                   "character");
  }
  if (percents > 1) {
    return invalid("D3082",
                   "The sub-picture must not contain more than one instance of the 'percent' "
                   "character");
  }
  if (std::ranges::count(text_, format_.decimal_separator) > 1) {
    return invalid("D3081",
                   "The sub-picture must not contain more than one instance of the "
                   "'decimal-separator' character");
  }
  return {};
}

// Whether separators at these places are those at each multiple of their common distance.
auto regular_distance(std::vector<std::size_t> const& groups) -> std::size_t {
  std::size_t distance = 0;
  for (auto const group : groups) distance = std::gcd(distance, group);
  for (std::size_t i = 0; i < groups.size(); ++i)
    if (groups[i] != distance * (i + 1)) return 0;
  return distance;
}

void SubPicture::read_groups(NumberPicture& picture) const {
  std::size_t digits = 0;
  for (auto at = integer_.size(); at > 0; --at) {
    if (integer_[at - 1] != format_.grouping_separator)
      ++digits;
    else
      picture.integer_groups.push_back(digits);
  }
  picture.regular_group = regular_distance(picture.integer_groups);
  digits = 0;
  for (auto const c : fraction_) {
    if (c != format_.grouping_separator)
      ++digits;
    else
      picture.fraction_groups.push_back(digits);
  }
}

void SubPicture::read_sizes(NumberPicture& picture) const {
  picture.integer_min = picture.scaling = count_digits(integer_);
  picture.fraction_min = count_digits(fraction_);
  picture.fraction_max =
      picture.fraction_min + static_cast<std::size_t>(std::ranges::count(fraction_, format_.digit));
  if (picture.integer_min == 0 && picture.fraction_max == 0) {
    if (exponent_)
      picture.fraction_min = picture.fraction_max = 1;
    else
      picture.integer_min = 1;
  }
  auto const has_optional = integer_.find(format_.digit) != npos;
  if (exponent_ && picture.integer_min == 0 && has_optional) picture.integer_min = 1;
  if (picture.integer_min == 0 && picture.fraction_min == 0) picture.fraction_min = 1;
  if (exponent_) picture.exponent_min = exponent_->size();
}

auto SubPicture::analyse() -> Result<NumberPicture, Failure> {
  split();
  TRY(check_exponent());
  TRY(check_digits());
  TRY(check_separators());
  TRY(check_mantissa());
  TRY(check_signs());
  NumberPicture picture;
  picture.prefix = prefix_;
  picture.suffix = suffix_;
  picture.has_percent = count_of(text_, to_code_points(format_.percent)) > 0;
  picture.has_per_mille = count_of(text_, to_code_points(format_.per_mille)) > 0;
  read_groups(picture);
  read_sizes(picture);
  return picture;
}

}  // namespace

auto analyse_picture(std::string_view picture, DecimalFormat const& format)
    -> Result<NumberPictures, Failure> {
  if (picture.size() > kPictureLength)
    return invalid("D3080", "The picture string is longer than 4096 bytes");
  auto const text = to_code_points(picture);
  auto const separators = std::ranges::count(text, format.pattern_separator);
  if (separators > 1) {
    return invalid("D3080", "The picture string must only contain a maximum of two sub-pictures");
  }
  auto const end = text.find(format.pattern_separator);
  NumberPictures pictures;
  pictures.positive = TRY(SubPicture(std::u32string_view(text).substr(0, end), format).analyse());
  if (separators == 1)
    pictures.negative =
        TRY(SubPicture(std::u32string_view(text).substr(end + 1), format).analyse());
  return pictures;
}

}  // namespace treadle::expr::jsonata
