// Everything that may become of an execution, as far as a few steps are concerned.
//
// The ledger has a place for every step, and what one step's place holds depends on that step's own happenings and on
// the way of the control alone (ledger.h); the control never depends on the ledger. So the product of state machine
// and whole ledger need not be built: for a property of one step it is enough to explore the product with that step's
// place (the projection is a bisimulation), for one of two steps with both. The brute force of the tests keeps the
// whole ledger.
//
// Inside a Parallel, branches neither see each other's data nor each other's steps. All that one learns of another is
// that it ended or that it failed, which aborts the rest. So moves of different branches commute, but for the failure
// of one against the moves of the others. A branch with neither a tracked step nor something that undoes one is
// therefore not interleaved: it is taken to stand at its start until it fails, or until all others have ended, and
// what it may do is found once for its region (Summary). Branches that matter are interleaved step by step. All
// branches are taken to have started when the Parallel is entered.
//
// A Map is followed in one iteration; what another iteration can do to it is fail. States that wait or pass are one
// move. Choice states go every way.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "treadle/saga/trace.h"

namespace treadle::saga {

// Bounds what is kept at a time, and what is done in all.
struct Budget {
  std::uint64_t nodes_at_a_time = 300'000;
  std::uint64_t nodes_left = 3'000'000;
  std::uint64_t nodes_explored = 0;
  bool is_exceeded = false;
};

// What a region can do to those beside it, with the shortest trace of each.
struct Summary {
  struct Failure {
    ErrorId error;
    asl::StateIndex raiser;
    Trace trace;
  };
  std::optional<Trace> end;
  std::vector<Failure> failures;
};

class Summaries {
 public:
  Summaries(Program const& program, Budget& budget) : program_(program), budget_(budget) {}
  [[nodiscard]] auto of(asl::RegionIndex region) -> Summary const&;

 private:
  Program const& program_;
  Budget& budget_;
  std::map<asl::RegionIndex, Summary> known_;
};

// The steps that an exploration keeps the ledger of, at most kTrackedMax.
inline constexpr std::size_t kTrackedMax = 6;
using Tracked = std::vector<StepId>;

// Where an execution, or a region, is, with what is tracked.
struct Moment {
  std::vector<Status> ledger;  // of the tracked steps
  // Of two tracked steps: the second has completed after the first, which stood then.
  bool is_second_later = false;
  std::optional<UndoId>
      failed_undo;  // the first that failed for good, unless its steps were undone since
};

// A way that was found: its length, and itself on demand, for as long as the watcher is told of it.
struct Way {
  std::uint32_t length = 0;
  std::function<Trace()> trace;
};

// Told what happens on all ways, in no order of their lengths.
class Watcher {
 public:
  virtual ~Watcher() = default;
  // The region ended at `last`.
  virtual void ended(asl::StateIndex last, Moment const& moment, Way const& way) = 0;
  // An error left the region.
  virtual void failed(ErrorId error, asl::StateIndex raiser, Moment const& moment,
                      Way const& way) = 0;
  virtual void undo_starts(UndoId undo, Moment const& moment, Way const& way) = 0;
  virtual void undo_succeeds(UndoId undo, Moment const& before, Way const& way) = 0;
  // Something in the region, which is not followed, may undo steps meanwhile.
  virtual void passes_by(asl::RegionIndex region, Moment const& moment) = 0;
};

// What else than tracked steps makes a branch matter.
enum class Follow : std::uint8_t { kTracked, kNothing };

// Explores the region from its start, shortest ways first.
void explore(Program const& program, asl::RegionIndex region, Tracked const& tracked, Follow follow,
             Summaries& summaries, Budget& budget, Watcher& watcher);

}  // namespace treadle::saga
