// Tasks that start a job and wait for its end: .sync over any service of the table (job_kind.h).
//
// A job is started by the same request as without .sync; then it is asked for at growing intervals
// until it has ended. A job that nobody waits for any longer is stopped; one whose start is still
// under way is stopped as soon as it has an id. A service may not know a job yet that it has just
// started; where it says so a dozen times in a row, a minute and a half long, the task fails.
#pragma once

#include <expected>
#include <memory>
#include <optional>

#include "treadle/integrations/aws_sdk/service_caller.h"
#include "treadle/integrations/connector.h"
#include "treadle/integrations/jobs/job_kind.h"

namespace treadle::integrations::jobs {

// How a job is seen and stopped; each is asked on any thread and answers once, on any thread.
class JobService {
 public:
  virtual ~JobService() = default;
  // What of the task has to be kept while its job is waited for: it may be long, and there may be
  // many. An error says why nothing can be learned of the job.
  [[nodiscard]] virtual auto to_watch(TaskCall call) const
      -> std::expected<TaskCall, CallFailed> = 0;
  struct Look {
    Seen seen;
    std::optional<CallFailed> trouble;  // nothing can be learned of it
    bool waited = false;                // the answer took its time: ask again at once
    std::string missing{};              // the service knows no such job; in its words
  };
  // `watched` is what to_watch() gave.
  virtual void look(TaskCall const& watched, std::move_only_function<void(Look)> done) = 0;
  virtual void stop(TaskCall const& call, std::move_only_function<void()> done) = 0;
  // Jobs that have no notion of it are stopped.
  virtual void compensate(TaskCall const& call) {
    stop(call, [] {});
  }
  // Whether the task alone says which job is its own, without the answer to its start.
  [[nodiscard]] virtual auto knows_job_by_call(TaskCall const& /*call*/) const -> bool {
    return false;
  }
};

// Whether another look may find what this one did not. The caller has retried already.
[[nodiscard]] auto may_pass(aws_sdk::CallProblem const& problem) -> bool;

class JobConnector final : public Connector {
 public:
  // `starts` makes the request; `caller` outlives this.
  JobConnector(std::shared_ptr<Connector> starts, std::shared_ptr<JobService> service,
               aws_sdk::ServiceCaller& caller);
  ~JobConnector() override;

  void invoke(TaskCall call, CallDone done) override;
  // Of a start under way nothing happens: what it starts has to be stopped.
  void cancel(CallId id) override;
  // A job that failed gives States.TaskFailed with its description as the cause.
  void await_job(TaskCall call, CallDone done) override;
  void compensate_job(TaskCall call) override;
  void stop_job(TaskCall call, CallDone done) override;

 private:
  struct Wait;
  struct Start;
  struct Shared;

  std::shared_ptr<Connector> const starts_;
  std::shared_ptr<Shared> const shared_;
};

// The services of the table, by ServiceCaller.
[[nodiscard]] auto make_sdk_job_service(aws_sdk::ServiceCaller& caller)
    -> std::shared_ptr<JobService>;

}  // namespace treadle::integrations::jobs
