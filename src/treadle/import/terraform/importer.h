// Terraform to a project: aws_sfn_state_machine and aws_lambda_function.
// Source: Terraform AWS provider documentation, resources of these names.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "treadle/import/project_writer.h"
#include "treadle/import/terraform/configuration.h"
#include "treadle/import/terraform/source.h"

namespace treadle::import::terraform {

enum class Verdict : std::uint8_t {
  kOk,                 // there may be warnings
  kInvalidDefinition,  // a state machine's definition does not validate
  kUnreadable,         // the Terraform itself is wrong, or asks for what isn't known
};

struct ImportOutcome {
  ImportedProject project;        // complete only when the verdict is kOk
  std::vector<Problem> problems;  // warnings of the evaluation, then everything else as it came up
  Verdict verdict = Verdict::kOk;
};

// Everything that `inputs` declare. `folder` is the configuration's, from which code paths start.
// State machines are called by their `name`, functions by their resource's label; a function that
// is only referred to has no runtime. A definition made by jsonencode is laid out for reading, any
// other text is kept to the byte. Each definition is validated; what validation says is a problem
// at its resource.
[[nodiscard]] auto import_terraform(Sources& sources, Inputs inputs, ReadFile read_file,
                                    std::filesystem::path const& folder) -> ImportOutcome;

}  // namespace treadle::import::terraform
