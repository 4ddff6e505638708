// approvals.yaml: from its text to Settings. The format: docs/approvals.md.
#pragma once

#include <optional>
#include <string>

#include "treadle/approvals/settings.h"
#include "treadle/base/result.h"
#include "treadle/import/yaml.h"

namespace treadle::approvals {

struct SettingsFile {
  Settings settings;
  // What stands under `channels:`, for the channels to read; absent where there is none. Their
  // errors are formed by error_at().
  std::optional<import::yaml::Node> channels;
  std::string file;  // its name, for messages
};

// `text` is the whole file. An error is one line: "FILE:LINE:COLUMN: what was expected". What it
// does not know is refused, with the names it knows.
[[nodiscard]] auto read_settings(std::string const& text, std::string file)
    -> Result<SettingsFile, std::string>;

// The same where the settings stand in another file, under `approvals:` there.
[[nodiscard]] auto read_settings(import::yaml::Node const& node, std::string file)
    -> Result<SettingsFile, std::string>;

// "FILE:LINE:COLUMN: problem".
[[nodiscard]] auto error_at(std::string const& file, import::yaml::Node const& node,
                            std::string const& problem) -> std::string;

}  // namespace treadle::approvals
