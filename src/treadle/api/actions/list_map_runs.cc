// ListMapRuns: of an execution that is there, none.

#include <fmt/format.h>

#include "treadle/api/actions/actions.h"
#include "treadle/api/actions/paging.h"
#include "treadle/api/arns.h"
#include "treadle/api/object_writer.h"
#include "treadle/api/parameters.h"

namespace treadle::api {
namespace {

auto list(ActionCall const& call) -> ActionResult {
  auto const text = *text_of(call.request, "executionArn");
  TRY(read_arn(text, {StatesResource::kExecution}));
  TRY(read_page(call, fmt::format("ListMapRuns/{}", text)));
  auto const execution = call.services.router.describe_execution(text);
  if (!execution) return std::unexpected(to_api_error(execution.error()));
  return ObjectWriter().raw("mapRuns", "[]").take();
}

}  // namespace

void list_map_runs(ActionCall& call, OnResult done) { done(list(call)); }

}  // namespace treadle::api
