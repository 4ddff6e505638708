// A definition as the rules look at it: the model, the JSON behind it, and who leads to whom.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "treadle/asl/model.h"
#include "treadle/lint/place.h"

namespace treadle::lint {

// How one state leads to another of its region.
struct Edge {
  enum class Kind : std::uint8_t { kNext, kRule, kDefault, kCatch } kind = Kind::kNext;
  asl::StateIndex to;
  std::size_t index = 0;  // of the Choice rule or the catcher
};

class Machine {
 public:
  // `root` is the definition's text, parsed in place. Both must outlive this.
  Machine(asl::Definition const& definition, Place root, asl::MachineType type);

  [[nodiscard]] auto definition() const -> asl::Definition const& { return definition_; }
  [[nodiscard]] auto root() const -> Place const& { return root_; }
  [[nodiscard]] auto count() const -> std::uint32_t {
    return static_cast<std::uint32_t>(places_.size());
  }
  [[nodiscard]] auto state(asl::StateIndex i) const -> asl::State const& {
    return definition_.state(i);
  }
  [[nodiscard]] auto place(asl::StateIndex i) const -> Place const& { return places_[i.value()]; }
  [[nodiscard]] auto edges(asl::StateIndex i) const -> std::span<Edge const> {
    return edges_[i.value()];
  }
  // Of the executions that run the state.
  [[nodiscard]] auto type(asl::StateIndex i) const -> asl::MachineType {
    return region_types_[state(i).region.value()];
  }
  // The Parallel or Map around it.
  [[nodiscard]] auto owner(asl::StateIndex i) const -> std::optional<asl::StateIndex> {
    return definition_.region(state(i).region).owner;
  }
  [[nodiscard]] auto task(asl::StateIndex i) const -> asl::Task const* {
    return std::get_if<asl::Task>(&state(i).details);
  }
  // Whether a catcher stands on every way to the state.
  [[nodiscard]] auto runs_only_after_failure(asl::StateIndex i) const -> bool {
    return is_normal_[i.value()] == 0;
  }

  // The states that one can get to from `from`, itself only if a way leads back; marks by state.
  [[nodiscard]] auto reachable(asl::StateIndex from) const -> std::vector<char>;

 private:
  void find_places(Place const& region);
  void link(asl::StateIndex i);
  void find_region_types(asl::MachineType type);
  void find_normal_states();

  asl::Definition const& definition_;
  Place root_;
  std::vector<Place> places_;
  std::vector<std::vector<Edge>> edges_;
  std::vector<asl::MachineType> region_types_;
  std::vector<char> is_normal_;
};

// The regions that a Parallel or Map runs; empty for other states.
[[nodiscard]] auto inner_regions(asl::State const& state) -> std::vector<asl::RegionIndex>;

// Whether a call of the task changes something: all but reads, as far as their names tell.
[[nodiscard]] auto has_effect(asl::Task const& task) -> bool;

}  // namespace treadle::lint
