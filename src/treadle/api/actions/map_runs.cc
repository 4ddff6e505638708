#include "treadle/api/actions/map_runs.h"

#include "treadle/api/arns.h"
#include "treadle/api/errors.h"

namespace treadle::api {

auto map_run_error(std::string_view text) -> ApiError {
  auto const arn = read_arn(text, {StatesResource::kMapRun});
  return arn ? resource_not_found(text) : arn.error();
}

}  // namespace treadle::api
