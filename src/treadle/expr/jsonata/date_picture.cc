#include "treadle/expr/jsonata/date_picture.h"

#include <algorithm>

#include "treadle/expr/jsonata/code_points.h"
#include "treadle/json/print.h"

namespace treadle::expr::jsonata {

namespace {

constexpr std::size_t kPictureLength = 4'096;
constexpr std::size_t kWidthMax = 1'000;
constexpr auto npos = std::u32string_view::npos;

constexpr std::string_view kMonths[] = {"january",   "february", "march",    "april",
                                        "may",       "june",     "july",     "august",
                                        "september", "october",  "november", "december"};
constexpr std::string_view kWeekdays[] = {"monday", "tuesday",  "wednesday", "thursday",
                                          "friday", "saturday", "sunday"};

auto with_value(std::string_view code, std::string message, std::string_view value,
                std::string_view tail) -> Failure {
  json::append_string(message, value);
  message += tail;
  return Failure{std::string(code), std::move(message)};
}

auto default_presentation(char component) -> std::u32string_view {
  switch (component) {
    case 'F':
    case 'P':
    case 'C':
    case 'E': return U"n";
    case 'm':
    case 's': return U"01";
    case 'Z':
    case 'z': return U"01:01";
    default: return U"1";
  }
}

// Without "*" or a number: nullopt.
auto read_width(std::u32string_view text) -> std::optional<std::size_t> {
  std::optional<std::size_t> width;
  for (auto const c : text) {
    if (c < U'0' || c > U'9') break;
    width = std::min(width.value_or(0) * 10 + (c - U'0'), kWidthMax);
  }
  return width;
}

// The presentation with what may follow it ("1o").
struct Presentation {
  std::u32string_view primary;
  Numbering numbering = Numbering::kCardinal;
  bool says_z = false;
};

auto read_presentation(std::u32string_view text, char component) -> Presentation {
  Presentation out{.primary = text};
  if (text.empty()) out.primary = default_presentation(component);
  if (text.size() < 2) return out;
  auto const last = text.back();
  if (last != U'a' && last != U't' && last != U'c' && last != U'o') return out;
  out.primary.remove_suffix(1);
  if (last == U'o') out.numbering = Numbering::kOrdinal;
  out.says_z = last == U't';
  return out;
}

auto read_offset(Presentation const& presentation) -> Result<DateMarker::Offset, Failure> {
  auto const picture = read_integer_picture(presentation.primary, Numbering::kCardinal);
  if (!picture || picture->form != IntegerForm::kDecimal || picture->digits > 4) {
    return failure("D3134",
                   "The timezone integer format specifier cannot have more than four digits");
  }
  return DateMarker::Offset{.hours = *picture, .says_z = presentation.says_z};
}

auto read_name(std::u32string_view primary) -> DateMarker::Name {
  if (primary[0] == U'n') return {LetterCase::kLower};
  return {primary.starts_with(U"Nn") ? LetterCase::kTitle : LetterCase::kUpper};
}

// To `digits_min` mandatory digits; the optional ones stay.
void widen(IntegerPicture& picture, std::size_t digits_min) {
  picture.digits = picture.digits - picture.digits_min + digits_min;
  picture.digits_min = digits_min;
}

auto read_form(DateMarker& marker, Presentation const& presentation) -> Result<void, Failure> {
  auto const first = presentation.primary[0];
  if (marker.component == 'Z' || marker.component == 'z') {
    marker.form = TRY(read_offset(presentation));
  } else if (std::string_view("PCE").find(marker.component) != std::string_view::npos) {
    auto const is_name = first == U'n' || first == U'N';
    marker.form = is_name ? read_name(presentation.primary) : DateMarker::Name{LetterCase::kLower};
  } else if (first == U'n' || first == U'N') {
    marker.form = read_name(presentation.primary);
  } else {
    auto picture = TRY(read_integer_picture(presentation.primary, presentation.numbering));
    widen(picture, std::max(picture.digits_min, marker.width_min));
    if (marker.component == 'Y' && marker.width_max) widen(picture, *marker.width_max);
    marker.form = std::move(picture);
  }
  return {};
}

auto read_marker(std::u32string text) -> Result<DateMarker, Failure> {
  std::erase_if(text, [](char32_t c) { return c == U' ' || (c >= U'\t' && c <= U'\r'); });
  auto view = std::u32string_view(text);
  auto const first = view.empty() || view[0] > U'z' ? '\0' : static_cast<char>(view[0]);
  if (first == '\0' || kDateComponents.find(first) == std::string_view::npos) {
    return std::unexpected(with_value("D3132", "Unknown component specifier ",
                                      to_utf8(view.substr(0, 1)), " in date/time picture string"));
  }
  DateMarker marker;
  marker.component = first;
  view.remove_prefix(1);
  if (auto const comma = view.rfind(U','); comma != npos) {
    auto const width = view.substr(comma + 1);
    auto const dash = width.find(U'-');
    marker.width_min = read_width(width.substr(0, dash)).value_or(0);
    if (dash != npos) marker.width_max = read_width(width.substr(dash + 1));
    view = view.substr(0, comma);
  }
  TRY(read_form(marker, read_presentation(view, first)));
  return marker;
}

// The parts with literals joined.
class Reader {
 public:
  explicit Reader(std::u32string_view text) : text_(text) {}

  auto read() -> Result<std::vector<DatePart>, Failure> {
    while (at_ < text_.size()) {
      auto const rest = text_.substr(at_);
      if (rest.starts_with(U"[[") || rest.starts_with(U"]]")) {
        add_literal(rest[0]);
        at_ += 2;
      } else if (rest[0] != U'[') {
        add_literal(rest[0]);
        ++at_;
      } else {
        auto const end = rest.find(U']');
        if (end == npos) {
          return failure("D3135", "No matching closing bracket ']' in date/time picture string");
        }
        add_marker(TRY(read_marker(std::u32string(rest.substr(1, end - 1)))));
        at_ += end + 1;
      }
    }
    return std::move(parts_);
  }

 private:
  void add_literal(char32_t c) {
    if (parts_.empty() || !std::holds_alternative<std::u32string>(parts_.back()))
      parts_.emplace_back(std::u32string());
    std::get<std::u32string>(parts_.back()) += c;
  }
  void add_marker(DateMarker marker) {
    auto* const before = parts_.empty() ? nullptr : std::get_if<DateMarker>(&parts_.back());
    if (before != nullptr) before->adjoins = true;
    parts_.emplace_back(std::move(marker));
  }

  std::u32string_view text_;
  std::size_t at_ = 0;
  std::vector<DatePart> parts_;
};

}  // namespace

auto read_date_picture(std::string_view picture) -> Result<std::vector<DatePart>, Failure> {
  if (picture.size() > kPictureLength)
    return failure("D3135", "The picture string is longer than 4096 bytes");
  auto const text = to_code_points(picture);
  auto parts = TRY(Reader(text).read());
  // any other fault comes first
  for (auto const& part : parts) {
    auto const* marker = std::get_if<DateMarker>(&part);
    auto const is_name =
        marker != nullptr && std::holds_alternative<DateMarker::Name>(marker->form);
    if (is_name && std::string_view("MxFPCE").find(marker->component) == std::string_view::npos)
      return std::unexpected(no_names(marker->component));
  }
  return parts;
}

auto month_names() -> std::span<std::string_view const> { return kMonths; }
auto weekday_names() -> std::span<std::string_view const> { return kWeekdays; }

auto no_names(char component) -> Failure {
  return with_value("D3133",
                    "The 'name' modifier can only be applied to months and days in the date/time "
                    "picture string, not ",
                    {&component, 1}, "");
}

}  // namespace treadle::expr::jsonata
