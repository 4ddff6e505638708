// Builds StoreErrors that name the place, the operating system's words and the way out.
#pragma once

#include <cerrno>
#include <expected>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>

#include "treadle/store/store.h"

namespace treadle::store {

[[nodiscard]] inline auto store_error(StoreError::Kind kind, std::string message)
    -> std::unexpected<StoreError> {
  return std::unexpected(StoreError{kind, std::move(message)});
}

// "PATH: can't DOING: No space left on device; FIX", of `number` (an errno).
[[nodiscard]] auto system_error(std::filesystem::path const& path, std::string_view doing,
                                int number) -> std::unexpected<StoreError>;

}  // namespace treadle::store
