// An execution's history for people: a line a state, with its duration, attempts and error.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "treadle/base/time.h"

namespace treadle::app {

// What the timeline needs of a history event, from the engine or from the API.
struct TimelineEvent {
  std::string type;
  Timestamp at;
  std::string
      name;  // of the state, for ...StateEntered and ...StateExited; of the Map for iterations
  std::string error;  // of failures
  std::string cause;
  int index = -1;  // of a Map iteration
  std::uint32_t id = 0;
  std::uint32_t previous_id = 0;
};

enum class Colour : std::uint8_t { kOff, kOn };
// On a terminal, unless NO_COLOR is set. `fd` is 1 or 2.
[[nodiscard]] auto colour_for(int fd) -> Colour;

[[nodiscard]] auto print_timeline(std::vector<TimelineEvent> const& events, Colour colour)
    -> std::string;

}  // namespace treadle::app
