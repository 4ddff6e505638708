// Which answer of a case's mocks a call gets.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "treadle/base/result.h"
#include "treadle/json/value.h"
#include "treadle/scenario/suite.h"

namespace treadle::scenario {

// Uses answers up as calls are made; for one execution.
class Script {
 public:
  // `mocks` outlives the script.
  explicit Script(std::vector<Mock> const& mocks);

  struct Call {
    std::string_view state;
    std::span<std::uint32_t const> iterations;  // of the Maps around, the outermost first
    json::Value arguments;
  };
  // The first answer that fits and is left; or, for the user, that there is none and what to do.
  [[nodiscard]] auto answer(Call const& call) -> Result<Answer const*, std::string>;

 private:
  struct Entry {
    Mock const* mock;
    std::vector<std::uint32_t> used;  // calls, by answer
    std::uint32_t calls = 0;
  };
  std::map<std::string_view, Entry> entries_;
};

}  // namespace treadle::scenario
