// Streams: each thread pulls inputs from the source and runs them, a few at a time.

#include <algorithm>
#include <atomic>
#include <future>
#include <mutex>
#include <utility>

#include "treadle/library/engine_parts.h"

namespace treadle {
namespace {

using library::DefinedPtr;

// Inputs that are pulled under one lock, and run before others get their turn on the thread.
constexpr std::size_t kPulledAtOnce = 32;

// The source, shared by the threads.
class Source {
 public:
  explicit Source(std::function<std::optional<std::string>()> next) : next_(std::move(next)) {}

  // Appends up to `most` inputs; gives the number of the first of them.
  auto pull(std::size_t most, std::vector<std::string>& out) -> std::uint64_t {
    std::lock_guard const lock(mutex_);
    auto const first = given_;
    while (!is_dry_ && out.size() < most) {
      auto input = next_();
      if (!input) {
        is_dry_ = true;
        break;
      }
      out.push_back(std::move(*input));
      ++given_;
    }
    return first;
  }
  void dry_up() {
    std::lock_guard const lock(mutex_);
    is_dry_ = true;
  }

 private:
  std::mutex mutex_;
  std::function<std::optional<std::string>()> next_;  // these three are guarded by mutex_
  std::uint64_t given_ = 0;
  bool is_dry_ = false;
};

// Tells when all threads are done. Each holds it until it has told.
struct Finish {
  explicit Finish(std::size_t threads) : running(threads) {}
  void one_is_done() {
    if (--running == 0) ended.set_value();
  }
  std::atomic<std::size_t> running;
  std::promise<void> ended;
};

// The same machine with a reference count of its own: executions of two threads would else fight for
// one.
auto own_count(library::Defined const& defined) -> DefinedPtr {
  auto copy = std::make_shared<library::Defined>(defined);
  copy->machine.definition = {defined.machine.definition.get(),
                              [kept = defined.machine.definition](asl::Definition const*) {}};
  return copy;
}

}  // namespace

namespace library {

// The part of a stream that one thread runs; only on that thread, but for the constructor.
class Pump {
 public:
  Pump(Engine::Impl& engine, runtime::ExpressRunner& runner, Defined const& defined, Source& source,
       Stream const& stream, std::shared_ptr<Finish> finish)
      : engine_(engine),
        runner_(runner),
        defined_(own_count(defined)),
        source_(source),
        stream_(stream),
        finish_(std::move(finish)) {}

  void post() {
    if (std::exchange(is_posted_, true)) return;
    runner_.loop().post([this] {
      is_posted_ = false;
      turn();
    });
  }

  StreamTotals totals;
  std::string refusal;  // why the stream stopped early

 private:
  void turn() {
    auto const most = std::max<std::size_t>(1, stream_.waiting_max);
    if (waiting_ < most && !is_dry_) {
      inputs_.clear();
      auto const first = source_.pull(std::min(kPulledAtOnce, most - waiting_), inputs_);
      is_dry_ = inputs_.empty();
      is_in_turn_ = true;
      for (std::size_t i = 0; i < inputs_.size() && refusal.empty(); ++i)
        start(first + i, std::move(inputs_[i]));
      is_in_turn_ = false;
    }
    if (is_dry_ && waiting_ == 0) return std::exchange(finish_, nullptr)->one_is_done();
    if (!is_dry_ && waiting_ < most) post();
  }

  void start(std::uint64_t number, std::string input) {
    ++waiting_;
    runner_.run_unchecked(engine_.express_start(*defined_, std::move(input)),
                          [this, number](runtime::Answer<runtime::ExpressEnd> end) {
                            if (!end) return refused(number, end.error().message);
                            tell(number, std::move(*end));
                            one_less();
                          });
  }

  void tell(std::uint64_t number, runtime::ExpressEnd end) {
    bool const succeeded = end.status == runtime::ExecutionStatus::kSucceeded;
    ++(succeeded ? totals.succeeded : totals.failed);
    if (stream_.ended) stream_.ended(number, end_of(std::move(end)));
  }

  void refused(std::uint64_t number, std::string_view why) {
    if (refusal.empty()) refusal = "input " + std::to_string(number) + ": " + std::string(why);
    source_.dry_up();
    one_less();
  }

  void one_less() {
    --waiting_;
    if (!is_in_turn_) post();
  }

  Engine::Impl& engine_;
  runtime::ExpressRunner& runner_;
  DefinedPtr const defined_;
  Source& source_;
  Stream const& stream_;
  std::shared_ptr<Finish> finish_;
  std::vector<std::string> inputs_;
  std::size_t waiting_ = 0;
  bool is_posted_ = false;
  bool is_in_turn_ = false;
  bool is_dry_ = false;
};

}  // namespace library

auto Engine::stream(std::string_view machine, Stream stream) -> OrRefused<StreamTotals> {
  if (impl_->is_own_thread())
    return Refused("A thread of the engine can't wait for the engine: use start().");
  auto const defined = impl_->find(machine);
  if (!defined) return Refused(defined.error());
  if ((*defined)->type != MachineType::kExpress)
    return Refused("A stream runs Express machines; start() runs Standard ones.");
  if (!stream.next) return Refused("A stream needs a source: Stream::next is empty.");
  Source source(std::exchange(stream.next, nullptr));
  std::vector<std::unique_ptr<library::Pump>> pumps;
  auto const runners = impl_->express->runners();
  auto const finish = std::make_shared<Finish>(runners.size());
  auto ended = finish->ended.get_future();
  for (auto const& runner : runners)
    pumps.push_back(
        std::make_unique<library::Pump>(*impl_, *runner, **defined, source, stream, finish));
  for (auto const& pump : pumps) pump->post();
  ended.wait();
  StreamTotals totals;
  for (auto const& pump : pumps) {
    if (!pump->refusal.empty()) return Refused(pump->refusal);
    totals.succeeded += pump->totals.succeeded;
    totals.failed += pump->totals.failed;
  }
  return totals;
}

auto Engine::run_all(std::string_view machine, std::span<std::string const> inputs)
    -> OrRefused<std::vector<End>> {
  std::vector<End> ends(inputs.size());
  auto at = inputs.begin();
  auto const totals =
      stream(machine, {.next = [&]() -> std::optional<std::string> {
                         if (at == inputs.end()) return std::nullopt;
                         return *at++;
                       },
                       .ended = [&](std::uint64_t number, End const& end) { ends[number] = end; }});
  if (!totals) return Refused(totals.error());
  return ends;
}

}  // namespace treadle
