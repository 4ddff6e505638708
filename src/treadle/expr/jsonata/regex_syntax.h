// JavaScript's regular expressions in PCRE2's syntax; private to the module.
// Source: ECMA-262, Patterns, with Annex B (no flag u).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "treadle/base/result.h"

namespace treadle::expr::jsonata {

struct RegexFlags {
  bool ignores_case = false;  // i
  bool is_multiline = false;  // m
};

struct TranslatedRegex {
  std::u16string pattern;  // of UTF-16 units, for PCRE2 without UTF
  // Whether letters beyond ASCII must fold: the pattern holds some, or a back-reference.
  bool folds_unicode = false;
};

// The error is what V8 says behind "Invalid regular expression: /.../: ".
[[nodiscard]] auto translate_regex(std::u16string_view pattern, RegexFlags flags)
    -> Result<TranslatedRegex, std::string>;

}  // namespace treadle::expr::jsonata
