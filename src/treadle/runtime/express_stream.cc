#include "treadle/runtime/express_stream.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include <fmt/format.h>

#include "treadle/json/arena.h"
#include "treadle/json/parse.h"
#include "treadle/json/print.h"

namespace treadle::runtime {
namespace {

// A batch is handed on when it has so many inputs or bytes, and whenever nothing more is there.
constexpr auto kInvalid = "InvalidExecutionInput";
constexpr std::size_t kBatchInputs = 64;
constexpr std::size_t kBatchBytes = std::size_t{64} << 10;
constexpr std::size_t kParallelOfLoop = 2 * kBatchInputs;
constexpr std::size_t kParallelMin = 4 * kBatchInputs;
constexpr auto kTurn = std::chrono::milliseconds(2);

auto status_name(ExecutionStatus status) -> std::string_view {
  if (status == ExecutionStatus::kSucceeded) return "SUCCEEDED";
  return status == ExecutionStatus::kTimedOut ? "TIMED_OUT" : "FAILED";
}

// JSON text on one line: an end of line can only stand between its tokens.
void append_on_one_line(std::string& out, std::string_view json) {
  auto const begin = static_cast<std::ptrdiff_t>(out.size());
  out += json;
  for (char const c : {'\r', '\n'})
    if (json.contains(c)) std::replace(out.begin() + begin, out.end(), c, ' ');
}

void append_result(std::string& out, std::uint64_t index, ExpressEnd const& end) {
  fmt::format_int const number(index);
  out.append(R"({"index":)").append(number.data(), number.size());
  out.append(R"(,"status":")").append(status_name(end.status)).push_back('"');
  if (end.output) append_on_one_line(out.append(R"(,"output":)"), *end.output);
  if (end.error) json::append_string(out.append(R"(,"error":)"), *end.error);
  if (end.cause) json::append_string(out.append(R"(,"cause":)"), *end.cause);
  out.append("}\n");
}

auto failed(std::string error, std::string cause) -> ExpressEnd {
  return {.status = ExecutionStatus::kFailed,
          .started_at = {},
          .stopped_at = {},
          .output = {},
          .error = std::move(error),
          .cause = std::move(cause)};
}

}  // namespace

struct ExpressStream::Batch {
  struct Input {
    std::uint64_t line = 0;
    std::uint32_t size = 0;
    bool is_too_long = false;
  };
  std::uint64_t first = 0;  // index of its first input
  std::vector<Input> inputs;
  std::string text;  // of all inputs
  // Where its lane is.
  std::size_t next = 0;
  std::size_t next_text = 0;
};

struct ExpressStream::Run {
  std::uint64_t first = 0;
  std::uint64_t count = 0;
  std::size_t input_bytes = 0;
  std::string text;
  StreamTally tally;
};

struct ExpressStream::Report {
  Lane* lane = nullptr;
  std::vector<Run> runs;
};

class ExpressStream::Lane {
 public:
  Lane(ExpressStream& stream, ExpressRunner& runner) : stream_(stream), runner_(runner) {}

  [[nodiscard]] auto loop() -> net::EventLoop& { return runner_.loop(); }

  // On its loop, like all that follows. In turns, so that others are served between them.
  void run(std::shared_ptr<ExpressStream> const& stream, std::unique_ptr<Batch> batch) {
    auto const end = std::chrono::steady_clock::now() + kTurn;
    is_running_ = true;
    while (batch->next < batch->inputs.size() && !stream_.is_abandoned_ &&
           std::chrono::steady_clock::now() < end) {
      auto const& input = batch->inputs[batch->next];
      auto const text = std::string_view(batch->text).substr(batch->next_text, input.size);
      start(stream, batch->first + batch->next++, input, text);
      batch->next_text += input.size;
    }
    is_running_ = false;
    report(stream);
    if (batch->next == batch->inputs.size() || stream_.is_abandoned_) return;
    loop().post(
        [this, stream, batch = std::move(batch)]() mutable { run(stream, std::move(batch)); });
  }

  // Of the stream's loop: inputs that it has.
  std::size_t open = 0;

 private:
  void start(std::shared_ptr<ExpressStream> const& stream, std::uint64_t index,
             Batch::Input const& input, std::string_view text) {
    auto const refuse = [&](std::string error, std::string const& why) {
      ended(stream, {index, text.size()},
            failed(std::move(error), fmt::format("line {}: {}", input.line, why)));
    };
    if (input.is_too_long)
      return refuse(kInvalid,
                    fmt::format("it has more than {} bytes", stream_.options_.line_bytes_max));
    if (!runner_.has_room()) return start_later(stream, index, input, text);
    auto made = stream_.make_start_(std::string(text), random_);
    if (!made) return refuse(made.error().code, made.error().message);
    // Refused input is refused before run_unchecked() returns: `text` and `input` are there still.
    runner_.run_unchecked(std::move(*made), [stream, this, index, text,
                                             line = input.line](Answer<ExpressEnd> const& end) {
      ended(stream, {index, text.size()}, end ? *end : failed(kInvalid, why_no_input(text, line)));
    });
  }

  // The input is checked first, for it waits in a queue.
  void start_later(std::shared_ptr<ExpressStream> const& stream, std::uint64_t index,
                   Batch::Input const& input, std::string_view text) {
    auto const refuse = [&](std::string error, std::string why) {
      ended(stream, {index, text.size()}, failed(std::move(error), std::move(why)));
    };
    if (auto why = why_no_input(text, input.line); !why.empty())
      return refuse(kInvalid, std::move(why));
    auto made = stream_.make_start_(std::string(text), random_);
    if (!made)
      return refuse(made.error().code,
                    fmt::format("line {}: {}", input.line, made.error().message));
    runner_.run_when_there_is_room(
        std::move(*made), [stream, this, index, size = text.size()](ExpressEnd const& end) {
          ended(stream, {index, size}, end);
        });
  }

  // Empty where the text is JSON.
  auto why_no_input(std::string_view text, std::uint64_t line) -> std::string {
    arena_.reset();
    auto const parsed = json::parse(arena_, text);
    if (parsed) return {};
    return fmt::format("line {}: column {}: {}", line, parsed.error().column,
                       parsed.error().message);
  }

  struct Subject {
    std::uint64_t index = 0;
    std::size_t bytes = 0;
  };
  void ended(std::shared_ptr<ExpressStream> const& stream, Subject subject, ExpressEnd const& end) {
    if (runs_.empty() || runs_.back().first + runs_.back().count != subject.index ||
        runs_.back().text.size() > kBatchBytes)
      runs_.push_back({.first = subject.index, .text = {}, .tally = {}});
    auto& run = runs_.back();
    ++run.count;
    run.input_bytes += subject.bytes;
    append_result(run.text, subject.index, end);
    ++(end.status == ExecutionStatus::kSucceeded  ? run.tally.succeeded
       : end.status == ExecutionStatus::kTimedOut ? run.tally.timed_out
                                                  : run.tally.failed);
    if (is_running_ || is_report_posted_) return;
    // Others that end now are reported together with it.
    is_report_posted_ = true;
    loop().post([this, stream] {
      is_report_posted_ = false;
      report(stream);
    });
  }

  void report(std::shared_ptr<ExpressStream> const& stream) {
    if (runs_.empty()) return;
    Report told{this, std::exchange(runs_, {})};
    stream_.loop_.post(
        [stream, told = std::move(told)]() mutable { stream->receive(std::move(told)); });
  }

  ExpressStream& stream_;
  ExpressRunner& runner_;
  SystemRandom random_;
  json::Arena arena_;
  std::vector<Run> runs_;  // not reported yet
  bool is_running_ = false;
  bool is_report_posted_ = false;
};

auto ExpressStream::open(Express& express, net::EventLoop& loop, MakeStart make_start,
                         StreamOptions options, StreamPort& port)
    -> std::shared_ptr<ExpressStream> {
  return std::shared_ptr<ExpressStream>(
      new ExpressStream(express, loop, std::move(make_start), options, port));
}

ExpressStream::ExpressStream(Express& express, net::EventLoop& loop, MakeStart make_start,
                             StreamOptions options, StreamPort& port)
    : loop_(loop),
      make_start_(std::move(make_start)),
      options_(options),
      port_(&port),
      splitter_(options.line_bytes_max) {
  for (auto const& runner : express.runners())
    lanes_.push_back(std::make_unique<Lane>(*this, *runner));
  if (options_.parallel == 0)
    options_.parallel = std::max(kParallelMin, kParallelOfLoop * lanes_.size());
  // Its own loop comes first where several have equally little to do.
  std::ranges::stable_partition(lanes_, [&](auto const& lane) { return &lane->loop() == &loop_; });
}

ExpressStream::~ExpressStream() = default;

auto ExpressStream::has_room() const -> bool {
  return open_ == 0 || (open_ < options_.parallel && bytes_ < options_.bytes_max);
}

void ExpressStream::feed(std::string_view bytes) {
  if (port_ == nullptr) return;
  if (unread_.empty()) take(bytes);
  unread_ += bytes;
  set_flow();
}

void ExpressStream::end_of_input() {
  has_ended_ = true;
  go_on();
}

void ExpressStream::drained() {
  is_full_ = false;
  go_on();
}

void ExpressStream::abandon() {
  port_ = nullptr;
  is_abandoned_ = true;
  unread_.clear();
  results_.clear();
}

void ExpressStream::take(std::string_view& bytes) {
  while (has_room()) {
    auto const line = splitter_.next(bytes);
    if (!line) break;
    take_line(*line);
  }
  hand_on();
}

void ExpressStream::take_unread() {
  auto rest = std::string_view(unread_).substr(unread_at_);
  take(rest);
  unread_at_ = unread_.size() - rest.size();
  if (!rest.empty()) return;
  unread_.clear();
  unread_at_ = 0;
  if (!has_ended_ || !has_room()) return;
  if (auto const line = splitter_.last()) take_line(*line);
  hand_on();
}

void ExpressStream::take_line(LineSplitter::Line const& line) {
  if (!batch_) {
    batch_ = std::make_unique<Batch>();
    batch_->first = inputs_;
    batch_->inputs.reserve(kBatchInputs);
  }
  batch_->inputs.push_back({.line = line.number,
                            .size = static_cast<std::uint32_t>(line.text.size()),
                            .is_too_long = line.is_too_long});
  batch_->text += line.text;
  ++inputs_;
  ++open_;
  bytes_ += line.text.size();
  if (batch_->inputs.size() >= kBatchInputs || batch_->text.size() >= kBatchBytes) hand_on();
}

void ExpressStream::hand_on() {
  if (!batch_) return;
  auto& lane = **std::ranges::min_element(lanes_, {}, [](auto const& l) { return l->open; });
  lane.open += batch_->inputs.size();
  lane.loop().post([stream = shared_from_this(), &lane, batch = std::move(batch_)]() mutable {
    lane.run(stream, std::move(batch));
  });
}

void ExpressStream::receive(Report report) {
  for (auto& run : report.runs) {
    report.lane->open -= run.count;
    tally_.succeeded += run.tally.succeeded;
    tally_.failed += run.tally.failed;
    tally_.timed_out += run.tally.timed_out;
    if (port_ == nullptr) continue;
    bytes_ += run.text.size();
    bytes_ -= run.input_bytes;
    auto const first = run.first;
    results_.emplace(first, std::move(run));
  }
  go_on();
}

void ExpressStream::write_results() {
  while (port_ != nullptr && !is_full_ && !results_.empty()) {
    auto const next = results_.begin();
    if (options_.order == ResultOrder::kOfInputs && next->first != next_result_) return;
    auto const run = std::move(next->second);
    results_.erase(next);
    next_result_ += run.count;
    open_ -= run.count;
    bytes_ -= run.text.size();
    is_full_ = port_->write(run.text) == StreamPort::Room::kNone;
  }
}

void ExpressStream::go_on() {
  auto const alive = shared_from_this();  // whoever is told of the end may drop it
  write_results();
  if (port_ == nullptr) return;
  take_unread();
  if (has_ended_ && unread_.empty() && open_ == 0)
    return std::exchange(port_, nullptr)->finish(tally_);
  set_flow();
}

void ExpressStream::set_flow() {
  bool const wants_pause = !unread_.empty() || !has_room();
  if (port_ == nullptr || has_ended_ || wants_pause == is_paused_) return;
  is_paused_ = wants_pause;
  if (is_paused_)
    port_->pause();
  else
    port_->resume();
}

}  // namespace treadle::runtime
