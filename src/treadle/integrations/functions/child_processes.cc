#include "treadle/integrations/functions/child_processes.h"

#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <map>
#include <mutex>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "treadle/base/assert.h"

namespace treadle::integrations::functions {
namespace {

// Which descriptor of a child an epoll event speaks of; child 0 is the thread's own wake-up.
enum class Source : std::uint8_t { kEnd, kInput, kOutput, kErrors };

auto event_key(std::uint64_t child, Source source) -> std::uint64_t {
  return child << 2U | static_cast<std::uint64_t>(source);
}

struct Child {
  SpawnedProcess process;
  std::string input;
  std::size_t written = 0;
  ProcessEvents events;
};

auto decode(int wait_status) -> ProcessEnd {
  if (WIFSIGNALED(wait_status)) return {ProcessEnd::Kind::kSignalled, WTERMSIG(wait_status), {}};
  return {ProcessEnd::Kind::kExited, WEXITSTATUS(wait_status), {}};
}

}  // namespace

auto to_string(ProcessEnd const& end) -> std::string {
  switch (end.kind) {
    case ProcessEnd::Kind::kExited: return fmt::format("exit status {}", end.code);
    case ProcessEnd::Kind::kSignalled: {
      std::string name =
          ::sigdescr_np(end.code) != nullptr ? ::sigdescr_np(end.code) : std::to_string(end.code);
      for (auto& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
      return "signal: " + name;
    }
    case ProcessEnd::Kind::kNotStarted: return end.message;
  }
  return {};
}

class ChildProcesses::Impl {
 public:
  Impl()
      : epoll_(::epoll_create1(EPOLL_CLOEXEC)),
        wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
        thread_([this] { run(); }) {
    TREADLE_ASSERT(epoll_.is_open() && wake_.is_open());
  }

  ~Impl() {
    post([this] { stopping_ = true; });
    thread_.join();
  }

  auto start(ProcessSpec spec, std::string input, ProcessEvents events) -> ProcessId {
    auto const id = ++last_;
    post([this, id, spec = std::move(spec), input = std::move(input),
          events = std::move(events)]() mutable {
      begin(id, spec, std::move(input), std::move(events));
    });
    return ProcessId(id);
  }

  void kill(ProcessId id) {
    post([this, id] {
      if (auto const at = children_.find(id.value()); at != children_.end()) kill_group(at->second);
    });
  }

 private:
  using Task = std::move_only_function<void()>;

  void post(Task task) {
    {
      std::lock_guard const lock(mutex_);
      tasks_.push_back(std::move(task));
    }
    ::eventfd_write(wake_.get(), 1);
  }

  void run() {
    block_signals();
    watch(wake_, EPOLLIN, 0, Source::kEnd);
    while (!stopping_) {
      std::array<epoll_event, 64> events;
      int const count =
          ::epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()), -1);
      for (int i = 0; i < count; ++i) handle(events[static_cast<std::size_t>(i)].data.u64);
    }
    for (auto& [id, child] : children_) {
      kill_group(child);
      ::waitpid(child.process.pid, nullptr, 0);
    }
  }

  // Signals to this process are for other threads; and a child that does not read its input must
  // not end us by SIGPIPE.
  static void block_signals() {
    sigset_t all;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, nullptr);
  }

  void handle(std::uint64_t key) {
    if (key == 0) return run_tasks();
    auto const at = children_.find(key >> 2U);
    if (at == children_.end()) return;
    auto& child = at->second;
    switch (static_cast<Source>(key & 3U)) {
      case Source::kEnd: return end(at->first);
      case Source::kInput: return write_input(child);
      case Source::kOutput: return read_from(child, child.process.output, OutputStream::kOutput);
      case Source::kErrors: return read_from(child, child.process.errors, OutputStream::kErrors);
    }
  }

  void run_tasks() {
    eventfd_t ignored = 0;
    ::eventfd_read(wake_.get(), &ignored);
    std::vector<Task> tasks;
    {
      std::lock_guard const lock(mutex_);
      tasks.swap(tasks_);
    }
    for (auto& task : tasks) task();
  }

  void begin(std::uint64_t id, ProcessSpec const& spec, std::string input, ProcessEvents events) {
    auto process = spawn(spec);
    if (!process) return events.on_end({ProcessEnd::Kind::kNotStarted, 0, process.error()});
    auto& child = children_[id];
    child = {std::move(*process), std::move(input), 0, std::move(events)};
    watch(child.process.pidfd, EPOLLIN, id, Source::kEnd);
    watch(child.process.output, EPOLLIN, id, Source::kOutput);
    watch(child.process.errors, EPOLLIN, id, Source::kErrors);
    watch(child.process.input, EPOLLOUT, id, Source::kInput);
  }

  void watch(FileDescriptor const& fd, std::uint32_t interest, std::uint64_t child, Source source) {
    epoll_event event{.events = interest, .data = {.u64 = event_key(child, source)}};
    ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd.get(), &event);
  }

  static void write_input(Child& child) {
    auto const rest = std::string_view(child.input).substr(child.written);
    auto const count =
        rest.empty() ? 0 : ::write(child.process.input.get(), rest.data(), rest.size());
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (count > 0) child.written += static_cast<std::size_t>(count);
    if (count < 0 || child.written == child.input.size()) child.process.input.reset();
  }

  static void read_from(Child& child, FileDescriptor& fd, OutputStream stream) {
    std::array<char, 65536> buffer;
    auto const count = ::read(fd.get(), buffer.data(), buffer.size());
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (count <= 0) return fd.reset();
    child.events.on_output(stream, {buffer.data(), static_cast<std::size_t>(count)});
  }

  // What the child wrote before it ended is still in its pipes, at most their capacity.
  static void drain(Child& child, FileDescriptor& fd, OutputStream stream) {
    constexpr int kReadsMax = 32;
    for (int i = 0; i < kReadsMax && fd.is_open(); ++i) {
      std::array<char, 65536> buffer;
      auto const count = ::read(fd.get(), buffer.data(), buffer.size());
      if (count <= 0) return;
      child.events.on_output(stream, {buffer.data(), static_cast<std::size_t>(count)});
    }
  }

  static void kill_group(Child const& child) { ::kill(-child.process.pid, SIGKILL); }

  void end(std::uint64_t id) {
    auto node = children_.extract(id);
    auto& child = node.mapped();
    kill_group(child);  // before it is reaped, while its id can't belong to anyone else
    drain(child, child.process.output, OutputStream::kOutput);
    drain(child, child.process.errors, OutputStream::kErrors);
    int status = 0;
    ::waitpid(child.process.pid, &status, 0);
    child.events.on_end(decode(status));
  }

  FileDescriptor epoll_;
  FileDescriptor wake_;
  std::atomic<std::uint64_t> last_ = 0;
  std::mutex mutex_;
  std::vector<Task> tasks_;  // under mutex_
  bool stopping_ = false;    // this and children_: the thread's own
  std::map<std::uint64_t, Child> children_;
  std::thread thread_;
};

ChildProcesses::ChildProcesses() : impl_(std::make_unique<Impl>()) {}
ChildProcesses::~ChildProcesses() = default;

auto ChildProcesses::start(ProcessSpec spec, std::string input, ProcessEvents events) -> ProcessId {
  return impl_->start(std::move(spec), std::move(input), std::move(events));
}

void ChildProcesses::kill(ProcessId id) { impl_->kill(id); }

}  // namespace treadle::integrations::functions
