// Pictures of $formatNumber, analysed; private to the module.
// Source: XPath and XQuery Functions and Operators 3.1, 4.7.3 to 4.7.4.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "treadle/expr/jsonata/format_number.h"

namespace treadle::expr::jsonata {

// One sub-picture. Sizes count digits.
struct NumberPicture {
  std::u32string prefix;
  std::u32string suffix;
  std::vector<std::size_t> integer_groups;   // digits to the right of each separator, ascending
  std::size_t regular_group = 0;             // the distance of separators that go on for ever, or 0
  std::vector<std::size_t> fraction_groups;  // digits to the left of each separator, ascending
  std::size_t integer_min = 0;
  std::size_t scaling = 0;  // digits in front of the point where there is an exponent
  std::size_t fraction_min = 0;
  std::size_t fraction_max = 0;
  std::optional<std::size_t> exponent_min;  // where there is an exponent
  bool has_percent = false;
  bool has_per_mille = false;
};

struct NumberPictures {
  NumberPicture positive;
  std::optional<NumberPicture> negative;
};

[[nodiscard]] auto analyse_picture(std::string_view picture, DecimalFormat const& format)
    -> Result<NumberPictures, Failure>;

}  // namespace treadle::expr::jsonata
