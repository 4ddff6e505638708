// The bytes of objects and parts: files under names that say nothing, written whole or not at all.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "treadle/targets/message.h"

namespace treadle::targets {

struct ByteRange {
  std::uint64_t first = 0;
  std::uint64_t size = 0;
};

// One thread. What fails (a full disk) gives nullopt and leaves no file.
class S3Files {
 public:
  S3Files(std::filesystem::path folder, Scope scope)
      : folder_(std::move(folder)), scope_(std::move(scope)) {}

  // The bytes are on disk when they return the new name; the name is once sync() was called.
  [[nodiscard]] auto write(std::string_view bytes) -> std::optional<std::string>;
  [[nodiscard]] auto join(std::vector<std::string> const& names) -> std::optional<std::string>;
  // Brings the names that are new to the disk, many at once.
  [[nodiscard]] auto sync() -> bool;
  [[nodiscard]] auto read(std::string_view name, ByteRange range) const
      -> std::optional<std::string>;
  void remove(std::string_view name) const;
  // Every name that is there, unfinished ones included.
  [[nodiscard]] auto names() const -> std::vector<std::string>;

 private:
  std::filesystem::path folder_;
  Scope scope_;
  bool has_new_names_ = false;
};

}  // namespace treadle::targets
