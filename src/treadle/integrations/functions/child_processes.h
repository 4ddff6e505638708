// Child processes and the thread that starts, feeds, reads and reaps them.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "treadle/base/strong_id.h"
#include "treadle/integrations/functions/spawn.h"

namespace treadle::integrations::functions {

using ProcessId =
    StrongId<struct ProcessIdTag, std::uint64_t>;  // of one ChildProcesses; never reused

enum class OutputStream : std::uint8_t { kOutput, kErrors };

// How a process ended.
struct ProcessEnd {
  enum class Kind : std::uint8_t { kExited, kSignalled, kNotStarted } kind = Kind::kExited;
  int code = 0;         // exit status or signal
  std::string message;  // of kNotStarted
  [[nodiscard]] auto is_success() const -> bool { return kind == Kind::kExited && code == 0; }
};
// "exit status 1", "signal: killed", or the message.
[[nodiscard]] auto to_string(ProcessEnd const& end) -> std::string;

// Both are called on the thread of ChildProcesses and must not block.
struct ProcessEvents {
  std::move_only_function<void(OutputStream, std::string_view bytes)>
      on_output;                                     // any piece of a stream
  std::move_only_function<void(ProcessEnd)> on_end;  // once, after all output that it wrote
};

class ChildProcesses {
 public:
  ChildProcesses();
  ChildProcesses(ChildProcesses const&) = delete;
  auto operator=(ChildProcesses const&) -> ChildProcesses& = delete;
  ~ChildProcesses();  // kills and reaps all; their on_end is not called

  // Starts a process and writes `input` to its standard input, which is then closed. Any thread.
  auto start(ProcessSpec spec, std::string input, ProcessEvents events) -> ProcessId;
  // Kills it with every process it has started; on_end follows. Nothing happens if it has ended.
  // Any thread.
  void kill(ProcessId id);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace treadle::integrations::functions
