// The mocks and expectations of a case, out of its YAML.
#pragma once

#include <vector>

#include "treadle/scenario/node_reader.h"
#include "treadle/scenario/suite.h"

namespace treadle::scenario {

// The value of `mocks`: answers by the names of Task states.
[[nodiscard]] auto read_mocks(NodeReader const& reader, Node const& node, Machine const& machine)
    -> Read<std::vector<Mock>>;

// The value of `expect`. What names a state must name one of `machine`.
[[nodiscard]] auto read_expectation(NodeReader const& reader, Node const& node,
                                    Machine const& machine) -> Read<Expectation>;

}  // namespace treadle::scenario
