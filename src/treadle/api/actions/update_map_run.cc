// UpdateMapRun: at least one setting must be given.

#include "treadle/api/actions/actions.h"
#include "treadle/api/actions/map_runs.h"
#include "treadle/api/errors.h"
#include "treadle/api/parameters.h"

namespace treadle::api {
namespace {

auto is_empty_update(json::Value request) -> bool {
  for (auto const* name : {"maxConcurrency", "toleratedFailurePercentage", "toleratedFailureCount"})
    if (member_of(request, name) != nullptr) return false;
  return true;
}

}  // namespace

void update_map_run(ActionCall& call, OnResult done) {
  if (is_empty_update(call.request))
    return done(std::unexpected(
        invalid_because("MISSING_REQUIRED_PARAMETER",
                        "Either the maxConcurrency, the toleratedFailurePercentage, or the "
                        "toleratedFailureCount must be specified")));
  done(std::unexpected(map_run_error(*text_of(call.request, "mapRunArn"))));
}

}  // namespace treadle::api
