// One Express execution: the engine's functions over a state and an arena in memory.
//
// Its payloads stay in the arena and go with it. What a long execution no longer refers to is given
// back on the way, so that its memory is bounded by what is alive, not by how long it runs.
#pragma once

#include <chrono>
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
  explicit ExpressExecution(ExpressStart start);
  ExpressExecution(ExpressExecution const&) = delete;
  auto operator=(ExpressExecution const&) -> ExpressExecution& = delete;

  // The command that begins it.
  [[nodiscard]] auto start_command() const -> record::StartExecution;
  void decide(record::Command const& command, interpreter::World& world,
              std::vector<record::JournalEvent>& events);
  // The same on a loop, for `most`. False if that is not enough: then nothing has happened.
  [[nodiscard]] auto decide_within(std::chrono::milliseconds most, record::Command const& command,
                                   interpreter::World& world,
                                   std::vector<record::JournalEvent>& events) -> bool;

  // Gives back what the state does not refer to, once that is worth it. Ends the life of every view
  // into the arena: events that were decided before must have been used.
  void trim();

  [[nodiscard]] auto start() const -> ExpressStart const& { return start_; }
  [[nodiscard]] auto state() const -> interpreter::ExecutionState const& { return state_; }
  [[nodiscard]] auto payloads() -> record::PayloadTable& { return *payloads_; }
  // Of an execution that is over.
  [[nodiscard]] auto end() -> ExpressEnd;

 private:
  [[nodiscard]] auto live_payloads() const -> std::vector<record::PayloadId>;

  ExpressStart start_;
  interpreter::ExecutionState state_;
  json::Arena arena_;
  std::optional<record::PayloadTable> payloads_;
  // By ascending id: the payloads that outlived the last trim().
  std::vector<std::pair<record::PayloadId, std::string>> kept_;
  std::size_t trim_at_;
  std::size_t memory_bytes_ = 0;
};

}  // namespace treadle::runtime
