#include <algorithm>

#include "treadle/base/error_names.h"
#include "treadle/interpreter/failure.h"

namespace treadle::interpreter {
namespace {

auto takes(std::string_view wanted, Failure const& failure) -> bool {
  if (wanted == errors::kAll) return true;
  if (!failure.error) return wanted == errors::kTaskFailed;
  if (wanted == *failure.error) return true;
  if (wanted == errors::kHeartbeatTimeout) return failure.heartbeat;
  if (wanted == errors::kTimeout) return failure.cut_off;
  if (wanted == errors::kTaskFailed)
    return !failure.cut_off && *failure.error != errors::kTimeout &&
           *failure.error != errors::kHeartbeatTimeout;
  return false;
}

}  // namespace

auto matches(std::vector<std::string> const& error_equals, Failure const& failure) -> bool {
  if (failure.error == errors::kRuntime) return false;
  return std::ranges::any_of(error_equals,
                             [&](std::string const& wanted) { return takes(wanted, failure); });
}

}  // namespace treadle::interpreter
