// One Express execution: the engine's functions over a state and an arena in memory.
//
// Its payloads stay in the arena and go with it. What a long execution no longer refers to is given
// back on the way, so that its memory is bounded by what is alive, not by how long it runs.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "treadle/interpreter/execution_state.h"
#include "treadle/interpreter/world.h"
#include "treadle/json/arena.h"
#include "treadle/record/command.h"
#include "treadle/record/payload_table.h"
#include "treadle/runtime/express_start.h"

namespace treadle::runtime {

class ExpressExecution {
 public:
  explicit ExpressExecution(ExpressStart&& start);
  ExpressExecution(ExpressExecution const&) = delete;
  auto operator=(ExpressExecution const&) -> ExpressExecution& = delete;

  // Begins again with another execution, in the memory of this one.
  void restart(ExpressStart&& start);
  // Whether its memory is worth keeping for another.
  [[nodiscard]] auto is_small() const -> bool;

  // Of input that nobody has checked: takes it in, before the start is decided. False: it is not JSON.
  [[nodiscard]] auto read_input() -> bool;

  // The command that begins it.
  [[nodiscard]] auto start_command() const -> record::StartExecution;
  void decide(record::Command const& command, interpreter::World& world,
              std::vector<record::JournalEvent>& events);
  // The same on a loop, for `most`. False if that is not enough: then nothing has happened. `before` is
  // room for what takes it back.
  [[nodiscard]] auto decide_within(std::chrono::milliseconds most, record::Command const& command,
                                   interpreter::World& world, interpreter::Progress& before,
                                   std::vector<record::JournalEvent>& events) -> bool;

  // Whether so much was made that what the state does not refer to should be given back.
  [[nodiscard]] auto wants_trim() -> bool;
  // Does that. Ends the life of every view into the arena: events that were decided before must have
  // been used.
  void trim();

  [[nodiscard]] auto start() const -> ExpressStart const& { return start_; }
  [[nodiscard]] auto state() const -> interpreter::ExecutionState const& { return state_; }
  [[nodiscard]] auto payloads() -> record::PayloadTable& { return payloads_; }
  [[nodiscard]] auto arena() -> json::Arena& { return arena_; }
  // Of an execution that is over; its output is printed for those who want it.
  enum class Output : std::uint8_t { kIncluded, kLeftOut };
  [[nodiscard]] auto end(Output output = Output::kIncluded) -> ExpressEnd;

 private:
  [[nodiscard]] auto live_payloads() const -> std::vector<record::PayloadId>;

  ExpressStart start_;
  interpreter::ExecutionState state_;
  json::Arena arena_;
  record::PayloadTable payloads_{arena_};
  record::PayloadId input_;  // where read_input() took it in
  // By ascending id: the payloads that outlived the last trim().
  std::vector<std::pair<record::PayloadId, std::string>> kept_;
  std::size_t trim_at_ = 0;
  std::size_t memory_bytes_ = 0;
};

}  // namespace treadle::runtime
