// MockConfigFile.json, the mocks of Step Functions Local.
// Source: Step Functions Developer Guide, "Configuration file for mocked service integrations".
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "treadle/base/result.h"
#include "treadle/scenario/suite.h"

namespace treadle::scenario {

// A test case of a state machine, with its mocks.
struct MockedCase {
  std::string name;
  std::string place;                                                // "FILE:LINE:COLUMN"
  std::vector<std::pair<std::string, std::string>> place_of_state;  // likewise, in order of mocks
  std::vector<Mock> mocks;                                          // as written
};

struct MockedMachine {
  std::string name;
  std::vector<MockedCase> cases;
};

// All of the file. The responses of a state are numbered by its calls from 0, without gaps. An
// error is "FILE:LINE:COLUMN: why", or "FILE: why".
[[nodiscard]] auto read_mock_config(std::filesystem::path const& file)
    -> Result<std::vector<MockedMachine>, std::string>;

// That `machine` has the Task states of the case.
[[nodiscard]] auto check_states(MockedCase const& mocked, Machine const& machine)
    -> Result<void, std::string>;

}  // namespace treadle::scenario
