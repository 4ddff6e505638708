#include <algorithm>
#include <cmath>

#include "treadle/expr/jsonata/calendar.h"
#include "treadle/expr/jsonata/code_points.h"
#include "treadle/expr/jsonata/date_picture.h"
#include "treadle/expr/jsonata/date_time.h"
#include "treadle/json/print.h"

namespace treadle::expr::jsonata {

namespace {

auto invalid(std::string message, std::string_view value) -> std::unexpected<Failure> {
  json::append_string(message, value);
  return failure("D3110", std::move(message));
}

// Minutes east of Greenwich.
auto read_timezone(std::string_view text) -> Result<int, Failure> {
  constexpr std::string_view kExpected =
      "The timezone must be \"Z\" or an offset such as \"-0500\". Given ";
  if (text == "Z") return 0;
  auto rest = text;
  auto const is_west = rest.starts_with('-');
  if (is_west || rest.starts_with('+')) rest.remove_prefix(1);
  std::string digits;
  for (char const c : rest) {
    auto const is_colon = c == ':' && digits.size() == 2 && rest.size() == 5;
    if (is_colon) continue;
    if (c < '0' || c > '9' || digits.size() == 4) return invalid(std::string(kExpected), text);
    digits += c;
  }
  if (digits.empty()) return invalid(std::string(kExpected), text);
  auto const number = std::stoi(digits);
  auto const minutes = number / 100 * 60 + number % 100;
  return is_west ? -minutes : minutes;
}

auto in_case(std::string_view name, LetterCase letter_case) -> std::string {
  auto out = std::string(name);
  for (std::size_t i = 0; i < out.size(); ++i) {
    auto const is_upper =
        letter_case == LetterCase::kUpper || (letter_case == LetterCase::kTitle && i == 0);
    if (is_upper && out[i] >= 'a' && out[i] <= 'z') out[i] = static_cast<char>(out[i] - 32);
  }
  return out;
}

// The marker's number; of components that have one.
auto number_of(char component, DateFields const& fields) -> std::int64_t {
  auto const week = week_of(fields.days);
  switch (component) {
    case 'Y': return fields.date.year;
    case 'M': return fields.date.month;
    case 'D': return fields.date.day;
    case 'd': return fields.day_of_year;
    case 'F': return fields.weekday;
    case 'W': return week.of_year;
    case 'w': return week.of_month;
    case 'X': return week.thursday.year;
    case 'x': return week.thursday.month;
    case 'H': return fields.hour;
    case 'h': return (fields.hour + 11) % 12 + 1;
    case 'm': return fields.minute;
    case 's': return fields.second;
    default: return fields.millisecond;
  }
}

// How many of a year's digits are shown; 0 for all.
auto year_digits(DateMarker const& marker, IntegerPicture const& picture) -> std::size_t {
  if (marker.width_max) return *marker.width_max;
  return picture.form == IntegerForm::kDecimal && picture.digits >= 2 ? picture.digits : 0;
}

auto cut_year(std::int64_t year, std::size_t digits) -> std::int64_t {
  constexpr std::size_t kAll = 6;
  if (digits == 0 || digits > kAll) return year;
  std::int64_t power = 1;
  for (std::size_t i = 0; i < digits; ++i) power *= 10;
  return year % power;
}

class Formatter {
 public:
  Formatter(DateFields const& fields, int offset) : fields_(fields), offset_(offset) {}

  auto operator()(std::u32string const& literal) const -> std::string { return to_utf8(literal); }
  auto operator()(DateMarker const& marker) const -> std::string {
    return std::visit([&](auto const& form) { return format(marker, form); }, marker.form);
  }

 private:
  [[nodiscard]] auto format(DateMarker const& marker, IntegerPicture const& picture) const
      -> std::string {
    auto number = number_of(marker.component, fields_);
    if (marker.component == 'Y') number = cut_year(number, year_digits(marker, picture));
    return format_integer(static_cast<double>(number), picture);
  }

  [[nodiscard]] auto format(DateMarker const& marker, DateMarker::Name const& name) const
      -> std::string {
    auto const index = [&] {
      return static_cast<std::size_t>(number_of(marker.component, fields_) - 1);
    };
    switch (marker.component) {
      case 'P':
        return in_case(fields_.hour < 12 ? "am" : "pm", name.letter_case == LetterCase::kTitle
                                                            ? LetterCase::kLower
                                                            : name.letter_case);
      case 'C':
      case 'E': return "ISO";
      default: break;
    }
    auto const names = marker.component == 'F' ? weekday_names() : month_names();
    auto const text = in_case(names[index()], name.letter_case);
    return text.substr(0, marker.width_max.value_or(text.size()));
  }

  [[nodiscard]] auto format(DateMarker const& marker, DateMarker::Offset const& form) const
      -> std::string {
    if (offset_ == 0 && form.says_z) return "Z";
    auto const hours = std::abs(offset_) / 60;
    auto const minutes = std::abs(offset_) % 60;
    auto const is_whole = form.hours.digits > 2 || form.hours.regular_group != 0;
    auto text = std::string(marker.component == 'z' ? "GMT" : "") + (offset_ < 0 ? "-" : "+");
    text += format_integer(is_whole ? hours * 100 + minutes : hours, form.hours);
    if (!is_whole && minutes != 0) text += (minutes < 10 ? ":0" : ":") + std::to_string(minutes);
    return text;
  }

  DateFields const& fields_;
  int offset_;
};

// As Date.prototype.toISOString writes years that have no four digits.
auto iso_picture(std::int64_t year) -> std::string_view {
  if (year < 0) return "[Y000001]-[M01]-[D01]T[H01]:[m01]:[s01].[f001][Z01:01t]";
  if (year > 9999) return "+[Y000001]-[M01]-[D01]T[H01]:[m01]:[s01].[f001][Z01:01t]";
  return "[Y0001]-[M01]-[D01]T[H01]:[m01]:[s01].[f001][Z01:01t]";
}

}  // namespace

auto format_date_time(double milliseconds, std::optional<std::string_view> picture,
                      std::optional<std::string_view> timezone) -> Result<std::string, Failure> {
  auto const offset = timezone ? TRY(read_timezone(*timezone)) : 0;
  if (!(std::fabs(milliseconds) <= kTimeMax)) return failure("D3110", "Invalid time value");
  auto const fields =
      fields_of(static_cast<std::int64_t>(milliseconds) + offset * std::int64_t{60'000});
  auto const parts = TRY(read_date_picture(picture.value_or(iso_picture(fields.date.year))));
  auto const formatter = Formatter(fields, offset);
  std::string out;
  for (auto const& part : parts) out += std::visit(formatter, part);
  return out;
}

}  // namespace treadle::expr::jsonata
