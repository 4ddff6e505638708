// What `treadle.yaml` in a project's folder says: state machines, and functions that run on this
// machine. The format: docs/treadle-yaml.md.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "treadle/asl/model.h"
#include "treadle/base/result.h"

namespace treadle::import {

inline constexpr std::string_view kProjectFile = "treadle.yaml";
inline constexpr std::string_view kDefaultRoleArn = "arn:aws:iam::123456789012:role/treadle";

using Pairs = std::vector<std::pair<std::string, std::string>>;  // as written, names unique

struct LoggingConfiguration {
  std::string level = "OFF";  // ALL, ERROR, FATAL or OFF
  bool include_execution_data = false;
  std::string log_group_arn;  // as written, ":*" at its end included; may be empty
  friend bool operator==(LoggingConfiguration const&, LoggingConfiguration const&) = default;
};

struct StateMachine {
  std::string name;
  std::string place;       // of its entry: "FILE:LINE:COLUMN"
  std::string definition;  // the text of the file, to the byte
  asl::MachineType type = asl::MachineType::kStandard;
  std::string role_arn = std::string(kDefaultRoleArn);
  std::optional<LoggingConfiguration> logging;
  bool is_tracing_enabled = false;
  Pairs tags;
};

enum class FunctionRuntime : std::uint8_t { kNodejs, kPython, kCommand, kHttp };

struct Function {
  std::string name;
  // None: the function isn't run here but invoked at the Lambda endpoint.
  std::optional<FunctionRuntime> runtime;
  std::string handler;         // "file.export" of kNodejs, "module.function" of kPython
  std::string command;         // of kCommand, for /bin/sh -c
  std::string url;             // of kHttp
  std::filesystem::path code;  // folder, absolute; the project's own where none is named
  Pairs environment;
  std::optional<std::chrono::seconds> timeout;
  std::optional<std::uint32_t> memory_mb;
};

struct Project {
  std::vector<StateMachine> state_machines;  // as written
  std::vector<Function> functions;           // as written
};

// The project in `folder`, definitions read. An error is one line, "FILE:LINE:COLUMN: what was
// expected" or "FILE: why it can't be read". Nothing is validated but the form; definitions are
// not.
[[nodiscard]] auto load_project(std::filesystem::path const& folder)
    -> Result<Project, std::string>;

// A state machine's name: 1 to 80 letters, digits, '-' and '_', so that it is a file's name too.
// Source: API reference, CreateStateMachine.
[[nodiscard]] auto is_machine_name(std::string_view name) -> bool;

// "nodejs", "python", "command", "http".
[[nodiscard]] auto runtime_name(FunctionRuntime runtime) -> std::string_view;

}  // namespace treadle::import
