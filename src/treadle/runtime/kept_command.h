// A command that outlives what it views.
#pragma once

#include "treadle/json/arena.h"
#include "treadle/record/command.h"

namespace treadle::runtime {

class KeptCommand {
 public:
  explicit KeptCommand(record::Command const& command);
  [[nodiscard]] auto command() const -> record::Command const& { return command_; }

 private:
  json::Arena arena_;  // its blocks stay where they are when the arena is moved
  record::Command command_;
};

}  // namespace treadle::runtime
