#include "treadle/net/event_loop.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <thread>
#include <utility>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include "treadle/base/assert.h"
#include "treadle/net/timer_heap.h"

namespace treadle::net {
namespace asio = boost::asio;

namespace {
thread_local EventLoop* current_loop = nullptr;
}  // namespace

namespace detail {

// The timers of one loop in due order, with one Asio timer armed for the first of them.
class TimerQueue : public std::enable_shared_from_this<TimerQueue> {
 public:
  explicit TimerQueue(asio::io_context& context) : alarm_(context) {}

  auto add(SteadyTime due, Task task) -> TimerHeap::Id {
    auto const id = tasks_.add(due, std::move(task));
    if (tasks_.first_order() == tasks_.added()) arm();
    return id;
  }

  void cancel(SteadyTime due, TimerHeap::Id id) {
    auto const task = tasks_.take(due, id);  // destroyed last: it may cancel others
    if (tasks_.empty()) alarm_.cancel();
  }

  [[nodiscard]] auto contains(SteadyTime due, TimerHeap::Id id) const -> bool {
    return tasks_.contains(due, id);
  }

  // Destroys all tasks, also when they own timers themselves.
  void clear() {
    auto const tasks = tasks_.take_all();
    alarm_.cancel();
  }

 private:
  void arm() {
    alarm_.expires_at(tasks_.first_due());
    alarm_.async_wait([weak = weak_from_this()](boost::system::error_code error) {
      auto const self = weak.lock();
      if (!error && self) self->run_due();
    });
  }

  void run_due() {
    auto const now = std::chrono::steady_clock::now();
    // What a task adds now waits for the next round, so that I/O gets its turn.
    auto const newest = tasks_.added();
    while (!tasks_.empty() && tasks_.first_due() <= now && tasks_.first_order() <= newest)
      tasks_.take_first()();
    if (!tasks_.empty()) arm();
  }

  asio::steady_timer alarm_;
  TimerHeap tasks_;
};

}  // namespace detail

Timer::Timer(std::weak_ptr<detail::TimerQueue> queue, SteadyTime due, std::uint64_t id)
    : queue_(std::move(queue)), due_(due), id_(id) {}

Timer::Timer(Timer&& other) noexcept
    : queue_(std::move(other.queue_)), due_(other.due_), id_(other.id_) {
  other.queue_.reset();
}

auto Timer::operator=(Timer&& other) noexcept -> Timer& {
  if (this == &other) return *this;
  cancel();
  queue_ = std::exchange(other.queue_, {});
  due_ = other.due_;
  id_ = other.id_;
  return *this;
}

Timer::~Timer() { cancel(); }

void Timer::cancel() {
  auto const queue = std::exchange(queue_, {}).lock();
  if (queue) queue->cancel(due_, id_);
}

void Timer::detach() { queue_.reset(); }

auto Timer::is_pending() const -> bool {
  auto const queue = queue_.lock();
  return queue && queue->contains(due_, id_);
}

struct EventLoop::Impl {
  asio::io_context context{1};
  asio::executor_work_guard<asio::io_context::executor_type> guard{context.get_executor()};
  std::shared_ptr<detail::TimerQueue> timers = std::make_shared<detail::TimerQueue>(context);

  std::mutex mutex;
  std::vector<Task> inbox;  // guarded by mutex
  std::vector<Task> batch;  // the loop's own
  std::atomic<bool> stopping = false;
  std::atomic<bool> running = false;

  // One wake-up of the loop serves everything that was posted until it comes round.
  void run_inbox() {
    {
      auto const lock = std::scoped_lock(mutex);
      batch.swap(inbox);
    }
    for (auto& task : batch) std::exchange(task, nullptr)();
    batch.clear();
  }
};

EventLoop::EventLoop() : impl_(std::make_unique<Impl>()) {}

EventLoop::~EventLoop() {
  TREADLE_ASSERT(!impl_->running);
  discard();
}

void EventLoop::discard() {
  impl_->timers->clear();
  auto lost = std::vector<Task>();  // destroyed without the lock: it may post
  auto const lock = std::scoped_lock(impl_->mutex);
  lost.swap(impl_->inbox);
}

void EventLoop::post(Task task) {
  auto const lock = std::scoped_lock(impl_->mutex);
  impl_->inbox.push_back(std::move(task));
  if (impl_->inbox.size() > 1) return;
  asio::post(impl_->context, [impl = impl_.get()] { impl->run_inbox(); });
}

auto EventLoop::run_at(SteadyTime due, Task task) -> Timer {
  TREADLE_ASSERT(is_current() || !impl_->running);
  auto const id = impl_->timers->add(due, std::move(task));
  return {impl_->timers, due, id};
}

auto EventLoop::run_after(SteadyDuration delay, Task task) -> Timer {
  return run_at(std::chrono::steady_clock::now() + delay, std::move(task));
}

void EventLoop::run() {
  auto const was_running = impl_->running.exchange(true);
  TREADLE_ASSERT(!was_running);
  auto* const outer = std::exchange(current_loop, this);
  impl_->context.restart();
  impl_->context.run();
  current_loop = outer;
  impl_->running = false;
}

void EventLoop::stop() {
  if (impl_->stopping.exchange(true)) return;
  asio::post(impl_->context, [impl = impl_.get()] {
    impl->stopping = false;
    impl->context.stop();
  });
}

auto EventLoop::is_current() const -> bool { return current_loop == this; }

auto EventLoop::current() -> EventLoop* { return current_loop; }

auto EventLoop::context() -> asio::io_context& { return impl_->context; }

struct EventLoops::Threads {
  std::vector<std::thread> running;
};

EventLoops::EventLoops(std::size_t count) : threads_(std::make_unique<Threads>()) {
  auto const cores = std::max<std::size_t>(1, std::thread::hardware_concurrency());
  loops_.resize(count == 0 ? cores : count);
  for (auto& loop : loops_) loop = std::make_unique<EventLoop>();
}

// All tasks go before any loop: what one of them owned may post to another loop when it goes.
EventLoops::~EventLoops() {
  stop();
  for (auto& loop : loops_) loop->discard();
}

void EventLoops::start() {
  TREADLE_ASSERT(threads_->running.empty());
  for (auto& loop : loops_) threads_->running.emplace_back([&loop = *loop] { loop.run(); });
}

void EventLoops::stop() {
  TREADLE_ASSERT(EventLoop::current() == nullptr);
  if (threads_->running.empty()) return;
  for (auto& loop : loops_) loop->stop();
  for (auto& thread : threads_->running) thread.join();
  threads_->running.clear();
}

}  // namespace treadle::net
