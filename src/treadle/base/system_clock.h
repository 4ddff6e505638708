// The machine's clock. For the runtime and above.
#pragma once

#include "treadle/base/clock.h"

namespace treadle {

class SystemClock final : public Clock {
 public:
  [[nodiscard]] auto now() const -> Timestamp override;
};

}  // namespace treadle
