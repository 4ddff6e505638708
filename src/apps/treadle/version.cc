#include "apps/treadle/version.h"

#include "apps/treadle/commit.h"

namespace treadle::app {

auto version() -> std::string_view { return TREADLE_VERSION; }
auto commit() -> std::string_view { return TREADLE_COMMIT; }

}  // namespace treadle::app
