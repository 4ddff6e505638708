// Where a region is: in a state, and inside of it where it is a Parallel or Map.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "treadle/asl/model.h"

namespace treadle::saga {

// A branch by its place among those that are followed, the outermost container's first; empty: the region itself.
using PositionPath = std::vector<std::uint16_t>;

struct Position {
  asl::StateIndex state;  // a Task here runs
  bool has_ended = false;
  std::vector<std::uint8_t> retries;  // of a container, by retrier
  std::vector<Position> inner;        // the branches of a container that are followed

  [[nodiscard]] auto at(PositionPath const& path) -> Position& {
    auto* here = this;
    for (auto const i : path) here = &here->inner[i];
    return *here;
  }
  void append_key(std::string& out) const {
    auto const add = [&](std::uint64_t number) {
      for (int i = 0; i < 3; ++i, number >>= 8U) out += static_cast<char>(number & 0xFFU);
    };
    if (has_ended) {
      out += '\xFF';
      return;
    }
    out += static_cast<char>(retries.size());
    add(state.value());
    for (auto const n : retries) out += static_cast<char>(n);
    add(inner.size());
    for (auto const& branch : inner) branch.append_key(out);
  }
};

}  // namespace treadle::saga
