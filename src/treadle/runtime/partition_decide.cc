// Partition: how a command is decided, on its loop or, where that takes long, in the slow lane.
//
// decide() is a function of what it is given: one that takes too long on the loop is stopped, what it
// did to the state is taken back, and the lane does it all again while the loop goes on with other
// executions.

#include <utility>

#include "treadle/base/random.h"
#include "treadle/interpreter/decide.h"
#include "treadle/runtime/kept_command.h"
#include "treadle/runtime/partition.h"
#include "treadle/runtime/slow_lane.h"
#include "treadle/runtime/tokens.h"
#include "treadle/runtime/turn.h"

namespace treadle::runtime {

using record::Reply;

// Belongs to the lane's thread from the moment it is queued until it is posted back.
struct Partition::SlowDecision {
  SlowDecision(LiveExecution& decided, record::Command const& stopped, MakeAnswer make_answer,
               std::uint64_t seed, Partition& partition)
      : live(decided),
        command(stopped),
        answer(std::move(make_answer)),
        random(seed),
        tokens(partition.parts_.store.secret(), decided.place),
        payloads(decided.payload_table(arena, partition.parts_.store)),
        world(partition.world(decided, tokens, random, nullptr)) {}

  LiveExecution& live;  // stays in memory while it is away
  KeptCommand command;
  MakeAnswer answer;
  SeededRandom random;  // the loop's own is not shared
  ExecutionTokens tokens;
  json::Arena arena;
  std::vector<record::JournalEvent> events;
  record::PayloadTable payloads;
  interpreter::World world;
  Reply reply = Reply::kDone;
};

auto Partition::world(LiveExecution const& live, interpreter::TokenMint const& tokens,
                      Random& random, interpreter::Turn* turn) const -> interpreter::World {
  return {.now = parts_.clock.now(),
          .random = random,
          .tokens = tokens,
          .region = parts_.options.region,
          .time_scale = parts_.options.time_scale,
          .history_events_max = parts_.options.history_events_max,
          .turn = turn,
          .way_back = live.way_back.get()};
}

void Partition::decide(LiveExecution& live, record::Command const& command, MakeAnswer answer) {
  scratch_.arena.reset();
  scratch_.events.clear();
  auto payloads = live.payload_table(scratch_.arena, parts_.store);
  ExecutionTokens const tokens(parts_.store.secret(), live.place);
  LoopTurn turn(parts_.options.turn_most);
  find_way_back(live, command);
  auto env = world(live, tokens, random_, &turn);
  auto before = static_cast<interpreter::Progress const&>(live.state);
  auto const reply =
      interpreter::decide(live.state, *live.definition, command, env, payloads, scratch_.events);
  if (turn.was_stopped()) {
    static_cast<interpreter::Progress&>(live.state) = std::move(before);
    return decide_slowly(live, command, std::move(answer));
  }
  conclude(live, payloads, command, reply, std::move(answer));
  evict_idle();
}

void Partition::decide_slowly(LiveExecution& live, record::Command const& command,
                              MakeAnswer answer) {
  live.is_away = true;
  auto decision =
      std::make_unique<SlowDecision>(live, command, std::move(answer), random_.next_u64(), *this);
  parts_.slow_lane.run(
      [this, decision = std::move(decision)](std::atomic<bool> const& gives_up) mutable {
        SlowTurn turn(gives_up);
        auto& d = *decision;
        d.world.turn = &turn;
        d.reply = interpreter::decide(d.live.state, *d.live.definition, d.command.command(),
                                      d.world, d.payloads, d.events);
        if (gives_up) return;
        loop_.post([this, decision = std::move(decision)] { take_back(*decision); });
      });
}

void Partition::take_back(SlowDecision& decision) {
  auto& live = decision.live;
  live.is_away = false;
  auto waiting = std::exchange(live.waiting, {});
  scratch_.events = std::move(decision.events);
  conclude(live, decision.payloads, decision.command.command(), decision.reply,
           std::move(decision.answer));
  for (auto& next : waiting) next();  // may send it away again
  evict_idle();
}

void Partition::conclude(LiveExecution& live, record::PayloadTable& payloads,
                         record::Command const& command, Reply reply, MakeAnswer make_answer) {
  auto answer = make_answer(live, reply);
  if (reply == Reply::kHeartbeat)
    move_heartbeat(live, std::get<record::TokenHeartbeat>(command).scheduled, std::move(answer));
  else if (scratch_.events.empty())
    answer_when_durable(live, std::move(answer));
  else
    commit(live, payloads, command, std::move(answer));
}

}  // namespace treadle::runtime
