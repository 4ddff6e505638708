// Pictures of dates and times; private to the module.
// Source: XPath and XQuery Functions and Operators 3.1, 9.8 (formatting dates and times).
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "treadle/base/result.h"
#include "treadle/expr/jsonata/failure.h"
#include "treadle/expr/jsonata/integer_picture.h"

namespace treadle::expr::jsonata {

// "[Y0001]" and the like.
struct DateMarker {
  struct Name {
    LetterCase letter_case;
  };
  struct Offset {
    IntegerPicture hours;
    bool says_z = false;  // "Z" for an offset of zero ("t")
  };

  char component = 'Y';  // one of kDateComponents
  std::variant<IntegerPicture, Name, Offset> form;
  std::size_t width_min = 0;
  std::optional<std::size_t> width_max;
  bool adjoins = false;  // no literal stands before the next marker
};

inline constexpr std::string_view kDateComponents = "YMDdFWwXxHhPmsfZzCE";

using DatePart = std::variant<std::u32string, DateMarker>;

// D3130 to D3135.
[[nodiscard]] auto read_date_picture(std::string_view picture)
    -> Result<std::vector<DatePart>, Failure>;

// In the order of their numbers, beginning with 1 (January, Monday).
[[nodiscard]] auto month_names() -> std::span<std::string_view const>;
[[nodiscard]] auto weekday_names() -> std::span<std::string_view const>;

// D3133 names a component that has no names.
[[nodiscard]] auto no_names(char component) -> Failure;

}  // namespace treadle::expr::jsonata
