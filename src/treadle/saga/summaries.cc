#include <map>
#include <utility>

#include "treadle/saga/explorer.h"

namespace treadle::saga {
namespace {

// Keeps the shortest trace of each thing that a region can do to others.
class Summarizer final : public Watcher {
 public:
  void ended(asl::StateIndex, Moment const&, Way const& way) override {
    if (summary_.end && end_length_ <= way.length) return;
    end_length_ = way.length;
    summary_.end = way.trace();
  }
  void failed(ErrorId error, asl::StateIndex raiser, Moment const&, Way const& way) override {
    auto const [at, is_new] =
        failures_.try_emplace({error, raiser}, summary_.failures.size(), way.length);
    auto& [index, length] = at->second;
    if (!is_new && length <= way.length) return;
    length = way.length;
    if (is_new) summary_.failures.push_back({error, raiser, {}});
    summary_.failures[index].trace = way.trace();
  }
  void undo_starts(UndoId, Moment const&, Way const&) override {}
  void undo_succeeds(UndoId, Moment const&, Way const&) override {}
  void passes_by(asl::RegionIndex, Moment const&) override {}

  [[nodiscard]] auto take() -> Summary { return std::move(summary_); }

 private:
  Summary summary_;
  std::uint32_t end_length_ = 0;
  std::map<std::pair<ErrorId, asl::StateIndex>, std::pair<std::size_t, std::uint32_t>> failures_;
};

}  // namespace

auto Summaries::of(asl::RegionIndex region) -> Summary const& {
  if (auto const found = known_.find(region); found != known_.end()) return found->second;
  Summarizer summarizer;
  explore(program_, region, {}, Follow::kNothing, *this, budget_, summarizer);
  return known_.emplace(region, summarizer.take()).first->second;
}

}  // namespace treadle::saga
