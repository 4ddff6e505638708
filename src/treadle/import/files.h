// Whole files, read and written.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

#include "treadle/base/result.h"

namespace treadle::import {

// The content of a regular file of at most `bytes_max` bytes, or "PATH: why there is none".
[[nodiscard]] auto read_file(std::filesystem::path const& path, std::size_t bytes_max)
    -> Result<std::string, std::string>;

// Replaces a file by way of a second one beside it, so that it is the old or the new one, never
// half.
[[nodiscard]] auto write_file(std::filesystem::path const& path, std::string_view text)
    -> Result<void, std::string>;

}  // namespace treadle::import
