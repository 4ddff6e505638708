// aws_lambda_function to a local function.
#pragma once

#include <filesystem>

#include "treadle/import/project_writer.h"
#include "treadle/import/terraform/configuration.h"

namespace treadle::import::terraform {

// What an aws_lambda_function block tells of the function named after its label. It has a runtime
// only if treadle can run it: nodejs* or python*, with a handler and code in a folder below or
// beside `folder` (through data.archive_file, or `filename` itself). Cannot fail: what can't be
// told is left out, with a warning or a remark.
[[nodiscard]] auto import_function(Configuration& configuration, Block const& block,
                                   Instance const& instance, std::filesystem::path const& folder)
    -> ImportedFunction;

}  // namespace treadle::import::terraform
