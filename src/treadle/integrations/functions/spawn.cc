#include "treadle/integrations/functions/spawn.h"

#include <array>
#include <cerrno>
#include <climits>
#include <cstring>
#include <fcntl.h>
#include <memory>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fmt/format.h>

// clone() by its other name: the thread sanitizer would take clone() for a fork, though the child
// here shares its memory.
// NOLINTNEXTLINE(bugprone-reserved-identifier,readability-identifier-naming)
extern "C" auto __clone(int (*main)(void*), void* stack, int flags, void* argument, ...) noexcept
    -> int;

namespace treadle::integrations::functions {
namespace {

struct Pipe {
  FileDescriptor read;
  FileDescriptor write;
};

auto make_pipe() -> std::expected<Pipe, std::string> {
  int fds[2];
  if (::pipe2(fds, O_CLOEXEC) != 0)
    return std::unexpected(fmt::format("pipe: {}", std::strerror(errno)));
  return Pipe{FileDescriptor(fds[0]), FileDescriptor(fds[1])};
}

void set_nonblocking(FileDescriptor const& fd) {
  ::fcntl(fd.get(), F_SETFL, ::fcntl(fd.get(), F_GETFL) | O_NONBLOCK);
}

// What the child needs, prepared by the parent: between clone and execve only system calls are
// allowed.
struct ChildPlan {
  std::array<int, 3> standard_fds;
  char const* directory;
  char* const* arguments;
  char* const* environment;
  pid_t parent;
  // Written by the child, whose memory is the parent's until execve.
  int error = 0;
  char const* failed_call = nullptr;
};

void reset_signals() {
  struct sigaction default_action = {};
  default_action.sa_handler = SIG_DFL;
  for (int signal = 1; signal < NSIG; ++signal) ::sigaction(signal, &default_action, nullptr);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

auto give_up(ChildPlan& plan, char const* call) -> int {
  plan.error = errno;
  plan.failed_call = call;
  ::_exit(127);
}

// Runs in the child, in the parent's memory, while the parent's thread stands still.
auto child_main(void* argument) -> int {
  auto& plan = *static_cast<ChildPlan*>(argument);
  reset_signals();
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != plan.parent) ::_exit(127);  // it died before we asked to be told
  ::setpgid(0, 0);
  for (int fd = 0; fd < 3; ++fd)
    if (::dup2(plan.standard_fds[static_cast<std::size_t>(fd)], fd) < 0)
      return give_up(plan, "dup2");
  ::close_range(3, UINT_MAX, 0);
  if (plan.directory != nullptr && ::chdir(plan.directory) != 0)
    return give_up(plan, plan.directory);
  ::execvpe(plan.arguments[0], plan.arguments, plan.environment);
  return give_up(plan, plan.arguments[0]);
}

// Shares memory with the child until it executes its program, so that the size of this process
// costs nothing; signals stay blocked meanwhile, as a handler in the child would run in our memory.
auto clone_child(ChildPlan& plan) -> pid_t {
  constexpr std::size_t kStackBytes = 256 * 1024;
  auto const stack = std::make_unique_for_overwrite<std::byte[]>(kStackBytes);
  sigset_t all;
  sigset_t before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_BLOCK, &all, &before);
  pid_t const pid =
      ::__clone(child_main, stack.get() + kStackBytes, CLONE_VM | CLONE_VFORK | SIGCHLD, &plan);
  int const error = errno;
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  errno = error;
  return pid;
}

auto c_strings(std::vector<std::string> const& texts) -> std::vector<char*> {
  std::vector<char*> out;
  out.reserve(texts.size() + 1);
  for (auto const& text : texts) out.push_back(const_cast<char*>(text.c_str()));
  out.push_back(nullptr);
  return out;
}

}  // namespace

auto FileDescriptor::operator=(FileDescriptor&& other) noexcept -> FileDescriptor& {
  if (this != &other) {
    reset();
    fd_ = std::exchange(other.fd_, -1);
  }
  return *this;
}

void FileDescriptor::reset() {
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

auto spawn(ProcessSpec const& spec) -> std::expected<SpawnedProcess, std::string> {
  auto input = make_pipe();
  auto output = make_pipe();
  auto errors = make_pipe();
  for (auto const* pipe : {&input, &output, &errors})
    if (!*pipe) return std::unexpected(pipe->error());
  auto const arguments = c_strings(spec.arguments);
  auto const environment = c_strings(spec.environment);
  ChildPlan plan{.standard_fds = {input->read.get(), output->write.get(), errors->write.get()},
                 .directory = spec.directory.empty() ? nullptr : spec.directory.c_str(),
                 .arguments = arguments.data(),
                 .environment = environment.data(),
                 .parent = ::getpid()};
  pid_t const pid = clone_child(plan);
  if (pid < 0) return std::unexpected(fmt::format("clone: {}", std::strerror(errno)));
  if (plan.failed_call != nullptr) {
    ::waitpid(pid, nullptr, 0);
    return std::unexpected(fmt::format("{}: {}", plan.failed_call, std::strerror(plan.error)));
  }
  SpawnedProcess process{pid, FileDescriptor(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))),
                         std::move(input->write), std::move(output->read), std::move(errors->read)};
  if (!process.pidfd.is_open()) {  // out of descriptors: nobody would learn of its end
    auto const reason = fmt::format("pidfd_open: {}", std::strerror(errno));
    ::kill(-pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
    return std::unexpected(reason);
  }
  for (auto const* fd : {&process.input, &process.output, &process.errors}) set_nonblocking(*fd);
  return process;
}

}  // namespace treadle::integrations::functions
