// Bytes for a file descriptor, written on a thread of their own: whoever has them never waits.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

namespace treadle::app {

class OutputWriter {
 public:
  struct Listener {
    std::function<void()> drained;          // after full(): there is room again
    std::function<void(int error)> failed;  // errno, once; nothing is written from then on
  };

  // Both are called on the writer's thread.
  OutputWriter(int descriptor, Listener listener);
  OutputWriter(OutputWriter const&) = delete;
  auto operator=(OutputWriter const&) -> OutputWriter& = delete;
  ~OutputWriter();  // close()

  // False: that is enough until drained(). Any thread.
  [[nodiscard]] auto write(std::string_view bytes) -> bool;
  // Waits until all is written, or failed.
  void close();

 private:
  void work();

  int const descriptor_;
  Listener const listener_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::string waiting_;
  bool is_full_ = false;
  bool has_failed_ = false;
  bool is_closing_ = false;
  std::thread thread_;
};

}  // namespace treadle::app
