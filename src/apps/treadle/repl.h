// `treadle eval` at a terminal: expressions as they are typed, their values below.
#pragma once

#include "apps/treadle/evaluation.h"

namespace treadle::app {

// Reads standard input, a terminal, until :quit or its end. The exit status.
[[nodiscard]] auto run_repl(Language language) -> int;

}  // namespace treadle::app
