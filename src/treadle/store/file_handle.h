// FileHandle: owns a file descriptor.
#pragma once

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

}  // namespace treadle::store
