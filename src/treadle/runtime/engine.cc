#include "treadle/runtime/engine.h"

#include <deque>

#include "treadle/base/random.h"
#include "treadle/runtime/activity_board.h"
#include "treadle/runtime/history_reader.h"
#include "treadle/runtime/partition.h"
#include "treadle/runtime/slow_lane.h"
#include "treadle/runtime/tokens.h"

namespace treadle::runtime {

using record::Reply;

struct Engine::Impl {
  Impl(store::Store& store, net::EventLoops& event_loops, integrations::Connector& connector,
       Clock const& clock, Random& seed, EngineOptions options,
       std::function<void(std::string const&)> fail_stop)
      : loops(event_loops),
        definitions(store),
        activities([this](ActivityOffer const& offer, std::string const& worker,
                          std::move_only_function<void(bool)> taken) {
          claim(offer, worker, std::move(taken));
        }),
        parts{.store = store,
              .clock = clock,
              .connector = connector,
              .definitions = definitions,
              .activities = activities,
              .calls = calls,
              .slow_lane = slow_lane,
              .options = std::move(options),
              .fail_stop = std::move(fail_stop)},
        reader(store),
        scratch(loops.size()) {
    for (std::size_t i = 0; i < loops.size(); ++i) randoms.emplace_back(seed.next_u64());
    for (std::size_t i = 0; i < limits::kPartitions; ++i) {
      auto const loop = i % loops.size();
      partitions.push_back(std::make_unique<Partition>(
          static_cast<PartitionIndex>(i), loops.at(loop), scratch[loop], parts, randoms[loop]));
    }
  }

  // Runs `task` on the loop of a partition; at once if the caller is on it.
  template <typename Task>
  void on(PartitionIndex index, Task task) {
    auto& partition = *partitions[index];
    if (partition.loop().is_current()) return task(partition);
    partition.loop().post([&partition, task = std::move(task)]() mutable { task(partition); });
  }

  void claim(ActivityOffer const& offer, std::string const& worker,
             std::move_only_function<void(bool)> taken) {
    on(offer.place.partition, [place = offer.place, scheduled = offer.scheduled, worker,
                               taken = std::move(taken)](Partition& p) mutable {
      p.execute(place, record::ActivityTaken{scheduled, worker},
                [taken = std::move(taken)](Reply reply) mutable { taken(reply == Reply::kDone); });
    });
  }

  net::EventLoops& loops;
  DefinitionCache definitions;
  ActivityBoard activities;
  CallsUnderWay calls;
  EngineParts parts;
  HistoryReader reader;
  std::vector<LoopScratch> scratch;
  std::deque<SeededRandom> randoms;
  std::vector<std::unique_ptr<Partition>> partitions;
  SlowLane slow_lane;  // ends first: its jobs refer to executions of the partitions
};

Engine::Engine(store::Store& store, net::EventLoops& loops, integrations::Connector& connector,
               Clock const& clock, Random& seed, EngineOptions options,
               std::function<void(std::string const&)> fail_stop)
    : impl_(std::make_unique<Impl>(store, loops, connector, clock, seed, std::move(options),
                                   std::move(fail_stop))) {}

Engine::~Engine() = default;

void Engine::recover() {
  for (auto& partition : impl_->partitions)
    partition->loop().post([&p = *partition] { p.recover(); });
}

void Engine::clock_moved() {
  for (auto& partition : impl_->partitions)
    partition->loop().post([&p = *partition] { p.clock_moved(); });
}

void Engine::drain_calls(net::Task done) { impl_->calls.drain(std::move(done)); }

void Engine::release_waiters() {
  impl_->activities.give_up_all();
  for (auto& partition : impl_->partitions)
    partition->loop().post([&p = *partition] { p.release_waiters(); });
}

auto Engine::definitions() -> DefinitionCache& { return impl_->definitions; }
auto Engine::options() const -> EngineOptions const& { return impl_->parts.options; }
auto Engine::store() -> store::Store& { return impl_->parts.store; }
auto Engine::clock() const -> Clock const& { return impl_->parts.clock; }

void Engine::start_execution(StartRequest request, OnAnswer<Started> done) {
  auto const index = partition_of(request.execution_arn);
  impl_->on(index, [request = std::move(request), done = std::move(done)](Partition& p) mutable {
    p.start(request, std::move(done));
  });
}

void Engine::stop_execution(std::string execution_arn, std::optional<std::string> error,
                            std::optional<std::string> cause, OnAnswer<Stopped> done,
                            std::string caller) {
  auto const place = impl_->reader.place_of(execution_arn);
  if (!place) return done(std::unexpected(place.error()));
  // Answered with the time that the execution ended at, now or before.
  auto answer = [this, arn = execution_arn, done = std::move(done)](Reply) mutable {
    auto const description = impl_->reader.describe(arn);
    if (!description) return done(std::unexpected(description.error()));
    done(Stopped{description->summary.stopped_at.value_or(impl_->parts.clock.now())});
  };
  impl_->on(place->partition,
            [place = *place, error = std::move(error), cause = std::move(cause),
             caller = std::move(caller), answer = std::move(answer)](Partition& p) mutable {
              p.execute(place, record::StopExecution{error, cause, caller}, std::move(answer));
            });
}

void Engine::compensate_execution(std::string execution_arn, std::string cause,
                                  OnAnswer<Compensating> done, std::string caller) {
  auto const place = impl_->reader.place_of(execution_arn);
  if (!place) return done(std::unexpected(place.error()));
  impl_->on(place->partition, [place = *place, cause = std::move(cause), caller = std::move(caller),
                               done = std::move(done)](Partition& p) mutable {
    p.compensate(place, {cause, caller}, std::move(done));
  });
}

void Engine::redrive_execution(std::string execution_arn, std::string client_token,
                               OnAnswer<Redriven> done, std::string caller) {
  auto const place = impl_->reader.place_of(execution_arn);
  if (!place) return done(std::unexpected(place.error()));
  impl_->on(place->partition,
            [place = *place, client_token = std::move(client_token), caller = std::move(caller),
             done = std::move(done)](Partition& p) mutable {
              p.redrive(place, {client_token, caller}, std::move(done));
            });
}

namespace {

auto invalid_token() -> Refusal { return {"InvalidToken", "Invalid Token: 'Invalid token'"}; }

auto answer_of(Reply reply) -> Answer<void> {
  if (reply == Reply::kDone || reply == Reply::kHeartbeat) return {};
  return std::unexpected(
      Refusal{"TaskTimedOut", "Task Timed Out: 'Provided task does not exist anymore'"});
}

}  // namespace

void Engine::task_success(std::string token, std::string output, OnAnswer<void> done,
                          std::string receipt) {
  auto const target = read_task_token(impl_->parts.store.secret(), token);
  if (!target) return done(std::unexpected(invalid_token()));
  impl_->on(target->place.partition,
            [target = *target, output = std::move(output), receipt = std::move(receipt),
             done = std::move(done)](Partition& p) mutable {
              p.execute(target.place, record::TokenSucceeded{target.scheduled, output, receipt},
                        [done = std::move(done)](Reply reply) mutable { done(answer_of(reply)); });
            });
}

void Engine::task_failure(std::string token, std::optional<std::string> error,
                          std::optional<std::string> cause, OnAnswer<void> done,
                          std::string receipt) {
  auto const target = read_task_token(impl_->parts.store.secret(), token);
  if (!target) return done(std::unexpected(invalid_token()));
  impl_->on(target->place.partition,
            [target = *target, error = std::move(error), cause = std::move(cause),
             receipt = std::move(receipt), done = std::move(done)](Partition& p) mutable {
              p.execute(target.place, record::TokenFailed{target.scheduled, error, cause, receipt},
                        [done = std::move(done)](Reply reply) mutable { done(answer_of(reply)); });
            });
}

void Engine::task_heartbeat(std::string token, OnAnswer<void> done) {
  auto const target = read_task_token(impl_->parts.store.secret(), token);
  if (!target) return done(std::unexpected(invalid_token()));
  impl_->on(target->place.partition,
            [target = *target, done = std::move(done)](Partition& p) mutable {
              p.execute(target.place, record::TokenHeartbeat{target.scheduled},
                        [done = std::move(done)](Reply reply) mutable { done(answer_of(reply)); });
            });
}

void Engine::poll_activity(std::string activity_arn, std::string worker, Milliseconds wait,
                           std::function<bool()> is_gone,
                           OnAnswer<std::optional<ActivityTask>> done) {
  // Timers belong to a loop: the poll's is kept by the loop that also decides for partition 0.
  auto& loop = impl_->partitions.front()->loop();
  loop.post([this, &loop, activity_arn = std::move(activity_arn), worker = std::move(worker), wait,
             is_gone = std::move(is_gone), done = std::move(done)]() mutable {
    auto const poll = impl_->activities.poll(
        activity_arn, {std::move(worker), std::move(is_gone), std::move(done)});
    loop.run_after(wait,
                   [this, activity_arn, poll] { impl_->activities.give_up(activity_arn, poll); })
        .detach();
  });
}

auto Engine::describe_execution(std::string_view execution_arn) -> Answer<ExecutionDescription> {
  return impl_->reader.describe(execution_arn);
}

auto Engine::list_executions(ListRequest const& request) -> Answer<ListPage> {
  return impl_->reader.list(request);
}

auto Engine::history(HistoryRequest const& request) -> Answer<HistoryPage> {
  return impl_->reader.history(request);
}

void Engine::wait_for_end(std::string execution_arn, Milliseconds wait, OnAnswer<bool> done) {
  auto const place = impl_->reader.place_of(execution_arn);
  if (!place) return done(std::unexpected(place.error()));
  impl_->on(place->partition, [place = *place, wait, done = std::move(done)](Partition& p) mutable {
    p.wait_for_end(place, wait, [done = std::move(done)](bool ended) mutable { done(ended); });
  });
}

}  // namespace treadle::runtime
