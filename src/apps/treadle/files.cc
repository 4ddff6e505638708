#include "apps/treadle/files.h"

#include <algorithm>
#include <fstream>
#include <iostream>
#include <sstream>
#include <utility>

#include <CLI/CLI.hpp>

#include "apps/treadle/command.h"
#include "treadle/json/arena.h"
#include "treadle/json/parse.h"

namespace treadle::app {

auto read_file(std::string const& path) -> std::optional<std::string> {
  std::ostringstream text;
  if (path == "-") {
    text << std::cin.rdbuf();
    return std::move(text).str();
  }
  std::ifstream in(path, std::ios::binary);
  if (!in) return std::nullopt;
  // Reading a directory fails here, and so does an empty file, which is fine.
  if (in.peek() != std::ifstream::traits_type::eof()) text << in.rdbuf();
  if (in.bad() || text.bad()) return std::nullopt;
  return std::move(text).str();
}

auto read_input(std::string const& argument) -> Input {
  Input input;
  bool const from_file = argument.starts_with('@') || argument == "-";
  auto const path = argument.starts_with('@') ? argument.substr(1) : argument;
  input.json = from_file ? read_file(path) : argument;
  if (!input.json) {
    input.error = "can't read " + path;
    return input;
  }
  json::Arena arena;
  if (auto const parsed = json::parse(arena, *input.json); !parsed) {
    input.error = "the input is not JSON: " + parsed.error().to_string();
    input.json.reset();
  }
  return input;
}

auto parse_arguments(CLI::App& app, std::vector<std::string> arguments) -> std::optional<int> {
  std::ranges::reverse(arguments);
  try {
    app.parse(arguments);
  } catch (CLI::ParseError const& error) {
    return app.exit(error) == 0 ? kOk : kUsage;
  }
  return std::nullopt;
}

}  // namespace treadle::app
