#include "treadle/integrations/kubernetes/eks_jobs.h"

#include <optional>
#include <utility>

#include <fmt/format.h>

#include "treadle/base/error_names.h"
#include "treadle/base/log.h"
#include "treadle/integrations/kubernetes/pod_logs.h"
#include "treadle/integrations/service_task.h"
#include "treadle/json/parse.h"
#include "treadle/json/print.h"

namespace treadle::integrations::kubernetes {
namespace {

using jobs::JobState;

// What is kept of a task while its job is waited for, as its parameters: {"ClusterName",
// "CertificateAuthority","Endpoint","LogOptions"} of the task, {"Namespace","Name"} of its job.
struct Watched {
  Cluster cluster;
  JobName job;
  std::optional<LogOptions> logs;
};

auto read_watched(std::string_view text) -> Checked<Watched> {
  json::Arena arena;
  auto const parsed = json::parse(arena, text);
  if (!parsed) return std::unexpected(parsed.error().to_string());
  return Watched{.cluster = TRY(read_cluster(*parsed)),
                 .job = {.space = TRY(optimized::text_member(*parsed, "Namespace")),
                         .name = TRY(optimized::text_member(*parsed, "Name"))},
                 .logs = TRY(read_log_options(*parsed))};
}

// Of the job that a start has returned.
auto job_in(std::string_view submission) -> std::optional<JobName> {
  json::Arena arena;
  auto const parsed = json::parse(arena, submission);
  auto const* const body = parsed ? parsed->find("ResponseBody") : nullptr;
  auto const* const metadata = body != nullptr ? body->find("metadata") : nullptr;
  if (metadata == nullptr) return std::nullopt;
  auto const space = optimized::text_member(*metadata, "namespace");
  auto const name = optimized::text_member(*metadata, "name");
  if (!space || space->empty() || !name || name->empty()) return std::nullopt;
  return JobName{.space = *space, .name = *name};
}

auto condition_is(json::Value condition, std::string_view type) -> bool {
  auto const has = [&](std::string_view name, std::string_view wanted) {
    auto const* const found = condition.find(name);
    return found != nullptr && found->is_string() && found->as_string() == wanted;
  };
  return has("type", type) && has("status", "True");
}

auto state_of(json::Value job) -> JobState {
  auto const* const status = job.find("status");
  auto const* const conditions = status != nullptr ? status->find("conditions") : nullptr;
  if (conditions == nullptr || !conditions->is_array()) return JobState::kRunning;
  for (auto const condition : conditions->elements()) {
    if (condition_is(condition, "Complete")) return JobState::kDone;
    if (condition_is(condition, "Failed")) return JobState::kFailed;
  }
  return JobState::kRunning;
}

// A task that may be written down: only what the looks need.
auto to_keep(TaskCall const& call, JobName const& job) -> std::string {
  json::Arena arena;
  auto const parsed = json::parse(arena, call.parameters);
  std::vector<json::Member> members;
  for (auto const* name : {"ClusterName", "CertificateAuthority", "Endpoint", "LogOptions"})
    if (auto const* const value = parsed ? parsed->find(name) : nullptr)
      members.push_back({name, *value});
  members.push_back({"Namespace", json::make_string(arena, job.space)});
  members.push_back({"Name", json::make_string(arena, job.name)});
  return json::print(json::make_object(arena, members));
}

auto trouble(std::string cause) -> CallFailed {
  return {{std::string(errors::kTaskFailed), std::move(cause)}, CallStage::kRun};
}

// Whether the next look may find another answer.
auto may_pass(int status) -> bool { return status == 429 || status >= 500; }

class EksJobs final : public jobs::JobService, public std::enable_shared_from_this<EksJobs> {
 public:
  explicit EksJobs(ClusterClient& client) : client_(client) {}

  [[nodiscard]] auto to_watch(TaskCall call) const -> std::expected<TaskCall, CallFailed> override {
    auto const job = job_in(call.submission);
    if (!job)
      return std::unexpected(trouble(
          fmt::format("The job can't be found by what its start returned: {}", call.submission)));
    call.parameters = to_keep(call, *job);
    call.submission = {};
    if (auto const watched = read_watched(call.parameters); !watched)
      return std::unexpected(cannot_start(call, {watched.error()}));
    return call;
  }

  void look(TaskCall const& call, std::move_only_function<void(Look)> done) override {
    auto watched = read_watched(call.parameters);
    if (!watched) return done({.seen = {}, .trouble = trouble(watched.error())});
    ClusterRequest request{.cluster = watched->cluster, .target = job_target(watched->job)};
    client_.send(call, std::move(request),
                 [self = shared_from_this(), call, watched = *std::move(watched),
                  done = std::move(done)](ClusterClient::Answer const& answer) mutable {
                   // What was lost on the way may come the next time.
                   if (!answer) return done({});
                   self->seen(call, std::move(watched), *answer, std::move(done));
                 });
  }

  void stop(TaskCall const& call, std::move_only_function<void()> done) override {
    auto const job = job_in(call.submission);
    if (!job) return done();
    auto const watched = read_watched(to_keep(call, *job));
    if (!watched) return done();
    ClusterRequest request{
        .cluster = watched->cluster,
        .method = "DELETE",
        .target = with_query(job_target(*job), {{"propagationPolicy", "Foreground"}})};
    client_.send(
        call, std::move(request),
        [arn = call.execution_arn,
         done = std::move(done)](ClusterClient::Answer const& answer) mutable {
          if (!answer || (answer->status > 299 && answer->status != 404))
            log(LogLevel::kWarning, "a job could not be stopped",
                {{"execution", arn},
                 {"cause", answer ? std::to_string(answer->status) : answer.error().error.cause}});
          done();
        });
  }

 private:
  void seen(TaskCall const& call, Watched watched, net::ClientResponse const& response,
            std::move_only_function<void(Look)> done) {
    if (may_pass(response.status)) return done({});
    if (response.status == 404) return done({.seen = {}, .trouble = {}, .missing = "EKS.404"});
    auto result = to_result(call, response);
    if (auto* const failed = std::get_if<CallFailed>(&result))
      return done({.seen = {}, .trouble = std::move(*failed)});
    json::Arena arena;
    auto const job = json::parse(arena, response.body);
    if (!job) return done({.seen = {}, .trouble = {}, .missing = "without a job"});
    auto const state = state_of(*job);
    if (state == JobState::kRunning || !watched.logs || !watched.logs->are_wanted)
      return done({.seen = {.state = state, .output = response.body}, .trouble = {}});
    read_pod_logs(
        client_, call,
        {.cluster = std::move(watched.cluster),
         .job = std::move(watched.job),
         .options = *std::move(watched.logs)},
        [state, text = response.body, done = std::move(done)](std::string const& logs) mutable {
          json::Arena shown;
          auto const described = json::with_member(shown, *json::parse(shown, text), "logs",
                                                   *json::parse(shown, logs));
          done({.seen = {.state = state, .output = json::print(described)}, .trouble = {}});
        });
  }

  ClusterClient& client_;
};

}  // namespace

auto make_eks_job_service(ClusterClient& client) -> std::shared_ptr<jobs::JobService> {
  return std::make_shared<EksJobs>(client);
}

}  // namespace treadle::integrations::kubernetes
