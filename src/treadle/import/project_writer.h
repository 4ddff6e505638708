// Writes what an import found: definitions beside a `treadle.yaml`. Format: docs/treadle-yaml.md.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "treadle/base/result.h"
#include "treadle/import/project.h"

namespace treadle::import {

struct ImportedFunction {
  Function function;
  std::string remark;  // for whoever fills in what is missing; one line, may be empty
};

struct ImportedProject {
  std::vector<StateMachine> state_machines;
  std::vector<ImportedFunction> functions;
};

// Makes `folder` where it is missing and writes NAME.asl.json for every state machine, then
// treadle.yaml. What treadle.yaml already says stays as it is, to the byte: other state machines,
// other functions, and each function that has settings; only state machines that are imported
// again, and functions without settings, are replaced. Gives the files written, treadle.yaml last,
// or "FILE: why not".
[[nodiscard]] auto write_project(std::filesystem::path const& folder,
                                 ImportedProject const& project)
    -> Result<std::vector<std::filesystem::path>, std::string>;

// The text of treadle.yaml after an import into a folder where it was `existing` (empty: there was
// none). Function code is named relative to `folder`. Refused when `existing` is no YAML of that
// form.
[[nodiscard]] auto merge_project_text(std::string const& existing, ImportedProject const& project,
                                      std::filesystem::path const& folder)
    -> Result<std::string, std::string>;

}  // namespace treadle::import
