// The files of a Terraform module on disk.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "treadle/base/result.h"
#include "treadle/import/terraform/configuration.h"

namespace treadle::import::terraform {

// What `path` holds: one .tf file, or all .tf files of a folder; and of that folder
// terraform.tfvars and
// *.auto.tfvars, each in the order of their names. An error is one line that names the file.
[[nodiscard]] auto read_input_files(std::filesystem::path const& path)
    -> Result<Inputs, std::string>;

// The folder that relative paths in `path` start from.
[[nodiscard]] auto folder_of(std::filesystem::path const& path) -> std::filesystem::path;

// Reads files for file() and templatefile(), relative to `folder`.
[[nodiscard]] auto read_below(std::filesystem::path folder) -> ReadFile;

}  // namespace treadle::import::terraform
