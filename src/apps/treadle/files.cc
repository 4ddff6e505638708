#include "apps/treadle/files.h"

#include <algorithm>
#include <fstream>
#include <iostream>
#include <iterator>

#include <CLI/CLI.hpp>

#include "apps/treadle/command.h"
#include "treadle/json/arena.h"
#include "treadle/json/parse.h"

namespace treadle::app {

auto read_file(std::string const& path) -> std::optional<std::string> {
  if (path == "-") return std::string(std::istreambuf_iterator<char>(std::cin), {});
  std::ifstream in(path, std::ios::binary);
  std::string text(std::istreambuf_iterator<char>(in), {});
  if (!in && !in.eof()) return std::nullopt;
  if (!in.is_open()) return std::nullopt;
  return text;
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
