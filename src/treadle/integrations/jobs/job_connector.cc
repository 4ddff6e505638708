#include "treadle/integrations/jobs/job_connector.h"

#include <algorithm>
#include <deque>
#include <map>
#include <mutex>
#include <utility>

#include <fmt/format.h>

#include "treadle/base/error_names.h"
#include "treadle/base/limits.h"
#include "treadle/base/log.h"
#include "treadle/integrations/lambda_result.h"

namespace treadle::integrations::jobs {
namespace {

constexpr Milliseconds kFirstDelay{500};
constexpr Milliseconds kLongestDelay{20'000};
constexpr std::uint32_t kMissesMax = 12;
// Of results that no execution has taken up. None does where a token has ended the task before.
constexpr std::size_t kKeptMax = 1'000;
constexpr std::size_t kKeptBytesMax = 16 * 1'048'576;

auto not_found(TaskCall const& call, std::string_view answer) -> CallFailed {
  return {{std::string(errors::kTaskFailed),
           fmt::format("The job that '{}' has started can't be found: asked for it {} times, the "
                       "service answered {}",
                       call.resource->text, kMissesMax, answer)}};
}

auto cancelled() -> CallFailed {
  return {{std::string(errors::kTaskFailed), "The wait for the job was cancelled."}};
}

// Cancelling a task reaches every connector, and through them every call of its id. Starts and stops
// are not the task's to break off: they go by an id of their own.
auto own_id(CallId id) -> CallId {
  id.history_id |= 0x8000'0000U;
  return id;
}

}  // namespace

// A start under way, or one whose result its execution has not taken up yet.
struct JobConnector::Start {
  std::optional<std::string> submission;              // it has returned
  std::optional<std::pair<TaskCall, CallDone>> stop;  // asked for before it returned
};

struct JobConnector::Wait {
  TaskCall call;
  CallDone done;
  Milliseconds delay = kFirstDelay;
  std::uint32_t misses = 0;  // looks in a row that found no job
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
    service->look(call, [self = shared_from_this(), call](JobService::Look look) {
      self->seen(call, std::move(look));
    });
  }

  void seen(TaskCall const& call, JobService::Look look) {
    auto const misses = count_misses(call.id, look.missing);
    if (misses == 1)
      log(LogLevel::kWarning, "a job is not found by its service, which is asked again",
          {{"execution", call.execution_arn},
           {"resource", call.resource->text},
           {"answer", look.missing}});
    if (misses >= kMissesMax) look.trouble = not_found(call, look.missing);
    if (!look.trouble && look.seen.state == JobState::kRunning)
      return look_again(call.id, look.waited);
    auto wait = take(call.id);
    if (!wait) return;
    if (look.trouble) return wait->done(*std::move(look.trouble));
    if (look.seen.state == JobState::kFailed)
      return wait->done(
          CallFailed{{std::string(errors::kTaskFailed), std::move(look.seen.output)}});
    if (look.seen.output.size() > limits::kPayloadBytes) return wait->done(result_too_large(call));
    wait->done(CallSucceeded{std::move(look.seen.output)});
  }

  // How often in a row no job was found, this time included.
  auto count_misses(CallId id, std::string_view missing) -> std::uint32_t {
    std::lock_guard const lock(mutex);
    auto const at = waits.find(id);
    if (at == waits.end()) return 0;
    at->second.misses = missing.empty() ? 0 : at->second.misses + 1;
    return at->second.misses;
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

  // Whoever wanted the job to end gets it now. Until the execution has taken the result up, it may
  // want that without having seen it.
  void started(CallId id, CallResult const& result) {
    std::optional<std::pair<TaskCall, CallDone>> stop;
    auto const* const ok = std::get_if<CallSucceeded>(&result);
    {
      std::lock_guard const lock(mutex);
      auto const at = starts.find(id);
      if (at == starts.end()) return;
      if (ok != nullptr && !at->second.stop) {
        at->second.submission = ok->output;
        kept_bytes += ok->output.size();
        kept.push_back(id);
        return forget_oldest();
      }
      stop = std::move(at->second.stop);
      starts.erase(at);
    }
    if (!stop) return;
    if (ok != nullptr) stop->first.submission = ok->output;
    stop_if_known(std::move(stop->first), std::move(stop->second));
  }

  void stop(TaskCall call, CallDone done) {
    {
      std::lock_guard const lock(mutex);
      if (auto const at = starts.find(call.id); at != starts.end()) {
        if (call.submission.empty() && !at->second.submission) {
          at->second.stop.emplace(std::move(call), std::move(done));
          return;
        }
        if (call.submission.empty()) call.submission = *at->second.submission;
        forget(at);
      }
    }
    stop_if_known(std::move(call), std::move(done));
  }

  // The execution knows what the start returned.
  void taken_up(CallId id) {
    std::lock_guard const lock(mutex);
    if (auto const at = starts.find(id); at != starts.end()) forget(at);
  }

  // What a crash left without an id can't be found, unless the task's own words say which it is.
  void stop_if_known(TaskCall call, CallDone done) {
    if (call.submission.empty() && !service->knows_job_by_call(call))
      return done(CallSucceeded{"{}"});
    call.id = own_id(call.id);
    service->stop(call, [done = std::move(done)]() mutable { done(CallSucceeded{"{}"}); });
  }

  std::shared_ptr<JobService> const service;
  aws_sdk::ServiceCaller& caller;
  std::mutex mutex;
  std::map<CallId, Wait> waits;
  std::map<CallId, Start> starts;

 private:
  // Under the lock, as are the rest.
  void forget(std::map<CallId, Start>::iterator at) {
    if (at->second.submission) {
      kept_bytes -= at->second.submission->size();
      kept.erase(std::ranges::find(kept, at->first));
    }
    starts.erase(at);
  }
  void forget_oldest() {
    while (kept.size() > kKeptMax || kept_bytes > kKeptBytesMax) forget(starts.find(kept.front()));
  }
  std::deque<CallId> kept;  // whose starts have returned, the oldest first
  std::size_t kept_bytes = 0;
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
    shared_->starts.try_emplace(id);
  }
  call.id = own_id(id);
  starts_->invoke(std::move(call),
                  [shared = shared_, id, done = std::move(done)](CallResult result) mutable {
                    shared->started(id, result);
                    done(std::move(result));
                  });
}

void JobConnector::cancel(CallId id) {
  if (auto wait = shared_->take(id)) return wait->done(cancelled());
  starts_->cancel(id);
}

void JobConnector::await_job(TaskCall call, CallDone done) {
  auto const id = call.id;
  auto watched = shared_->service->to_watch(std::move(call));
  {
    std::lock_guard const lock(shared_->mutex);
    shared_->starts.erase(id);
    if (watched) shared_->waits.insert_or_assign(id, Wait{*std::move(watched), std::move(done)});
  }
  if (!watched) return done(std::move(watched).error());
  shared_->look(id);
}

void JobConnector::compensate_job(TaskCall call) {
  call.id = own_id(call.id);
  shared_->service->compensate(call);
}

void JobConnector::stop_job(TaskCall call, CallDone done) {
  shared_->stop(std::move(call), std::move(done));
}

}  // namespace treadle::integrations::jobs
