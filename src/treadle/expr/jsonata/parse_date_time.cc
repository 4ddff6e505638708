#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "treadle/base/assert.h"
#include "treadle/expr/jsonata/calendar.h"
#include "treadle/expr/jsonata/code_points.h"
#include "treadle/expr/jsonata/date_picture.h"
#include "treadle/expr/jsonata/date_time.h"
#include "treadle/expr/jsonata/iso_8601.h"
#include "treadle/json/print.h"

namespace treadle::expr::jsonata {

namespace {

auto lower(char32_t c) -> char32_t { return c >= U'A' && c <= U'Z' ? c + 32 : c; }

// Whether `text` begins with `piece`, whose letters may be of either case.
template <typename Text>
auto begins_with(std::u32string_view text, Text const& piece) -> bool {
  if (text.size() < piece.size()) return false;
  for (std::size_t i = 0; i < piece.size(); ++i)
    if (lower(text[i]) != lower(static_cast<char32_t>(piece[i]))) return false;
  return true;
}

// Minutes east of Greenwich, of "+01:30", "-0130", "+1".
auto take_offset(std::u32string_view text) -> std::optional<TakenInteger> {
  if (text.empty() || (text[0] != U'+' && text[0] != U'-')) return std::nullopt;
  std::size_t at = 1;
  int digits = 0;
  int number = 0;
  auto has_colon = false;
  for (; at < text.size() && digits < 4; ++at) {
    auto const c = text[at];
    auto const is_colon = c == U':' && !has_colon && (digits == 1 || digits == 2);
    has_colon = has_colon || is_colon;
    if (is_colon) continue;
    if (c < U'0' || c > U'9') break;
    number = number * 10 + static_cast<int>(c - U'0');
    ++digits;
  }
  if (digits == 0) return std::nullopt;
  auto const hours = digits <= 2 ? number : number / 100;
  auto const minutes = digits <= 2 ? 0 : number % 100;
  auto const total = hours * 60 + minutes;
  return TakenInteger{static_cast<double>(text[0] == U'-' ? -total : total), at};
}

// What a text says by its picture: a number for each component that it has.
class Components {
 public:
  [[nodiscard]] auto has(char component) const -> bool { return of(component).has_value(); }
  [[nodiscard]] auto get(char component, double otherwise) const -> double {
    return of(component).value_or(otherwise);
  }
  void set(char component, double value) { values_[index_of(component)] = value; }

 private:
  static auto index_of(char component) -> std::size_t {
    auto const index = kDateComponents.find(component);
    TREADLE_ASSERT(index < kDateComponents.size());
    return index;
  }
  [[nodiscard]] auto of(char component) const -> std::optional<double> const& {
    return values_[index_of(component)];
  }
  std::array<std::optional<double>, kDateComponents.size()> values_;
};

class Matcher {
 public:
  explicit Matcher(std::u32string_view text) : rest_(text) {}

  // Whether all of the text is as `parts` say.
  auto match(std::vector<DatePart> const& parts) -> bool {
    auto const matches = [&](auto const& part) { return take(part); };
    for (auto const& part : parts)
      if (!std::visit(matches, part)) return false;
    return rest_.empty();
  }
  [[nodiscard]] auto components() const -> Components const& { return components_; }

 private:
  auto take(std::u32string const& literal) -> bool {
    if (!begins_with(rest_, literal)) return false;
    rest_.remove_prefix(literal.size());
    return true;
  }

  auto take(DateMarker const& marker) -> bool {
    auto const taken =
        std::visit([&](auto const& form) { return read(marker, form); }, marker.form);
    if (!taken) return false;
    components_.set(marker.component, taken->value);
    rest_.remove_prefix(taken->length);
    return true;
  }

  // Digits that adjoin other digits are as many as the picture has.
  [[nodiscard]] auto read(DateMarker const& marker, IntegerPicture const& picture) const
      -> std::optional<TakenInteger> {
    auto const length = marker.adjoins ? picture.digits_min : std::u32string_view::npos;
    auto taken = take_integer(rest_, picture, length);
    if (taken && marker.component == 'f')
      taken->value = std::floor(
          taken->value / std::pow(10.0, static_cast<double>(taken->length)) * 1000 + 1e-9);
    return taken;
  }

  [[nodiscard]] auto read(DateMarker const& marker, DateMarker::Name const&) const
      -> std::optional<TakenInteger> {
    if (marker.component == 'P') {
      if (begins_with(rest_, std::string_view("am"))) return TakenInteger{0, 2};
      if (begins_with(rest_, std::string_view("pm"))) return TakenInteger{1, 2};
      return std::nullopt;
    }
    auto const names = marker.component == 'F' ? weekday_names() : month_names();
    for (auto const width : {std::string_view::npos, marker.width_max.value_or(0)}) {
      for (std::size_t i = 0; i < names.size(); ++i) {
        auto const name = names[i].substr(0, width);
        if (!name.empty() && begins_with(rest_, name))
          return TakenInteger{static_cast<double>(i + 1), name.size()};
      }
    }
    return std::nullopt;
  }

  [[nodiscard]] auto read(DateMarker const& marker, DateMarker::Offset const& form) const
      -> std::optional<TakenInteger> {
    constexpr std::string_view kGreenwich = "GMT";
    auto const prefix = marker.component == 'z' ? kGreenwich.size() : 0;
    if (prefix > 0 && !begins_with(rest_, kGreenwich)) return std::nullopt;
    auto taken = take_offset(rest_.substr(prefix));
    if (!taken && form.says_z && begins_with(rest_, std::string_view("z")))
      return TakenInteger{0, 1};
    if (taken) taken->length += prefix;
    return taken;
  }

  std::u32string_view rest_;
  Components components_;
};

auto under_specified() -> std::unexpected<Failure> {
  return failure(
      "D3136",
      "The date/time picture string is missing specifiers required to parse the timestamp");
}

// Components from the greatest to the least. Those that are there stand in a row: what lacks in
// front of them comes from `now`, what lacks behind is the least.
class Resolver {
 public:
  Resolver(Components const& given, DateFields const& now) : given_(given), now_(now) {}

  auto resolve() const -> Result<std::optional<double>, Failure> {
    auto const is_of_year = given_.has('d') && !given_.has('M') && !given_.has('D');
    auto const has_date = given_.has('Y') || given_.has('M') || given_.has('D') || given_.has('d');
    auto const has_week = given_.has('X') || given_.has('x') || given_.has('W') || given_.has('w');
    if (has_week && !has_date) return under_specified();
    auto const is_half_day = !given_.has('H') && (given_.has('h') || given_.has('P'));
    auto const order = std::string(is_of_year ? "Yd" : "YMD") + (is_half_day ? "Phmsf" : "Hmsf");
    auto const first = std::ranges::find_if(order, [&](char c) { return given_.has(c); });
    auto const end = std::find_if(first, order.end(), [&](char c) { return !given_.has(c); });
    auto const has_gap = std::any_of(end, order.end(), [&](char c) { return given_.has(c); });
    if (has_gap) return under_specified();
    auto const value = [&](char component) {
      if (given_.has(component)) return given_.get(component, 0);
      return order.find(component) < static_cast<std::size_t>(first - order.begin())
                 ? present(component)
                 : least(component);
    };
    auto const days = is_of_year ? day_number(value('Y'), 1, value('d'))
                                 : day_number(value('Y'), value('M'), value('D'));
    auto const hours = is_half_day ? half_day_hours(value('h'), value('P')) : value('H');
    auto const seconds = (hours * 60 + value('m')) * 60 + value('s');
    auto const minutes_east = given_.get('Z', 0) + given_.get('z', 0);
    auto const time =
        days * static_cast<double>(kDayMs) + seconds * 1000 + value('f') - minutes_east * 60'000;
    if (!(std::fabs(time) <= kTimeMax)) return std::nullopt;
    return time + 0.0;
  }

 private:
  static auto half_day_hours(double hour, double half) -> double {
    return (hour == 12 ? 0 : hour) + 12 * half;
  }
  static auto least(char component) -> double {
    return component == 'M' || component == 'D' || component == 'd' ? 1 : 0;
  }
  [[nodiscard]] auto present(char component) const -> double {
    switch (component) {
      case 'Y': return static_cast<double>(now_.date.year);
      case 'M': return now_.date.month;
      case 'D': return now_.date.day;
      case 'd': return now_.day_of_year;
      case 'P': return 0;
      case 'h':
      case 'H': return now_.hour;
      case 'm': return now_.minute;
      case 's': return now_.second;
      default: return now_.millisecond;
    }
  }
  // As Date.UTC: years below 100 are of the 20th century. NaN for what is out of all reach.
  static auto day_number(double year, double month, double day) -> double {
    constexpr double kFar = 1e9;
    if (year > kFar || month > kFar || day > kFar) return std::nan("");
    auto const full_year = year < 100 ? year + 1900 : year;
    return static_cast<double>(days_of(static_cast<std::int64_t>(full_year),
                                       static_cast<std::int64_t>(month),
                                       static_cast<std::int64_t>(day)));
  }

  Components const& given_;
  DateFields const& now_;
};

auto check_names(std::vector<DatePart> const& parts) -> Result<void, Failure> {
  for (auto const& part : parts) {
    auto const* marker = std::get_if<DateMarker>(&part);
    if (marker != nullptr && (marker->component == 'C' || marker->component == 'E'))
      return std::unexpected(no_names(marker->component));
  }
  return {};
}

auto has_marker(std::vector<DatePart> const& parts) -> bool {
  return std::ranges::any_of(parts,
                             [](auto const& p) { return std::holds_alternative<DateMarker>(p); });
}

}  // namespace

auto parse_date_time(std::string_view text, std::optional<std::string_view> picture, double now)
    -> Result<std::optional<double>, Failure> {
  if (!picture) {
    if (auto const time = parse_iso_8601(text)) return *time;
    std::string message =
        "The argument of the toMillis function must be an ISO 8601 formatted timestamp. Given ";
    json::append_string(message, text);
    return failure("D3110", std::move(message));
  }
  auto const parts = TRY(read_date_picture(*picture));
  TRY(check_names(parts));
  auto const code_points = to_code_points(text);
  auto matcher = Matcher(code_points);
  if (!has_marker(parts) || !matcher.match(parts)) return std::nullopt;
  auto const fields = fields_of(static_cast<std::int64_t>(now));
  return Resolver(matcher.components(), fields).resolve();
}

}  // namespace treadle::expr::jsonata
