#include "treadle/base/random.h"
#include "treadle/expr/intrinsic/functions.h"

namespace treadle::expr::intrinsic {

auto uuid(Invocation const& invocation) -> Answer {
  auto const high = invocation.environment.draw();
  return json::make_string(invocation.arena, uuid_v4(high, invocation.environment.draw()));
}

}  // namespace treadle::expr::intrinsic
