// Threads that never block: an EventLoop runs posted work, timers and socket I/O one after another.
//
// Whatever runs on a loop owns the loop until it returns, so it must neither block nor compute for
// long; in exchange it needs no locks against anything else on that loop. Sockets, connections and
// engine partitions belong to one loop each and are only touched there.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

namespace boost::asio {
class io_context;
}  // namespace boost::asio

namespace treadle::net {

namespace detail {
class TimerQueue;
}  // namespace detail

using SteadyTime = std::chrono::steady_clock::time_point;
using SteadyDuration = std::chrono::steady_clock::duration;
using Task = std::move_only_function<void()>;

// A task that a loop will run later. Destroying it cancels it, unless it was detached. May outlive
// the loop. Only for the loop's own thread.
class [[nodiscard]] Timer {
 public:
  Timer() = default;  // nothing to run
  Timer(Timer&& other) noexcept;
  auto operator=(Timer&& other) noexcept -> Timer&;
  ~Timer();

  // The task will not run; it is destroyed at once. Nothing happens if it ran or was cancelled
  // before.
  void cancel();
  // The task runs even when this handle is gone.
  void detach();
  [[nodiscard]] auto is_pending() const -> bool;

 private:
  friend class EventLoop;
  Timer(std::weak_ptr<detail::TimerQueue> queue, SteadyTime due, std::uint64_t id);

  std::weak_ptr<detail::TimerQueue> queue_;
  SteadyTime due_{};
  std::uint64_t id_ = 0;
};

class EventLoop {
 public:
  EventLoop();
  EventLoop(EventLoop const&) = delete;
  auto operator=(EventLoop const&) -> EventLoop& = delete;
  // What was posted and has not run is destroyed without running.
  ~EventLoop();

  // Runs `task` on the loop's thread, never inside this call. Any thread. Tasks posted by one
  // thread run in the order of posting; a task posted while the loop is stopped runs once it is run
  // again.
  void post(Task task);

  // Runs `task` on the loop, not before `due` and, while nothing blocks the loop, within a
  // millisecond of it. Timers due at the same time run in the order they were made. Only on the
  // loop's thread, or while no thread runs the loop.
  auto run_at(SteadyTime due, Task task) -> Timer;
  auto run_after(SteadyDuration delay, Task task) -> Timer;

  // Works until stop(), then returns. One thread at a time.
  void run();
  // Makes run() return soon, without waiting for tasks that are posted from now on; a run() that
  // has not begun returns soon after it begins. Any thread.
  void stop();

  // Destroys what was posted and has not run, and all timers. While no thread runs the loop.
  void discard();

  // Whether the calling thread is inside this loop's run().
  [[nodiscard]] auto is_current() const -> bool;
  // The loop whose run() the calling thread is in, or nullptr.
  [[nodiscard]] static auto current() -> EventLoop*;

  // For the .cc files of this module: where sockets are registered.
  [[nodiscard]] auto context() -> boost::asio::io_context&;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// A fixed number of loops, each with its thread.
class EventLoops {
 public:
  // `count` 0: as many as the machine has cores. No thread runs before start().
  explicit EventLoops(std::size_t count = 0);
  EventLoops(EventLoops const&) = delete;
  auto operator=(EventLoops const&) -> EventLoops& = delete;
  ~EventLoops();  // stop()

  void start();
  // Stops every loop and joins its thread. Not from a loop. The loops live on until the destructor,
  // so what refers to them may be destroyed after stop() without a race.
  void stop();

  [[nodiscard]] auto size() const -> std::size_t { return loops_.size(); }
  [[nodiscard]] auto at(std::size_t index) -> EventLoop& { return *loops_[index]; }

 private:
  struct Threads;
  std::vector<std::unique_ptr<EventLoop>> loops_;
  std::unique_ptr<Threads> threads_;
};

}  // namespace treadle::net
