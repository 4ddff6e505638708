// ListStateMachineVersions: newest first.

#include <charconv>

#include <fmt/format.h>

#include "treadle/api/actions/actions.h"
#include "treadle/api/actions/machine_versions.h"
#include "treadle/api/actions/paging.h"
#include "treadle/api/arns.h"
#include "treadle/api/object_writer.h"
#include "treadle/api/page_token.h"
#include "treadle/api/parameters.h"

namespace treadle::api {
namespace {

auto list(ActionCall const& call) -> ActionResult {
  auto const text = *text_of(call.request, "stateMachineArn");
  TRY(read_arn(text, {StatesResource::kStateMachine}));
  auto const purpose = fmt::format("ListStateMachineVersions/{}", text);
  auto const page = TRY(read_page(call, purpose));
  std::uint64_t before = 0;
  std::from_chars(page.after.data(), page.after.data() + page.after.size(), before);
  auto const machine = find_machine(call.services, text);
  // The model names no error for a machine that is not there.
  if (!machine && machine.error().code == "StateMachineDoesNotExist")
    return ObjectWriter().raw("stateMachineVersions", "[]").take();
  if (!machine) return std::unexpected(machine.error());
  auto versions = call.services.catalog.list_versions(*machine, before, page.limit + 1);
  if (!versions) return std::unexpected(to_api_error(versions.error()));
  bool const more = versions->size() > page.limit;
  if (more) versions->pop_back();
  ListWriter items;
  for (auto const& v : *versions)
    items.add(ObjectWriter()
                  .text("stateMachineVersionArn", version_arn(*machine, v.number))
                  .time("creationDate", v.created_at));
  ObjectWriter out;
  out.raw("stateMachineVersions", items.take());
  if (more)
    out.text("nextToken", make_page_token(seal_of(call.services), purpose,
                                          std::to_string(versions->back().number)));
  return out.take();
}

}  // namespace

void list_state_machine_versions(ActionCall& call, OnResult done) { done(list(call)); }

}  // namespace treadle::api
