#include "apps/treadle/run_stream.h"

#include <array>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <mutex>
#include <optional>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <fmt/format.h>

#include "apps/treadle/command.h"
#include "apps/treadle/output_writer.h"

namespace treadle::app {
namespace {

constexpr std::size_t kPieceBytes = std::size_t{256} << 10;
// Pieces of input on their way to the stream.
constexpr std::size_t kPiecesMax = 4;
constexpr auto kProgressEvery = std::chrono::milliseconds(500);

// A descriptor that is closed.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor const&) = delete;
  auto operator=(Descriptor const&) -> Descriptor& = delete;
  ~Descriptor() {
    if (number_ > STDIN_FILENO) ::close(number_);
  }
  [[nodiscard]] auto get() const -> int { return number_; }

 private:
  int const number_;
};

// Makes what an input starts.
auto starts_of(StreamRun const& run, Node& node) -> runtime::ExpressStream::MakeStart {
  auto const& options = node.engine().options();
  auto const kind = run.type == asl::MachineType::kExpress ? "express" : "execution";
  auto prefix = fmt::format("arn:aws:states:{}:{}:{}:{}:", options.region, options.account, kind,
                            run.machine.name);
  return [machine = run.machine, prefix = std::move(prefix), type = run.type](
             std::string input, Random& random) -> runtime::Answer<runtime::ExpressStart> {
    runtime::ExpressStart start{.id = random.next_entity_id(),
                                .machine = machine,
                                .execution_arn = prefix,
                                .name = {},
                                .input = std::move(input),
                                .trace_header = {},
                                .log = {}};
    start.name = uuid_v4(start.id.high, start.id.low);
    start.execution_arn += start.name;
    if (type == asl::MachineType::kExpress) start.execution_arn.append(":").append(start.name);
    return start;
  };
}

// Reads on the calling thread, runs on the loops, writes on a third.
class Streaming : public runtime::StreamPort {
 public:
  Streaming(Node& node, StreamRun const& run, int input)
      : loop_(node.loops().at(0)),
        progress_(run.progress),
        input_(input),
        wake_(::eventfd(0, EFD_CLOEXEC)),
        writer_(STDOUT_FILENO, {.drained = [this] { loop_.post([this] { stream_->drained(); }); },
                                .failed = [this](int error) { output_failed(error); }}),
        stream_(runtime::ExpressStream::open(node.express(), loop_, starts_of(run, node),
                                             run.options, *this)) {}

  auto run() -> int {
    if (progress_ == Progress::kShown) loop_.post([this] { show_progress_later(); });
    read();
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return is_over_; });
    }
    writer_.close();
    stop_on_loop();
    if (read_error_ != 0) {
      fmt::print(stderr, "treadle run: can't read the input: {}\n", std::strerror(read_error_));
      return kUsage;
    }
    if (write_error_ != 0 && write_error_ != EPIPE) {
      fmt::print(stderr, "treadle run: can't write: {}\n", std::strerror(write_error_));
      return kDataError;
    }
    bool const all_succeeded = tally_.failed == 0 && tally_.timed_out == 0;
    return write_error_ == 0 && all_succeeded ? kOk : kFailed;
  }

 private:
  // On the reading thread.
  void read() {
    std::string piece;
    while (wait_for_room()) {
      piece.resize(kPieceBytes);
      auto const count = ::read(input_, piece.data(), piece.size());
      if (count < 0 && (errno == EINTR || errno == EAGAIN)) continue;
      if (count < 0) read_error_ = errno;
      if (count <= 0) break;
      piece.resize(static_cast<std::size_t>(count));
      loop_.post([this, piece = std::move(piece)] {
        stream_->feed(piece);
        piece_is_taken();
      });
    }
    loop_.post([this] { stream_->end_of_input(); });
  }

  // Until the stream takes more and there is some. False: nobody wants it any longer.
  auto wait_for_room() -> bool {
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return is_over_ || (!is_paused_ && pieces_ < kPiecesMax); });
      if (is_over_) return false;
      ++pieces_;
    }
    std::array<pollfd, 2> both{{{.fd = input_, .events = POLLIN, .revents = 0},
                                {.fd = wake_.get(), .events = POLLIN, .revents = 0}}};
    while (::poll(both.data(), both.size(), -1) < 0 && errno == EINTR) {}
    return both[1].revents == 0;
  }

  void piece_is_taken() {
    std::lock_guard const lock(mutex_);
    --pieces_;
    changed_.notify_all();
  }

  void set_paused(bool paused) {
    std::lock_guard const lock(mutex_);
    is_paused_ = paused;
    changed_.notify_all();
  }

  void end() {
    std::lock_guard const lock(mutex_);
    is_over_ = true;
    changed_.notify_all();
    std::uint64_t const one = 1;
    // An event counter takes any number but the greatest.
    [[maybe_unused]] auto const written = ::write(wake_.get(), &one, sizeof one);
  }

  // On the writer's thread.
  void output_failed(int error) {
    loop_.post([this, error] {
      write_error_ = error;
      stream_->abandon();
      end();
    });
  }

  // On the loop.
  void pause() override { set_paused(true); }
  void resume() override { set_paused(false); }
  auto write(std::string_view lines) -> Room override {
    return writer_.write(lines) ? Room::kSome : Room::kNone;
  }
  void finish(runtime::StreamTally const& tally) override {
    tally_ = tally;
    if (is_progress_shown_) print_progress("\n");
    end();
  }

  void show_progress_later() {
    timer_ = loop_.run_after(kProgressEvery, [this] {
      is_progress_shown_ = true;
      print_progress("");
      show_progress_later();
    });
  }

  void print_progress(std::string_view end) const {
    auto const& tally = stream_->tally();
    auto const failed = tally.failed + tally.timed_out;
    auto const done = tally.succeeded + failed;
    std::chrono::duration<double> const took = std::chrono::steady_clock::now() - begin_;
    fmt::print(stderr, "\r{} done, {} failed, {:.0f}/s\x1b[K{}", done, failed,
               static_cast<double>(done) / took.count(), end);
    std::fflush(stderr);
  }

  // Nothing of this runs on the loop any more.
  void stop_on_loop() {
    std::unique_lock lock(mutex_);
    bool is_idle = false;
    loop_.post([this, &is_idle] {
      timer_.cancel();
      std::lock_guard const inner(mutex_);
      is_idle = true;
      changed_.notify_all();
    });
    changed_.wait(lock, [&is_idle] { return is_idle; });
  }

  net::EventLoop& loop_;
  Progress const progress_;
  int const input_;
  Descriptor const wake_;
  std::chrono::steady_clock::time_point const begin_ = std::chrono::steady_clock::now();
  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t pieces_ = 0;
  bool is_paused_ = false;
  bool is_over_ = false;
  int read_error_ = 0;
  int write_error_ = 0;  // written on the loop before is_over_
  runtime::StreamTally tally_;
  net::Timer timer_;
  bool is_progress_shown_ = false;
  OutputWriter writer_;
  std::shared_ptr<runtime::ExpressStream> const stream_;
};

}  // namespace

auto run_stream(Node& node, StreamRun run) -> int {
  std::signal(SIGPIPE, SIG_IGN);
  bool const is_standard_input = run.input == "-";
  Descriptor const input(is_standard_input ? STDIN_FILENO
                                           : ::open(run.input.c_str(), O_RDONLY | O_CLOEXEC));
  if (input.get() < 0) {
    fmt::print(stderr, "treadle run: can't read {}: {}\n", run.input, std::strerror(errno));
    return kUsage;
  }
  return Streaming(node, run, input.get()).run();
}

}  // namespace treadle::app
