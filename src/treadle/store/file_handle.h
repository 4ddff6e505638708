// FileHandle: owns a file descriptor; and what is done with one in more than one place.
#pragma once

#include <filesystem>
#include <string_view>
#include <unistd.h>
#include <utility>

namespace treadle::store {

class FileHandle {
 public:
  FileHandle() = default;
  explicit FileHandle(int descriptor) : descriptor_(descriptor) {}
  FileHandle(FileHandle&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  auto operator=(FileHandle&& other) noexcept -> FileHandle& {
    reset(std::exchange(other.descriptor_, -1));
    return *this;
  }
  ~FileHandle() { reset(); }

  [[nodiscard]] auto get() const -> int { return descriptor_; }
  [[nodiscard]] explicit operator bool() const { return descriptor_ >= 0; }

  void reset(int descriptor = -1) {
    if (descriptor_ >= 0) ::close(descriptor_);
    descriptor_ = descriptor;
  }

 private:
  int descriptor_ = -1;
};

// Writes all of `bytes` where the file stands. False, with errno, when the system refuses.
[[nodiscard]] auto write_all(int descriptor, std::string_view bytes) -> bool;
// Makes the names in a directory durable. False, with errno.
[[nodiscard]] auto sync_names(std::filesystem::path const& directory) -> bool;

}  // namespace treadle::store
