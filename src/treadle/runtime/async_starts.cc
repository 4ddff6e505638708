#include "treadle/runtime/async_starts.h"

#include <memory>
#include <utility>

#include "treadle/runtime/express_codec.h"

namespace treadle::runtime {
namespace {

// Ends wait so long for starts to go to the log with.
constexpr auto kEndsWait = std::chrono::milliseconds(5);
// To measure the disk takes longer than all else that a start does here.
constexpr auto kMeasureEvery = std::chrono::milliseconds(10);

}  // namespace

AsyncStarts::AsyncStarts(Parts const& parts)
    : runner_(parts.runner),
      log_(parts.log),
      store_(parts.store),
      clock_(parts.clock),
      batch_(parts.log.new_batch()) {}

AsyncStarts::~AsyncStarts() {
  auto ends = log_.new_batch();
  for (auto const number : batch_.ended()) ends.add_end(number);
  if (!ends.empty()) log_.append_ends(std::move(ends));
}

auto AsyncStarts::has_disk_space() -> bool {
  auto const now = std::chrono::steady_clock::now();
  if (now - measured_at_ < kMeasureEvery) return had_disk_space_;
  measured_at_ = now;
  had_disk_space_ = store_.space().state == store::SpaceState::kPlenty;
  return had_disk_space_;
}

void AsyncStarts::accept(ExpressStart&& start, OnAnswer<Started> done) {
  if (!has_disk_space())
    return done(std::unexpected(
        Refusal{"ServiceUnavailable", "The disk of the data directory is nearly full."}));
  auto begun = runner_.begin_unchecked(std::move(start));
  if (!begun) return done(std::unexpected(begun.error()));
  runner_.reserve();
  auto const& known = begun->start();
  batch_.add([&known](std::string& out) { append_express_start(out, known); });
  Started started{known.execution_arn, clock_.now()};
  waiting_.push_back({std::move(*begun), std::move(started), std::move(done)});
  if (waiting_.size() == 1) runner_.loop().post([this] { hand_over(); });
}

void AsyncStarts::hand_over() {
  auto batch = std::exchange(batch_, log_.new_batch());
  batch_.reserve(batch.bytes().size());
  // What refuses must still have those who wait, so the log gets a callback that it may leave alone.
  auto const accepted = std::make_shared<std::vector<Waiting>>(std::exchange(waiting_, {}));
  waiting_.reserve(accepted->size());
  auto ends = batch.ended();
  IntakeLog::OnDurable durable = [this, accepted](IntakeNumber first) {
    runner_.loop().post([this, accepted, first] { run(*accepted, first); });
  };
  if (log_.append(batch, durable)) return;
  for (auto const number : ends) ended(number);
  for (auto& refused : *accepted) {
    runner_.release();
    refused.done(std::unexpected(Refusal{"ThrottlingException", "Rate exceeded"}));
  }
}

// All answers first: the clients go on while the executions run.
void AsyncStarts::run(std::vector<Waiting>& accepted, IntakeNumber first) {
  for (auto& waiting : accepted) waiting.done(std::move(waiting.started));
  for (auto& waiting : accepted) {
    runner_.release();
    runner_.run_unread(std::move(waiting.execution),
                       [this, number = first++](Answer<ExpressEnd> const&) { ended(number); });
  }
}

void AsyncStarts::ended(IntakeNumber number) {
  batch_.add_end(number);
  if (waiting_.empty() && !ends_.is_pending())
    ends_ = runner_.loop().run_after(kEndsWait, [this] { hand_over_ends(); });
}

// Those that come with starts go with them.
void AsyncStarts::hand_over_ends() {
  if (batch_.empty() || !waiting_.empty()) return;
  log_.append_ends(std::exchange(batch_, log_.new_batch()));
}

}  // namespace treadle::runtime
