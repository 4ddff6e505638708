#include "treadle/integrations/optimized/emr.h"

#include <algorithm>
#include <iterator>
#include <memory>
#include <utility>

#include <fmt/format.h>

#include "treadle/integrations/optimized/http_parameters.h"
#include "treadle/integrations/service_task.h"
#include "treadle/json/parse.h"
#include "treadle/json/print.h"

namespace treadle::integrations::optimized {
namespace {

constexpr std::uint32_t kPagesMax = 100;

// How a named part of a cluster is found and changed.
struct PartKind {
  std::string_view action;
  std::string_view name;       // the member that names it
  std::string_view part;       // the member that says what becomes of it
  std::string_view id;         // its id, in that and in the API
  std::string_view list;       // the API's action that lists them
  std::string_view listed;     // the member of its answer
  std::string_view change;     // the API's action that changes one
  std::string_view parameter;  // the member that it takes: the part, or a list of it
  bool takes_list = false;
};

constexpr PartKind kParts[] = {
    {"modifyInstanceFleetByName", "InstanceFleetName", "InstanceFleet", "InstanceFleetId",
     "listInstanceFleets", "InstanceFleets", "modifyInstanceFleet", "InstanceFleet", false},
    {"modifyInstanceGroupByName", "InstanceGroupName", "InstanceGroup", "InstanceGroupId",
     "listInstanceGroups", "InstanceGroups", "modifyInstanceGroups", "InstanceGroups", true},
};

auto part_kind(std::string_view action) -> PartKind const* {
  auto const* const at = std::ranges::find(kParts, action, &PartKind::action);
  return at == std::end(kParts) ? nullptr : at;
}

auto text_in(json::Value object, std::string_view name) -> std::string_view {
  auto const* const found = object.find(name);
  return found != nullptr && found->is_string() ? found->as_string() : std::string_view();
}

// The id of the part of that name in a list of them; empty where it is not there.
auto id_in(json::Value answer, PartKind const& kind, std::string_view name) -> std::string {
  auto const* const list = answer.find(kind.listed);
  if (list == nullptr || !list->is_array()) return {};
  for (auto const part : list->elements())
    if (text_in(part, "Name") == name) return std::string(text_in(part, "Id"));
  return {};
}

}  // namespace

struct EmrConnector::Change {
  TaskCall call;
  CallDone done;
  PartKind const& kind;
  std::string cluster{};
  std::string name{};
  std::string part{};    // JSON text, without an id
  std::string marker{};  // of the next page
  std::uint32_t pages = 0;

  auto read() -> Checked<void> {
    json::Arena arena;
    auto const parsed = json::parse(arena, call.parameters);
    if (!parsed || !parsed->is_object()) return std::unexpected("The parameters must be an object");
    cluster = TRY(text_member(*parsed, "ClusterId"));
    name = TRY(text_member(*parsed, kind.name));
    auto const* const given = parsed->find(kind.part);
    auto const missing = [](std::string_view field) {
      return std::unexpected(fmt::format("The field '{}' is required but was missing", field));
    };
    if (cluster.empty()) return missing("ClusterId");
    if (name.empty()) return missing(kind.name);
    if (given == nullptr || !given->is_object()) return missing(kind.part);
    if (given->find(kind.id) != nullptr)
      return std::unexpected(
          fmt::format("The field '{}' is not supported by Step Functions", kind.id));
    part = json::print(*given);
    return {};
  }
};

EmrConnector::EmrConnector(aws_sdk::ServiceCaller& caller)
    : caller_(caller),
      service_(*find_optimized_service("elasticmapreduce")),
      others_(service_, caller) {}

void EmrConnector::invoke(TaskCall call, CallDone done) {
  auto const* const kind = part_kind(call.resource->action);
  if (kind == nullptr) return others_.invoke(std::move(call), std::move(done));
  auto const change = std::make_shared<Change>(
      Change{.call = std::move(call), .done = std::move(done), .kind = *kind});
  if (auto const read = change->read(); !read)
    return change->done(cannot_start(change->call, {read.error()}));
  look_up(change);
}

void EmrConnector::look_up(std::shared_ptr<Change> const& change) {
  json::Arena arena;
  std::vector<json::Member> asked{{"ClusterId", json::make_string(arena, change->cluster)}};
  if (!change->marker.empty())
    asked.push_back({"Marker", json::make_string(arena, change->marker)});
  caller_.call(change->call.id,
               make_service_call(change->call, service_.model, change->kind.list,
                                 json::print(json::make_object(arena, asked))),
               [this, change](aws_sdk::ServiceResult result) {
                 if (!result)
                   return change->done(optimized_failure(service_, change->call, result.error()));
                 json::Arena read;
                 auto const answer = json::parse(read, result->output).value_or(json::Value());
                 if (auto const id = id_in(answer, change->kind, change->name); !id.empty())
                   return make(change, id);
                 change->marker = text_in(answer, "Marker");
                 if (!change->marker.empty() && ++change->pages < kPagesMax) return look_up(change);
                 change->done(task_failure(
                     fmt::format("{}.{}", service_.error_prefix, service_.base_exception),
                     fmt::format("The cluster '{}' has no {} of the name '{}'", change->cluster,
                                 change->kind.part, change->name)));
               });
}

void EmrConnector::make(std::shared_ptr<Change> const& change, std::string_view id) {
  json::Arena arena;
  auto part = *json::parse(arena, change->part);
  part = json::with_member(arena, part, change->kind.id, json::make_string(arena, id));
  if (change->kind.takes_list) part = json::make_array(arena, std::span(&part, 1));
  json::Member const asked[] = {{"ClusterId", json::make_string(arena, change->cluster)},
                                {change->kind.parameter, part}};
  caller_.call(change->call.id,
               make_service_call(change->call, service_.model, change->kind.change,
                                 json::print(json::make_object(arena, asked))),
               [this, change](aws_sdk::ServiceResult result) {
                 if (!result)
                   return change->done(optimized_failure(service_, change->call, result.error()));
                 change->done(CallSucceeded{output_with_metadata(*result)});
               });
}

void EmrConnector::cancel(CallId id) { caller_.cancel(id); }

}  // namespace treadle::integrations::optimized
