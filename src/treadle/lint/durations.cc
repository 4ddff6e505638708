#include "treadle/lint/durations.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

namespace treadle::lint {
namespace {

using asl::StateIndex;

// The pauses of one retrier. Beyond kExactRetries the last pause is taken for all that follow.
auto pauses_of(asl::Retrier const& retrier) -> double {
  constexpr std::uint32_t kExactRetries = 1'000;
  auto const cap = retrier.delay_seconds_max ? static_cast<double>(*retrier.delay_seconds_max)
                                             : std::numeric_limits<double>::max();
  double sum = 0;
  double pause = retrier.interval_seconds;
  auto const exact = std::min(retrier.attempts_max, kExactRetries);
  for (std::uint32_t n = 0; n < exact; ++n) {
    sum += std::min(pause, cap);
    pause = std::min(pause * retrier.backoff_rate, std::numeric_limits<double>::max());
  }
  return sum + (retrier.attempts_max - exact) * std::min(pause, cap);
}

// The states of a region in an order in which each comes after all that it leads to, but for the
// edges that close a loop.
class BackwardOrder {
 public:
  explicit BackwardOrder(Machine const& machine) : machine_(machine), mark_(machine.count()) {}

  auto of(StateIndex start) -> std::vector<StateIndex> {
    order_.clear();
    push(start);
    while (!open_.empty()) {
      auto& [state, next] = open_.back();
      auto const edges = machine_.edges(state);
      if (next < edges.size()) {
        auto const to = edges[next++].to;
        if (mark_[to.value()] == Mark::kNew) push(to);
      } else {
        mark_[state.value()] = Mark::kDone;
        order_.push_back(state);
        open_.pop_back();
      }
    }
    return order_;
  }

 private:
  enum class Mark : std::uint8_t { kNew, kOpen, kDone };
  struct Visit {
    StateIndex state;
    std::size_t next;  // the edge to look at
  };

  void push(StateIndex state) {
    mark_[state.value()] = Mark::kOpen;
    open_.push_back({state, 0});
  }

  Machine const& machine_;
  std::vector<Mark> mark_;
  std::vector<Visit> open_;
  std::vector<StateIndex> order_;
};

class Clock {
 public:
  explicit Clock(Machine const& machine)
      : machine_(machine),
        regions_(machine.definition().regions.size()),
        to_end_(machine.count()),
        order_(machine) {}

  // Inner regions stand behind the ones around them.
  auto regions() -> std::vector<Duration> {
    for (auto r = regions_.size(); r-- > 0;)
      regions_[r] = measure(machine_.definition().regions[r].start);
    return regions_;
  }

 private:
  // From the beginning of `start` to the end of its region.
  auto measure(StateIndex start) -> Duration {
    constexpr auto kNever = std::numeric_limits<double>::infinity();
    auto const order = order_.of(start);
    for (auto const state : order) to_end_[state.value()] = {kNever, 0};
    for (auto const state : order) {
      auto const own = of_state(state);
      auto const edges = machine_.edges(state);
      // Choice rules that all fail end the execution as well, but that is no way that one means.
      Duration rest{edges.empty() || !has_successor(state) ? 0 : kNever, 0};
      for (auto const& edge : edges) {
        auto const& after = to_end_[edge.to.value()];
        // A state may fail at once.
        auto const least = edge.kind == Edge::Kind::kCatch ? after.least - own.least : after.least;
        rest.least = std::min(rest.least, least);
        rest.most = std::max(rest.most, after.most);
      }
      to_end_[state.value()] = {std::max(own.least + rest.least, 0.0), own.most + rest.most};
    }
    auto const total = to_end_[start.value()];
    return {std::isfinite(total.least) ? total.least : 0, total.most};
  }

  [[nodiscard]] auto has_successor(StateIndex i) const -> bool {
    return std::ranges::any_of(machine_.edges(i),
                               [](Edge const& edge) { return edge.kind != Edge::Kind::kCatch; });
  }

  [[nodiscard]] auto of_state(StateIndex i) const -> Duration {
    auto const& state = machine_.state(i);
    auto const& place = machine_.place(i);
    if (state.type == asl::StateType::kWait) {
      auto const seconds = place.number("Seconds").value_or(0);
      return {seconds, seconds};
    }
    Duration once;
    if (state.type == asl::StateType::kTask) once.most = place.number("TimeoutSeconds").value_or(0);
    for (auto const region : inner_regions(state)) {
      auto const& inner = regions_[region.value()];
      // A Map may have no items.
      if (state.type == asl::StateType::kParallel) once.least = std::max(once.least, inner.least);
      once.most = std::max(once.most, inner.most);
    }
    auto const attempts = attempts_of(state);
    return {once.least, once.most * attempts.count + attempts.pause_seconds};
  }

  Machine const& machine_;
  std::vector<Duration> regions_;
  std::vector<Duration> to_end_;  // by state
  BackwardOrder order_;
};

}  // namespace

auto attempts_of(asl::State const& state) -> Attempts {
  Attempts attempts;
  for (auto const& retrier : state.retriers) {
    attempts.count += retrier.attempts_max;
    attempts.pause_seconds += pauses_of(retrier);
  }
  return attempts;
}

auto region_durations(Machine const& machine) -> std::vector<Duration> {
  return Clock(machine).regions();
}

}  // namespace treadle::lint
