// Character classes of JavaScript's regular expressions; private to the module.
// Source: ECMA-262, CharacterClass, with Annex B.
#pragma once

#include <string>

#include "treadle/base/result.h"
#include "treadle/expr/jsonata/regex_scan.h"

namespace treadle::expr::jsonata {

struct ClassContents {
  UnitSet set;
  bool is_negated = false;
  bool names_foreign = false;  // a unit beyond ASCII, other than by \d, \s or \w
};

// `scan` stands behind the opening bracket and is left behind the closing one.
[[nodiscard]] auto take_class(UnitScan& scan) -> Result<ClassContents, std::string>;

}  // namespace treadle::expr::jsonata
