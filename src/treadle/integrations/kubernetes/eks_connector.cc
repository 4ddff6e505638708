#include "treadle/integrations/kubernetes/eks_connector.h"

#include <optional>
#include <utility>

#include "treadle/integrations/service_task.h"
#include "treadle/json/parse.h"
#include "treadle/json/print.h"

namespace treadle::integrations::kubernetes {
namespace {

constexpr std::string_view kAnnotation = "treadle/idempotency-key";

struct JobStart {
  ClusterRequest request;
  JobName job;  // its name may be empty: the server makes one
};

auto member_or_empty(json::Arena& arena, json::Value object, std::string_view name) -> json::Value {
  auto const* const found = object.find(name);
  return found != nullptr && found->is_object() ? *found : json::make_object(arena, {});
}

auto read_job(json::Arena& arena, json::Value parameters) -> Checked<json::Value> {
  auto const* const given = parameters.find("Job");
  if (given == nullptr) return std::unexpected("The field 'Job' is required but was missing");
  if (given->is_object()) return *given;
  if (given->is_string())
    if (auto const parsed = json::parse(arena, given->as_string()); parsed && parsed->is_object())
      return *parsed;
  return std::unexpected("The field 'Job' must be an object, or its JSON text");
}

auto read_start(TaskCall const& call) -> Checked<JobStart> {
  json::Arena arena;
  auto const parameters = json::parse(arena, call.parameters);
  if (!parameters || !parameters->is_object())
    return std::unexpected("The parameters must be an object");
  JobStart start{.request = {.cluster = TRY(read_cluster(*parameters))}, .job = {}};
  start.job.space = TRY(optimized::text_member(*parameters, "Namespace"));
  if (start.job.space.empty()) start.job.space = "default";
  auto const job = TRY(read_job(arena, *parameters));
  auto metadata = member_or_empty(arena, job, "metadata");
  auto const annotations =
      json::with_member(arena, member_or_empty(arena, metadata, "annotations"), kAnnotation,
                        json::make_string(arena, call.idempotency_key));
  metadata = json::with_member(arena, metadata, "annotations", annotations);
  start.request.method = "POST";
  start.request.target = job_target({.space = start.job.space, .name = {}});
  start.request.body = json::print(json::with_member(arena, job, "metadata", metadata));
  start.request.content_type = "application/json";
  start.job.name = TRY(optimized::text_member(metadata, "name"));
  return start;
}

auto is_of(std::string_view job_text, std::string_view idempotency_key) -> bool {
  json::Arena arena;
  auto const job = json::parse(arena, job_text);
  if (!job) return false;
  auto const metadata = member_or_empty(arena, *job, "metadata");
  auto const annotations = member_or_empty(arena, metadata, "annotations");
  auto const* const key = annotations.find(kAnnotation);
  return key != nullptr && key->is_string() && key->as_string() == idempotency_key;
}

}  // namespace

void EksConnector::invoke(TaskCall call, CallDone done) {
  if (call.resource->action == "runJob") return run_job(std::move(call), std::move(done));
  json::Arena arena;
  auto const parameters = json::parse(arena, call.parameters);
  if (!parameters || !parameters->is_object())
    return done(cannot_start(call, {"The parameters must be an object"}));
  auto request = read_call(*parameters);
  if (!request) return done(cannot_start(call, {request.error()}));
  client_.send(call, *std::move(request),
               [call, done = std::move(done)](ClusterClient::Answer answer) mutable {
                 if (!answer) return done(std::move(answer).error());
                 done(to_result(call, *answer));
               });
}

void EksConnector::run_job(TaskCall call, CallDone done) {
  auto start = read_start(call);
  if (!start) return done(cannot_start(call, {start.error()}));
  ClusterRequest look{.cluster = start->request.cluster, .target = job_target(start->job)};
  bool const has_name = !start->job.name.empty();
  client_.send(call, std::move(start->request),
               [this, call, has_name, look = std::move(look),
                done = std::move(done)](ClusterClient::Answer answer) mutable {
                 if (!answer) return done(std::move(answer).error());
                 if (answer->status != 409 || !has_name) return done(to_result(call, *answer));
                 client_.send(call, std::move(look),
                              [call, refused = *std::move(answer),
                               done = std::move(done)](ClusterClient::Answer found) mutable {
                                if (!found || found->status != 200 ||
                                    !is_of(found->body, call.idempotency_key))
                                  return done(to_result(call, refused));
                                found->status = 201;
                                done(to_result(call, *found));
                              });
               });
}

void EksConnector::cancel(CallId id) { client_.cancel(id); }

}  // namespace treadle::integrations::kubernetes
