// TREADLE_ASSERT: an invariant of ours. Stays on in release builds; a violation ends the process
// after one line on standard error, because going on could write a wrong journal.
#pragma once

namespace treadle {
[[noreturn]] void assertion_failed(char const* condition, char const* file, int line) noexcept;
}  // namespace treadle

#define TREADLE_ASSERT(condition)                      \
  (static_cast<bool>(condition) ? static_cast<void>(0) \
                                : ::treadle::assertion_failed(#condition, __FILE__, __LINE__))
