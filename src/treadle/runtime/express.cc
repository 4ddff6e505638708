#include "treadle/runtime/express.h"

#include <algorithm>
#include <utility>

#include "treadle/base/assert.h"
#include "treadle/base/log.h"
#include "treadle/runtime/express_codec.h"

namespace treadle::runtime {
namespace {

auto throttled() -> std::unexpected<Refusal> {
  return std::unexpected(Refusal{"ThrottlingException", "Rate exceeded"});
}

}  // namespace

Express::Express(net::EventLoops& loops, store::Store const& store, DefinitionCache& definitions,
                 ExpressParts parts, Random& seed, IntakeLog::Opened opened, ExpressIntake intake)
    : definitions_(definitions),
      parts_(std::move(parts)),
      intake_(intake),
      log_(std::move(opened.log)),
      left_open_(std::move(opened.open)) {
  TREADLE_ASSERT(intake_ == ExpressIntake::kMemory || log_);
  for (std::size_t i = 0; i < loops.size(); ++i) {
    runners_.push_back(
        std::make_unique<ExpressRunner>(loops.at(i), parts_, slow_lane_, seed.next_u64()));
    if (log_)
      async_starts_.push_back(std::make_unique<AsyncStarts>(AsyncStarts::Parts{
          .runner = *runners_.back(), .log = *log_, .store = store, .clock = parts_.clock}));
  }
}

Express::~Express() = default;

void Express::clock_moved() {
  for (auto& runner : runners_) runner->loop().post([&runner = *runner] { runner.clock_moved(); });
}

auto Express::runner() -> ExpressRunner& {
  auto const* const current = net::EventLoop::current();
  for (auto& runner : runners_)
    if (&runner->loop() == current) return *runner;
  return *runners_.front();
}

template <typename Task>
void Express::on_a_loop(Task task) {
  auto& chosen = runner();
  if (chosen.loop().is_current()) return task(chosen);
  chosen.loop().post([&chosen, task = std::move(task)]() mutable { task(chosen); });
}

void Express::start_sync(ExpressStart start, OnAnswer<ExpressEnd> done) {
  on_a_loop([start = std::move(start), done = std::move(done)](ExpressRunner& runner) mutable {
    runner.run_unchecked(std::move(start), std::move(done));
  });
}

void Express::start_async(ExpressStart start, OnAnswer<Started> done) {
  on_a_loop(
      [this, start = std::move(start), done = std::move(done)](ExpressRunner& runner) mutable {
        accept(runner, std::move(start), std::move(done));
      });
}

auto Express::index_of(ExpressRunner const& runner) const -> std::size_t {
  auto const at = std::ranges::find(runners_, &runner, &std::unique_ptr<ExpressRunner>::get);
  return static_cast<std::size_t>(at - runners_.begin());
}

void Express::accept(ExpressRunner& runner, ExpressStart&& start, OnAnswer<Started> done) {
  if (!runner.has_room()) return done(throttled());
  if (intake_ == ExpressIntake::kMemory) {
    auto begun = runner.begin_unchecked(std::move(start));
    if (!begun) return done(std::unexpected(begun.error()));
    done(Started{begun->start().execution_arn, parts_.clock.now()});
    return runner.run_unread(std::move(*begun), [](Answer<ExpressEnd> const&) {});
  }
  async_starts_[index_of(runner)]->accept(std::move(start), std::move(done));
}

void Express::recover() {
  auto const entries = std::exchange(left_open_, {});
  if (entries.empty()) return;
  log(LogLevel::kInfo, "Express executions start again", {{"executions", entries.size()}});
  std::size_t next = 0;
  for (auto const& entry : entries) {
    auto start = read_express_start(entry.bytes);
    if (start) start->machine.definition = definitions_.find(start->machine.revision);
    if (!start || !start->machine.definition) {
      log(LogLevel::kError, "an Express execution can't start again",
          {{"execution", start ? start->execution_arn : std::string("unreadable")},
           {"cause",
            start ? "its definition is missing" : "its intake entry is of a newer treadle"}});
      continue;
    }
    auto const index = next++ % runners_.size();
    auto& runner = *runners_[index];
    auto& log = *async_starts_[index];
    runner.loop().post([&runner, &log, start = std::move(*start), number = entry.number]() mutable {
      runner.run_when_there_is_room(std::move(start),
                                    [&log, number](ExpressEnd const&) { log.ended(number); });
    });
  }
}

}  // namespace treadle::runtime
