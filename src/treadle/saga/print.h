// A report of the checker for people, for programs, and as a graph.
#pragma once

#include <cstdint>
#include <string>

#include "treadle/asl/model.h"
#include "treadle/saga/check.h"

namespace treadle::saga {

enum class Colour : std::uint8_t { kNone, kAnsi };

[[nodiscard]] auto to_text(CheckReport const& report, Colour colour) -> std::string;

// {"verdict", "counterexamples": [{"property", "step", "summary", "path": [{"state", "outcome", "changes"}], "ledger",
// "end"}], "unknown", "ends", "assumptions", "explored": {"states", "ms"}}, indented, with a line feed.
[[nodiscard]] auto to_json(CheckReport const& report, std::uint64_t ms) -> std::string;

// The state machine as a graph; states and ways of the counterexamples are marked. With an empty report: just the graph.
enum class GraphFormat : std::uint8_t { kDot, kMermaid };
[[nodiscard]] auto to_graph(asl::Definition const& definition, Roles const& roles,
                            CheckReport const& report, GraphFormat format) -> std::string;

}  // namespace treadle::saga
