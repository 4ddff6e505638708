// Terraform to a project: aws_sfn_state_machine and aws_lambda_function.
// Source: Terraform AWS provider documentation, resources of these names.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "treadle/import/project_writer.h"
#include "treadle/import/terraform/configuration.h"
#include "treadle/import/terraform/source.h"

namespace treadle::import::terraform {

struct ImportOutcome {
  ImportedProject project;        // complete only when has_error is false
  std::vector<Problem> problems;  // errors and warnings, in the order in which they came up
  bool has_error = false;
};

// Everything that `inputs` declare. `folder` is the configuration's, from which code paths start. State
// machines are called by their `name`, functions by their resource's label; a function that is only
// referred to has no runtime. A definition made by jsonencode is laid out for reading, any other text is
// kept to the byte. Each definition is validated; what validation says is a problem at its resource.
[[nodiscard]] auto import_terraform(Sources& sources, Inputs inputs, ReadFile read_file,
                                    std::filesystem::path const& folder) -> ImportOutcome;

}  // namespace treadle::import::terraform
