#include "treadle/runtime/state_tests.h"

#include <algorithm>
#include <utility>

#include "treadle/base/limits.h"
#include "treadle/runtime/calls.h"
#include "treadle/runtime/tokens.h"

namespace treadle::runtime {
namespace {

using interpreter::StateTest;

constexpr std::size_t kOpenMax = 1'000;  // tests that wait, on each loop

}  // namespace

class StateTests::Runner {
 public:
  Runner(net::EventLoop& loop, ExpressParts const& parts, std::uint64_t seed)
      : loop_(loop), parts_(parts), random_(seed) {}

  [[nodiscard]] auto loop() -> net::EventLoop& { return loop_; }
  void run(interpreter::TestedState tested, OnAnswer<Tested> done);

 private:
  struct Open {
    Open(EntityId of, store::Secret const& secret)
        : id(of), tokens(secret, {.partition = 0, .id = of}) {}
    EntityId id;
    ExecutionTokens tokens;  // they look like any other and belong to no task
    Tested test;
    OnAnswer<Tested> done;
    record::HistoryId call = 0;  // of the task whose call is out
    net::Timer due;
    net::Timer deadline;
  };

  [[nodiscard]] auto world(Open const& open) -> interpreter::World;
  void invoke(Open& open, record::JournalEvent const& scheduled);
  void returned(EntityId id, integrations::CallResult const& result);
  // Arms the timer of what the test waits for, or answers.
  void go_on(std::unique_ptr<Open> open);
  template <typename Act>
  void take_up(EntityId id, Act act);

  net::EventLoop& loop_;
  ExpressParts const& parts_;
  SeededRandom random_;
  std::map<EntityId, std::unique_ptr<Open>> open_;
};

auto StateTests::Runner::world(Open const& open) -> interpreter::World {
  return {.now = parts_.clock.now(),
          .random = random_,
          .tokens = open.tokens,
          .region = parts_.options.region,
          .time_scale = parts_.options.time_scale};
}

void StateTests::Runner::run(interpreter::TestedState tested, OnAnswer<Tested> done) {
  if (open_.size() >= kOpenMax)
    return done(std::unexpected(Refusal{"ThrottlingException", "Rate exceeded"}));
  auto open = std::make_unique<Open>(random_.next_entity_id(), parts_.secret);
  open->test = std::make_unique<StateTest>(std::move(tested));
  open->done = std::move(done);
  open->test->enter(world(*open));
  auto const* const scheduled = open->test->open_task();
  auto& entered = *open;
  if (!entered.test->end())
    entered.deadline = loop_.run_after(
        std::chrono::seconds(limits::kStateTestSeconds),
        [this, id = entered.id] { take_up(id, [](Open& late) { late.test->give_up(); }); });
  if (scheduled != nullptr) invoke(entered, *scheduled);
  go_on(std::move(open));
}

void StateTests::Runner::invoke(Open& open, record::JournalEvent const& scheduled) {
  auto const& fact = std::get<record::TaskScheduled>(scheduled.fact);
  CallContext const context{.secret = parts_.secret,
                            .place = {.partition = 0, .id = open.id},
                            .execution_arn = open.test->tested().execution.arn,
                            .trace_header = {},
                            .account = parts_.options.account};
  open.call = scheduled.first_history_id;
  parts_.connector.invoke(
      make_call(fact, open.call, open.test->text(fact.parameters), context),
      [this, &loop = loop_, id = open.id](integrations::CallResult result) {
        loop.post([this, id, result = std::move(result)] { returned(id, result); });
      });
}

void StateTests::Runner::returned(EntityId id, integrations::CallResult const& result) {
  take_up(id, [&](Open& open) {
    open.call = 0;
    auto const command = returned_command(0, result);
    if (auto const* ok = std::get_if<record::CallSucceeded>(&command))
      return open.test->task_succeeded(world(open), ok->output);
    auto const& failed = std::get<record::CallFailed>(command);
    open.test->task_failed(world(open), failed.how, interpreter::Failure::from(failed.error));
  });
}

template <typename Act>
void StateTests::Runner::take_up(EntityId id, Act act) {
  auto node = open_.extract(id);
  if (!node) return;  // it has ended
  act(*node.mapped());
  go_on(std::move(node.mapped()));
}

void StateTests::Runner::go_on(std::unique_ptr<Open> open) {
  if (open->test->end()) {
    if (open->call != 0) parts_.connector.cancel({open->id, open->call});
    auto done = std::move(open->done);
    auto test = std::move(open->test);
    open.reset();
    return done(std::move(test));
  }
  auto const id = open->id;
  if (auto const due = open->test->due())
    open->due = loop_.run_after(
        std::clamp(*due - parts_.clock.now(), Milliseconds{0},
                   Milliseconds{std::chrono::seconds(limits::kStateTestSeconds)}),
        [this, id] { take_up(id, [this](Open& at) { at.test->time_came(world(at)); }); });
  open_.insert_or_assign(id, std::move(open));
}

StateTests::StateTests(net::EventLoops& loops, ExpressParts parts, Random& seed)
    : parts_(std::move(parts)) {
  for (std::size_t i = 0; i < loops.size(); ++i)
    runners_.push_back(std::make_unique<Runner>(loops.at(i), parts_, seed.next_u64()));
}

StateTests::~StateTests() = default;

void StateTests::run(interpreter::TestedState tested, OnAnswer<Tested> done) {
  auto const* const current = net::EventLoop::current();
  auto const at = std::ranges::find_if(
      runners_, [&](auto const& runner) { return &runner->loop() == current; });
  if (at != runners_.end()) return (*at)->run(std::move(tested), std::move(done));
  auto& runner = *runners_.front();
  runner.loop().post([&runner, tested = std::move(tested), done = std::move(done)]() mutable {
    runner.run(std::move(tested), std::move(done));
  });
}

}  // namespace treadle::runtime
