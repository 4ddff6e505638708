#include "treadle/runtime/express.h"

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

auto Express::current() const -> std::optional<std::size_t> {
  auto const* const loop = net::EventLoop::current();
  for (std::size_t i = 0; i < runners_.size(); ++i)
    if (&runners_[i]->loop() == loop) return i;
  return std::nullopt;
}

void Express::start_sync(ExpressStart&& start, OnAnswer<ExpressEnd> done) {
  if (auto const here = current())
    return runners_[*here]->run_unchecked(std::move(start), std::move(done));
  auto& runner = *runners_.front();
  runner.loop().post([&runner, start = std::move(start), done = std::move(done)]() mutable {
    runner.run_unchecked(std::move(start), std::move(done));
  });
}

void Express::start_async(ExpressStart&& start, OnAnswer<Started> done) {
  if (auto const here = current()) return accept(*here, std::move(start), std::move(done));
  runners_.front()->loop().post([this, start = std::move(start), done = std::move(done)]() mutable {
    accept(0, std::move(start), std::move(done));
  });
}

void Express::accept(std::size_t loop, ExpressStart&& start, OnAnswer<Started> done) {
  auto& runner = *runners_[loop];
  if (!runner.has_room()) return done(throttled());
  if (intake_ == ExpressIntake::kLog)
    return async_starts_[loop]->accept(std::move(start), std::move(done));
  auto begun = runner.begin_unchecked(std::move(start));
  if (!begun) return done(std::unexpected(begun.error()));
  done(Started{begun->start().execution_arn, parts_.clock.now()});
  runner.run_unread(std::move(*begun), [](Answer<ExpressEnd> const&) {});
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
