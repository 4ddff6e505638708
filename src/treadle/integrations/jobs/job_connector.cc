#include "treadle/integrations/jobs/job_connector.h"

#include <algorithm>
#include <utility>

#include "treadle/base/error_names.h"
#include "treadle/base/limits.h"
#include "treadle/integrations/lambda_result.h"

namespace treadle::integrations::jobs {
namespace {

constexpr Milliseconds kFirstDelay{500};
constexpr Milliseconds kLongestDelay{20'000};

auto cancelled() -> CallFailed {
  return {{std::string(errors::kTaskFailed), "The wait for the job was cancelled."}};
}

}  // namespace

struct JobConnector::Wait {
  TaskCall call;
  CallDone done;
  Milliseconds delay = kFirstDelay;
};

// Outlives the connector while answers are under way.
struct JobConnector::Shared : std::enable_shared_from_this<Shared> {
  Shared(std::shared_ptr<JobService> job_service, aws_sdk::ServiceCaller& service_caller)
      : service(std::move(job_service)), caller(service_caller) {}

  void look(CallId id) {
    TaskCall call;
    {
      std::lock_guard const lock(mutex);
      auto const at = waits.find(id);
      if (at == waits.end()) return;
      call = at->second.call;
    }
    service->look(call, [self = shared_from_this(), id](JobService::Look look) {
      self->seen(id, std::move(look));
    });
  }

  void seen(CallId id, JobService::Look look) {
    if (!look.trouble && look.seen.state == JobState::kRunning) return look_again(id, look.waited);
    auto wait = take(id);
    if (!wait) return;
    if (look.trouble) return wait->done(*std::move(look.trouble));
    if (look.seen.state == JobState::kFailed)
      return wait->done(
          CallFailed{{std::string(errors::kTaskFailed), std::move(look.seen.output)}});
    if (look.seen.output.size() > limits::kPayloadBytes)
      return wait->done(result_too_large(wait->call));
    wait->done(CallSucceeded{std::move(look.seen.output)});
  }

  void look_again(CallId id, bool at_once) {
    Milliseconds delay{0};
    {
      std::lock_guard const lock(mutex);
      auto const at = waits.find(id);
      if (at == waits.end()) return;
      if (!at_once) {
        delay = at->second.delay;
        at->second.delay = std::min(delay + delay / 2, kLongestDelay);
      }
    }
    caller.after(delay, [weak = weak_from_this(), id] {
      if (auto const self = weak.lock()) self->look(id);
    });
  }

  auto take(CallId id) -> std::optional<Wait> {
    std::lock_guard const lock(mutex);
    auto node = waits.extract(id);
    if (!node) return std::nullopt;
    return std::move(node.mapped());
  }

  // The start has returned: whoever wanted the job to end gets it now.
  void started(CallId id, CallResult const& result) {
    std::optional<std::pair<TaskCall, CallDone>> stop;
    {
      std::lock_guard const lock(mutex);
      auto node = starting.extract(id);
      if (node) stop = std::move(node.mapped().stop);
    }
    if (!stop) return;
    auto const* const ok = std::get_if<CallSucceeded>(&result);
    if (ok == nullptr) return stop->second(CallSucceeded{"{}"});
    stop->first.submission = ok->output;
    stop_now(std::move(stop->first), std::move(stop->second));
  }

  void stop_now(TaskCall call, CallDone done) {
    service->stop(call, [done = std::move(done)]() mutable { done(CallSucceeded{"{}"}); });
  }

  std::shared_ptr<JobService> const service;
  aws_sdk::ServiceCaller& caller;
  std::mutex mutex;
  std::map<CallId, Wait> waits;
  std::map<CallId, Starting> starting;
};

JobConnector::JobConnector(std::shared_ptr<Connector> starts, std::shared_ptr<JobService> service,
                           aws_sdk::ServiceCaller& caller)
    : starts_(std::move(starts)), shared_(std::make_shared<Shared>(std::move(service), caller)) {}

JobConnector::~JobConnector() = default;

void JobConnector::invoke(TaskCall call, CallDone done) {
  auto const id = call.id;
  auto const pattern = call.resource->pattern;
  if (pattern != asl::Pattern::kSync && pattern != asl::Pattern::kSync2)
    return starts_->invoke(std::move(call), std::move(done));
  {
    std::lock_guard const lock(shared_->mutex);
    shared_->starting.try_emplace(id);
  }
  starts_->invoke(std::move(call),
                  [shared = shared_, id, done = std::move(done)](CallResult result) mutable {
                    shared->started(id, result);
                    done(std::move(result));
                  });
}

void JobConnector::cancel(CallId id) {
  {
    std::lock_guard const lock(shared_->mutex);
    if (shared_->starting.contains(id)) return;
  }
  if (auto wait = shared_->take(id)) return wait->done(cancelled());
  starts_->cancel(id);
}

void JobConnector::await_job(TaskCall call, CallDone done) {
  auto const id = call.id;
  {
    std::lock_guard const lock(shared_->mutex);
    shared_->waits.insert_or_assign(id, Wait{std::move(call), std::move(done)});
  }
  shared_->look(id);
}

void JobConnector::stop_job(TaskCall call, CallDone done) {
  if (call.submission.empty()) {
    std::lock_guard const lock(shared_->mutex);
    if (auto const at = shared_->starting.find(call.id); at != shared_->starting.end()) {
      at->second.stop.emplace(std::move(call), std::move(done));
      return;
    }
  }
  // What a crash left without an id can't be found, unless the task's own words say which it is.
  if (call.submission.empty() && !shared_->service->knows_job_by_call())
    return done(CallSucceeded{"{}"});
  shared_->stop_now(std::move(call), std::move(done));
}

}  // namespace treadle::integrations::jobs
