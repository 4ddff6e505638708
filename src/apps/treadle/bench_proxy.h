// Executions by decide() alone, in memory: what the interpreter costs without a runtime around it.
#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include "treadle/asl/model.h"
#include "treadle/base/random.h"
#include "treadle/json/arena.h"
#include "treadle/record/command.h"

namespace treadle::app {

// Runs executions one after the other in one arena.
class ProxyRun {
 public:
  // Both outlive it.
  ProxyRun(std::string_view definition, std::string_view event);

  // The size of the output, so that nothing is left out. Ends the process unless the execution
  // succeeds with so many journal events.
  auto run(std::size_t events) -> std::size_t;

 private:
  std::string_view event_;
  asl::DefinitionPtr definition_;
  json::Arena arena_;
  SeededRandom random_{1};
  std::vector<record::JournalEvent> events_;
};

// CPU nanoseconds of one call of `work`, which is called for so long.
[[nodiscard]] auto cpu_ns(double seconds, std::function<std::size_t()> const& work) -> double;

}  // namespace treadle::app
