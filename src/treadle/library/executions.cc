// Starts of executions, and their ends.

#include <chrono>
#include <future>
#include <utility>

#include "treadle/library/engine_parts.h"

namespace treadle {
namespace {

// Longer than any execution.
constexpr auto kForever = std::chrono::hours(24 * 366 * 2);

auto status_of(runtime::ExecutionStatus status) -> EndStatus {
  switch (status) {
    case runtime::ExecutionStatus::kSucceeded: return EndStatus::kSucceeded;
    case runtime::ExecutionStatus::kTimedOut: return EndStatus::kTimedOut;
    case runtime::ExecutionStatus::kAborted: return EndStatus::kAborted;
    case runtime::ExecutionStatus::kFailed:
    case runtime::ExecutionStatus::kRunning: return EndStatus::kFailed;
  }
  return EndStatus::kFailed;
}

auto refused(runtime::Refusal const& refusal) -> Refused {
  return Refused(refusal.code + ": " + refusal.message);
}

auto end_of(runtime::ExecutionDescription description) -> End {
  return {.status = status_of(description.summary.status),
          .execution_arn = std::move(description.summary.execution_arn),
          .output = std::move(description.output).value_or(""),
          .error = std::move(description.error).value_or(""),
          .cause = std::move(description.cause).value_or("")};
}

auto draw_id() -> EntityId {
  thread_local SystemRandom random;
  return random.next_entity_id();
}

}  // namespace

auto library::end_of(runtime::ExpressEnd end) -> End {
  return {.status = status_of(end.status),
          .execution_arn = std::move(end.execution_arn),
          .output = std::move(end.output).value_or(""),
          .error = std::move(end.error).value_or(""),
          .cause = std::move(end.cause).value_or("")};
}

auto Engine::Impl::express_start(library::Defined const& defined, std::string input)
    -> runtime::ExpressStart {
  runtime::ExpressStart start;
  start.id = draw_id();
  start.machine = defined.machine;
  start.log = defined.log;
  start.name = uuid_v4(start.id.high, start.id.low);
  start.execution_arn.reserve(arn_prefix.size() + defined.machine.name.size() + 96);
  start.execution_arn += arn_prefix;
  start.execution_arn += "express:";
  start.execution_arn += defined.machine.name;
  start.execution_arn += ':';
  start.execution_arn += start.name;
  start.execution_arn += ':';
  start.execution_arn += start.name;
  start.input = std::move(input);
  return start;
}

void Engine::Impl::start_express(library::DefinedPtr const& defined, std::string input,
                                 OnEnd on_end) {
  auto const run = [](runtime::ExpressRunner& runner, runtime::ExpressStart&& start, OnEnd told) {
    runner.run_unchecked(std::move(start), [told = std::move(told)](
                                               runtime::Answer<runtime::ExpressEnd> end) mutable {
      if (!end) return told(refused(end.error()));
      told(library::end_of(std::move(*end)));
    });
  };
  auto start = express_start(*defined, std::move(input));
  auto const runners = express->runners();
  for (auto const& runner : runners)
    if (runner->loop().is_current()) return run(*runner, std::move(start), std::move(on_end));
  auto& runner = *runners[turn++ % runners.size()];
  runner.loop().post(
      [&runner, run, start = std::move(start), on_end = std::move(on_end)]() mutable {
        run(runner, std::move(start), std::move(on_end));
      });
}

void Engine::Impl::start_standard(library::DefinedPtr const& defined, std::string input,
                                  std::string_view name, OnEnd on_end) {
  auto const id = draw_id();
  auto const own_name = name.empty() ? uuid_v4(id.high, id.low) : std::string(name);
  auto arn = arn_prefix + "execution:" + defined->machine.name + ":" + own_name;
  runtime::StartRequest request{.machine = defined->machine,
                                .execution_arn = arn,
                                .name = own_name,
                                .named_by_caller = !name.empty(),
                                .input = std::move(input),
                                .trace_header = {}};
  standard->start_execution(
      std::move(request), [this, arn = std::move(arn), on_end = std::move(on_end)](
                              runtime::Answer<runtime::Started> started) mutable {
        if (!started) return on_end(refused(started.error()));
        standard->wait_for_end(
            arn, kForever,
            [this, arn, on_end = std::move(on_end)](runtime::Answer<bool> ended) mutable {
              if (!ended) return on_end(refused(ended.error()));
              auto description = standard->describe_execution(arn);
              if (!description) return on_end(refused(description.error()));
              on_end(::treadle::end_of(std::move(*description)));
            });
      });
}

auto Engine::Impl::tell(std::move_only_function<void(runtime::OnAnswer<void>)> ask)
    -> OrRefused<void> {
  if (is_own_thread()) return Refused("A thread of the engine can't wait for the engine.");
  begin();
  auto const told = std::make_shared<std::promise<OrRefused<void>>>();
  ask([told](runtime::Answer<void> answer) {
    if (answer) return told->set_value({});
    told->set_value(refused(answer.error()));
  });
  return told->get_future().get();
}

}  // namespace treadle
