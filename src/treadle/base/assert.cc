#include "treadle/base/assert.h"

#include <cstdio>
#include <cstdlib>

namespace treadle {

void assertion_failed(char const* condition, char const* file, int line) noexcept {
  std::fprintf(stderr, "treadle: assertion failed: %s (%s:%d)\n", condition, file, line);
  std::abort();
}

}  // namespace treadle
