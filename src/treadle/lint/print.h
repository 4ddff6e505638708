// Findings as text, JSON and SARIF.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "treadle/lint/report.h"

namespace treadle::lint {

struct FileFindings {
  std::string file;  // as the user named it
  std::vector<Finding> findings;
};

// "FILE:LINE:COLUMN: LEVEL: MESSAGE [CODE]", a line each, as compilers do.
[[nodiscard]] auto to_text(std::span<FileFindings const> files) -> std::string;

// {"findings":[{"file","line","column","level","code","message","location"}]}
[[nodiscard]] auto to_json(std::span<FileFindings const> files) -> std::string;

// Source: SARIF 2.1.0 (OASIS).
[[nodiscard]] auto to_sarif(std::span<FileFindings const> files) -> std::string;

}  // namespace treadle::lint
