// DescribeMapRun.

#include "treadle/api/actions/actions.h"
#include "treadle/api/actions/map_runs.h"
#include "treadle/api/parameters.h"

namespace treadle::api {

void describe_map_run(ActionCall& call, OnResult done) {
  done(std::unexpected(map_run_error(*text_of(call.request, "mapRunArn"))));
}

}  // namespace treadle::api
