#include "treadle/saga/explorer.h"

#include <algorithm>
#include <deque>
#include <queue>
#include <ranges>
#include <set>
#include <unordered_map>

#include "treadle/saga/position.h"
#include "treadle/saga/relevance.h"

namespace treadle::saga {
namespace {

// Retries of a Parallel or Map are counted up to here; a retrier that grants more is then taken to be exhausted or not.
constexpr std::uint32_t kRetriesCounted = 3;

struct Node {
  Position root;
  Moment moment;
  Facts::Values facts;  // of the top level
  [[nodiscard]] auto key() const -> std::string {
    std::string out;
    root.append_key(out);
    for (auto const status : moment.ledger) out += static_cast<char>(status);
    out += moment.is_second_later ? '\1' : '\0';
    auto const undo = moment.failed_undo ? moment.failed_undo->value() + 1U : 0U;
    out += static_cast<char>(undo & 0xFFU);
    out += static_cast<char>(undo >> 8U);
    for (auto const value : facts) {
      out += static_cast<char>(value & 0xFFU);
      out += static_cast<char>(value >> 8U);
    }
    return out;
  }
};

// A node under construction: a copy that moves on from the node that is expanded.
struct Draft {
  Node node;
  Trace entries;
};

struct Known {
  std::optional<Node> node;  // until it is expanded
  std::uint32_t parent = 0;
  std::uint32_t length = 0;
  Trace entries;  // from the parent
};

auto length_of(Trace const& entries) -> std::uint32_t {
  std::uint32_t length = 0;
  for (auto const& entry : entries) length += cost_of(entry.kind);
  return length;
}

class Explorer {
 public:
  Explorer(Program const& program, Tracked const& tracked, Follow follow, Summaries& summaries,
           Budget& budget, Watcher& watcher)
      : program_(program),
        tracked_(tracked),
        relevance_(program, tracked, follow),
        summaries_(summaries),
        budget_(budget),
        watcher_(watcher) {}

  void run(asl::RegionIndex region) {
    Draft draft;
    draft.node.moment.ledger.resize(tracked_.size());
    if (region == asl::RegionIndex{0}) draft.node.facts = program_.facts().initial();
    now_length_ = 0;
    enter(draft, {}, program_.definition().region(region).start);
    keep(std::move(draft));
    while (!queue_.empty()) {
      auto const [length, index] = queue_.top();
      queue_.pop();
      auto& known = known_[index];
      if (!known.node || known.length != length) continue;
      if (budget_.nodes_left == 0 || known_.size() > budget_.nodes_at_a_time) {
        budget_.is_exceeded = true;
        return;
      }
      --budget_.nodes_left;
      ++budget_.nodes_explored;
      auto const node = std::move(*known.node);
      known.node.reset();
      now_ = index;
      now_length_ = length;
      expand(node, node.root, {});
    }
  }

 private:
  // ---- Nodes

  void keep(Draft draft) {
    auto const length = now_length_ + length_of(draft.entries);
    auto const [at, is_new] =
        index_.try_emplace(draft.node.key(), static_cast<std::uint32_t>(known_.size()));
    if (is_new)
      known_.emplace_back();
    else if (known_[at->second].length <= length)
      return;
    known_[at->second] = {.node = std::move(draft.node),
                          .parent = now_,
                          .length = length,
                          .entries = std::move(draft.entries)};
    queue_.emplace(length, at->second);
  }

  [[nodiscard]] auto way_of(Draft const& draft, std::optional<Entry> last = std::nullopt) const
      -> Way {
    auto const length = now_length_ + length_of(draft.entries) + (last ? cost_of(last->kind) : 0);
    return {.length = length, .trace = [this, &draft, last] {
              std::vector<Trace const*> parts = {&draft.entries};
              for (auto at = now_; !known_.empty(); at = known_[at].parent) {
                parts.push_back(&known_[at].entries);
                if (at == known_[at].parent) break;
              }
              Trace out;
              for (auto const* part : std::views::reverse(parts))
                out.insert(out.end(), part->begin(), part->end());
              if (last) out.push_back(*last);
              return out;
            }};
  }

  // ---- The ledger

  void happen(Draft& draft, StepId step, Happening happening) {
    auto const index = relevance_.index_of(step);
    if (!index) return;
    auto& moment = draft.node.moment;
    auto& status = moment.ledger[*index];
    status = after(status, happening);
    bool const completes =
        happening == Happening::kSucceeded || happening == Happening::kFailedMaybe;
    if (!completes || moment.ledger.size() != 2) return;
    moment.is_second_later = *index == 1 && is_active(moment.ledger[0]);
  }

  void happen_to_undone(Draft& draft, UndoId undo, Happening happening) {
    for (auto const step : program_.undo(undo).steps) happen(draft, step, happening);
  }

  void end_task(Draft& draft, asl::StateIndex state, Outcome const& outcome) {
    auto const& task = program_.task(state);
    using enum Happening;
    if (task.role == TaskRole::kStep)
      happen(draft, task.step,
             outcome.success    ? kSucceeded
             : outcome.is_maybe ? kFailedMaybe
                                : kFailedDefinite);
    if (task.role != TaskRole::kUndo) return;
    auto& failed = draft.node.moment.failed_undo;
    if (!outcome.success) {
      happen_to_undone(draft, task.undo, kUndoFailed);
      if (!failed) failed = task.undo;
      return;
    }
    watcher_.undo_succeeds(task.undo, draft.node.moment, way_of(draft));
    happen_to_undone(draft, task.undo, kUndone);
    if (failed && covers(program_.undo(task.undo), program_.undo(*failed))) failed.reset();
  }

  // ---- Moves

  void expand(Node const& node, Position const& here, PositionPath const& path) {
    if (here.has_ended) return;
    auto const& state = program_.state(here.state);
    switch (state.type) {
      case asl::StateType::kTask: return expand_task(node, here, path);
      case asl::StateType::kPass:
      case asl::StateType::kWait: return pass(node, here, path, Entry::Kind::kPassed, state.next);
      case asl::StateType::kSucceed:
        return pass(node, here, path, Entry::Kind::kSucceeded, std::nullopt);
      case asl::StateType::kChoice: return expand_choice(node, here, path);
      case asl::StateType::kFail: return raise_all(node, here, path, Entry::Kind::kFailed);
      case asl::StateType::kParallel:
      case asl::StateType::kMap: break;
    }
    for (std::uint16_t i = 0; i < here.inner.size(); ++i) {
      auto inner = path;
      inner.push_back(i);
      expand(node, here.inner[i], inner);
    }
    expand_container(node, here, path);
  }

  void pass(Node const& node, Position const& here, PositionPath const& path, Entry::Kind kind,
            std::optional<asl::StateIndex> next) {
    Draft draft{node, {{here.state, kind, 0}}};
    go(std::move(draft), path, next);
  }

  void expand_choice(Node const& node, Position const& here, PositionPath const& path) {
    auto const& choice = std::get<asl::Choice>(program_.state(here.state).details);
    // Inside of Parallels and Maps nothing is known.
    auto const& facts = path.empty() ? node.facts : Facts::Values();
    std::set<asl::StateIndex> gone_to;
    auto const take = [&](asl::StateIndex next, Facts::Exit exit) {
      if (facts.empty() && !gone_to.insert(next).second) return;
      go(Draft{node, {{here.state, Entry::Kind::kChose, next.value()}}}, path, next, exit);
    };
    for (std::size_t i = 0; i < choice.rules.size(); ++i) {
      auto const holds = program_.facts().holds(choice.rules[i].condition, facts);
      if (holds == false) continue;
      take(choice.rules[i].next, {Facts::Exit::Kind::kRule, i});
      if (holds == true) return;
    }
    if (choice.fallback) return take(*choice.fallback, {});
    raise_all(node, here, path, Entry::Kind::kNoRule);
  }

  void raise_all(Node const& node, Position const& here, PositionPath const& path,
                 Entry::Kind kind) {
    for (auto const error : program_.raised(here.state)) {
      Draft draft{node, {{here.state, kind, 0}}};
      draft.node.root.at(path).has_ended = true;
      raise(std::move(draft), path, error, here.state);
    }
  }

  void expand_task(Node const& node, Position const& here, PositionPath const& path) {
    auto const& outcomes = program_.task(here.state).outcomes;
    for (std::uint32_t i = 0; i < outcomes.size(); ++i) {
      Draft draft{node, {{here.state, Entry::Kind::kOutcome, i}}};
      end_task(draft, here.state, outcomes[i]);
      if (outcomes[i].success) {
        go(std::move(draft), path, program_.state(here.state).next);
        continue;
      }
      if (auto const* catcher = find_catcher(here.state, outcomes[i].error); catcher != nullptr) {
        go(std::move(draft), path, catcher->next, exit_by(here.state, *catcher));
        continue;
      }
      draft.node.root.at(path).has_ended = true;
      raise(std::move(draft), path, outcomes[i].error, here.state);
    }
  }

  [[nodiscard]] auto find_catcher(asl::StateIndex state, ErrorId error) const
      -> asl::Catcher const* {
    for (auto const& catcher : program_.state(state).catchers)
      if (takes(catcher.error_equals, program_.error(error))) return &catcher;
    return nullptr;
  }

  [[nodiscard]] auto exit_by(asl::StateIndex state, asl::Catcher const& catcher) const
      -> Facts::Exit {
    return {Facts::Exit::Kind::kCatch,
            static_cast<std::size_t>(&catcher - program_.state(state).catchers.data())};
  }

  // Goes on to `next`, or ends the region.
  void go(Draft draft, PositionPath const& path, std::optional<asl::StateIndex> next,
          Facts::Exit exit = {}) {
    if (path.empty() && !draft.node.facts.empty())
      program_.facts().leave(draft.node.root.state, exit, draft.node.facts);
    if (next) {
      enter(draft, path, *next);
      return keep(std::move(draft));
    }
    auto& here = draft.node.root.at(path);
    if (path.empty()) return watcher_.ended(here.state, draft.node.moment, way_of(draft));
    here = Position{.state = here.state, .has_ended = true, .retries = {}, .inner = {}};
    keep(std::move(draft));
  }

  void enter(Draft& draft, PositionPath const& path, asl::StateIndex state) {
    draft.node.root.at(path) =
        Position{.state = state, .has_ended = false, .retries = {}, .inner = {}};
    auto const& task = program_.task(state);
    if (task.role == TaskRole::kStep) happen(draft, task.step, Happening::kAttempted);
    if (task.role == TaskRole::kUndo)
      watcher_.undo_starts(task.undo, draft.node.moment,
                           way_of(draft, Entry{state, Entry::Kind::kStarted, 0}));
    enter_inside(draft, path, state);
  }

  void enter_inside(Draft& draft, PositionPath const& path, asl::StateIndex state) {
    if (!may_be_empty(state)) start_inside(draft, path, state);
  }

  void start_inside(Draft& draft, PositionPath const& path, asl::StateIndex state) {
    for (auto const region : program_.inner_regions(state)) {
      if (!relevance_.is_followed(region)) continue;
      auto inner = path;
      inner.push_back(static_cast<std::uint16_t>(draft.node.root.at(path).inner.size()));
      draft.node.root.at(path).inner.emplace_back();
      enter(draft, inner, program_.definition().region(region).start);
    }
  }

  // ---- Parallel and Map

  void expand_container(Node const& node, Position const& here, PositionPath const& path) {
    bool const is_map = program_.state(here.state).type == asl::StateType::kMap;
    if (here.inner.empty() && may_be_empty(here.state)) return begin_map(node, here, path);
    bool const all_ended =
        std::ranges::all_of(here.inner, [](Position const& inner) { return inner.has_ended; });
    if (all_ended) join(node, here, path, is_map);
    for (auto const region : program_.inner_regions(here.state)) {
      if (!is_map && relevance_.is_followed(region)) continue;
      // Of a Map that is followed these are the other iterations.
      for (auto const& failure : summaries_.of(region).failures) {
        Draft draft{node, failure.trace};
        watcher_.passes_by(region, draft.node.moment);
        fail_container(std::move(draft), path, {failure.error, failure.raiser, region});
      }
    }
  }

  // A Map that may have no items: it stands there without an iteration until one begins.
  void begin_map(Node const& node, Position const& here, PositionPath const& path) {
    Draft without{node, {{here.state, Entry::Kind::kSucceeded, 0}}};
    go(std::move(without), path, program_.state(here.state).next);
    Draft with{node, {}};
    start_inside(with, path, here.state);
    keep(std::move(with));
  }

  [[nodiscard]] auto is_followed_inside(asl::StateIndex state) -> bool {
    return std::ranges::any_of(program_.inner_regions(state), [&](asl::RegionIndex region) {
      return relevance_.is_followed(region);
    });
  }

  // Where a Map holds the very step that is followed, nothing happens to that without items.
  [[nodiscard]] auto may_be_empty(asl::StateIndex state) -> bool {
    return program_.state(state).type == asl::StateType::kMap && is_followed_inside(state) &&
           !holds_tracked_step(state);
  }

  [[nodiscard]] auto holds_tracked_step(asl::StateIndex state) const -> bool {
    return std::ranges::any_of(program_.inner_regions(state), [&](asl::RegionIndex region) {
      return relevance_.has_tracked_step(region);
    });
  }

  // All branches have ended; those that are not followed do so now.
  void join(Node const& node, Position const& here, PositionPath const& path, bool is_map) {
    Draft draft{node, {}};
    for (auto const region : program_.inner_regions(here.state)) {
      if (is_map || relevance_.is_followed(region)) continue;
      auto const& summary = summaries_.of(region);
      if (!summary.end) return;
      watcher_.passes_by(region, draft.node.moment);
      draft.entries.insert(draft.entries.end(), summary.end->begin(), summary.end->end());
    }
    if (is_map)
      for (auto const region : program_.inner_regions(here.state))
        watcher_.passes_by(region, draft.node.moment);
    draft.entries.push_back({here.state, Entry::Kind::kSucceeded, 0});
    go(std::move(draft), path, program_.state(here.state).next);
  }

  void raise(Draft draft, PositionPath const& path, ErrorId error, asl::StateIndex raiser) {
    if (path.empty()) return watcher_.failed(error, raiser, draft.node.moment, way_of(draft));
    auto const container = PositionPath(path.begin(), path.end() - 1);
    fail_container(std::move(draft), container, {error, raiser, std::nullopt});
  }

  struct BranchFailure {
    ErrorId error;
    asl::StateIndex raiser;
    std::optional<asl::RegionIndex> region;  // of a branch that is not followed
  };

  void fail_container(Draft draft, PositionPath const& path, BranchFailure const& failure) {
    auto const state = draft.node.root.at(path).state;
    abort_inner(draft, path, failure);
    auto const& retriers = program_.state(state).retriers;
    auto const& error = program_.error(failure.error);
    auto const retrier = std::ranges::find_if(
        retriers, [&](asl::Retrier const& one) { return takes(one.error_equals, error); });
    bool is_exhausted = retrier == retriers.end();
    if (!is_exhausted) {
      auto const index = static_cast<std::size_t>(retrier - retriers.begin());
      is_exhausted = retry(draft, path, index, failure.error);
    }
    if (!is_exhausted) return;
    if (auto const* catcher = find_catcher(state, failure.error); catcher != nullptr) {
      draft.entries.push_back({state, Entry::Kind::kCaught, failure.error.value()});
      return go(std::move(draft), path, catcher->next, exit_by(state, *catcher));
    }
    draft.node.root.at(path).has_ended = true;
    raise(std::move(draft), path, failure.error, failure.raiser);
  }

  // Whether the error may also go on to the catchers.
  auto retry(Draft const& draft, PositionPath const& path, std::size_t index, ErrorId error)
      -> bool {
    auto again = draft;
    auto& here = again.node.root.at(path);
    auto const state = here.state;
    auto const& retrier = program_.state(state).retriers[index];
    here.retries.resize(program_.state(state).retriers.size());
    auto& done = here.retries[index];
    bool const endless = is_for_ever(retrier);
    bool const may_go_on = endless || done < retrier.attempts_max;
    bool const may_be_exhausted =
        !endless && (done >= retrier.attempts_max || done >= kRetriesCounted);
    if (!may_go_on) return true;
    if (!endless && done < kRetriesCounted) ++done;
    again.entries.push_back({state, Entry::Kind::kRetried, error.value()});
    enter_inside(again, path, state);
    keep(std::move(again));
    return may_be_exhausted;
  }

  void abort_inner(Draft& draft, PositionPath const& path, BranchFailure const& failure) {
    auto const state = draft.node.root.at(path).state;
    std::size_t followed = 0;
    bool const is_map = program_.state(state).type == asl::StateType::kMap;
    for (auto const region : program_.inner_regions(state)) {
      if (relevance_.is_followed(region)) {
        if (followed == draft.node.root.at(path).inner.size()) continue;  // a Map before its start
        auto inner = path;
        inner.push_back(static_cast<std::uint16_t>(followed++));
        abort(draft, inner);
      } else if (!is_map && region != failure.region) {
        abort_start(draft, program_.definition().region(region).start);
      }
    }
    draft.node.root.at(path).inner.clear();
  }

  void abort(Draft& draft, PositionPath const& path) {
    auto const& here = draft.node.root.at(path);
    if (here.has_ended) return;
    auto const state = here.state;
    auto const& task = program_.task(state);
    if (program_.state(state).type == asl::StateType::kTask)
      draft.entries.push_back({state, Entry::Kind::kAborted, 0});
    if (task.role == TaskRole::kStep) happen(draft, task.step, Happening::kFailedMaybe);
    if (task.role == TaskRole::kUndo) happen_to_undone(draft, task.undo, Happening::kUndoAborted);
    if (!program_.inner_regions(state).empty())
      abort_inner(draft, path, {ErrorId{}, state, std::nullopt});
  }

  // A branch that is not followed, and that has not moved.
  void abort_start(Draft& draft, asl::StateIndex state) {
    if (program_.state(state).type == asl::StateType::kTask)
      draft.entries.push_back({state, Entry::Kind::kAborted, 0});
    for (auto const region : program_.inner_regions(state))
      abort_start(draft, program_.definition().region(region).start);
  }

  Program const& program_;
  Tracked const& tracked_;
  Relevance relevance_;
  Summaries& summaries_;
  Budget& budget_;
  Watcher& watcher_;
  std::unordered_map<std::string, std::uint32_t> index_;
  std::deque<Known> known_;
  using Queued = std::pair<std::uint32_t, std::uint32_t>;  // length, index into known_
  std::priority_queue<Queued, std::vector<Queued>, std::greater<>> queue_;
  std::uint32_t now_ = 0;  // that is being expanded
  std::uint32_t now_length_ = 0;
};

}  // namespace

void explore(Program const& program, asl::RegionIndex region, Tracked const& tracked, Follow follow,
             Summaries& summaries, Budget& budget, Watcher& watcher) {
  Explorer(program, tracked, follow, summaries, budget, watcher).run(region);
}

}  // namespace treadle::saga
