// A file of cases, read and checked against its state machine.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "treadle/base/result.h"
#include "treadle/scenario/machine_source.h"
#include "treadle/scenario/suite.h"

namespace treadle::scenario {

// A YAML file; the format: docs/testing.md. An error is "FILE:LINE:COLUMN: why", or names the other
// file that is wrong.
[[nodiscard]] auto read_suite(std::filesystem::path const& file) -> Result<Suite, std::string>;

// What a MockConfigFile.json asks for, a suite a state machine: each test case, which has only to
// end. `machines` say where state machines are, by name; others are NAME.asl.json beside the file.
struct MockConfigOptions {
  std::vector<MachineSource> machines;
  std::string input = "{}";  // JSON, of every case
};
[[nodiscard]] auto read_mock_config_suites(std::filesystem::path const& file,
                                           MockConfigOptions const& options)
    -> Result<std::vector<Suite>, std::string>;

}  // namespace treadle::scenario
