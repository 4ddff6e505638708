// Starts one child process that can neither outlive this one nor leave anything behind.
#pragma once

#include <expected>
#include <string>
#include <sys/types.h>
#include <utility>
#include <vector>

namespace treadle::integrations::functions {

// An open file descriptor and the duty to close it.
class FileDescriptor {
 public:
  FileDescriptor() = default;
  explicit FileDescriptor(int fd) : fd_(fd) {}
  FileDescriptor(FileDescriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  auto operator=(FileDescriptor&& other) noexcept -> FileDescriptor&;
  ~FileDescriptor() { reset(); }
  void reset();
  [[nodiscard]] auto get() const -> int { return fd_; }  // -1: none
  [[nodiscard]] auto is_open() const -> bool { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

struct ProcessSpec {
  std::vector<std::string> arguments;    // the first is looked up in PATH; at least one
  std::vector<std::string> environment;  // "NAME=value"
  std::string directory;                 // to start in; empty: this process's
};

struct SpawnedProcess {
  pid_t pid = -1;         // leader of its own process group; to be reaped by the caller
  FileDescriptor pidfd;   // readable once it has ended
  FileDescriptor input;   // to its standard input
  FileDescriptor output;  // from its standard output
  FileDescriptor errors;  // from its standard error
};  // our ends do not block

// The child is killed when the calling thread ends, which must therefore live as long as the child.
// It gets default signal handlers, an empty signal mask and no descriptors but the three. Fails
// with a text for people ("node: No such file or directory"). Blocks for as long as execve takes.
[[nodiscard]] auto spawn(ProcessSpec const& spec) -> std::expected<SpawnedProcess, std::string>;

}  // namespace treadle::integrations::functions
