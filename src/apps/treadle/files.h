// Files and inputs as the commands name them.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace treadle::app {

// The bytes of a file; "-" is standard input. nullopt if it can't be read.
[[nodiscard]] auto read_file(std::string const& path) -> std::optional<std::string>;

// An --input argument: JSON as it stands, "@FILE", or "-". An error is for the user.
struct Input {
  std::optional<std::string> json;
  std::string error;
};
[[nodiscard]] auto read_input(std::string const& argument) -> Input;

// Parses a command's arguments. nullopt: go on; else the exit status (help was
// printed, or an error).
[[nodiscard]] auto parse_arguments(CLI::App& app, std::vector<std::string> arguments)
    -> std::optional<int>;

}  // namespace treadle::app
