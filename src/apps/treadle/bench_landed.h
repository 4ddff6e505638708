// What landed in the services after `treadle bench pipeline`: read from outside of the engine, and
// compared with what each message must have come to. Whatever is missing, too much or different ends
// the process with its place.
#pragma once

#include <cstdint>
#include <filesystem>

#include "treadle/targets/targets.h"

namespace treadle::app {

// Rows of the table in timestream.db.
[[nodiscard]] auto check_records(std::filesystem::path const& folder, std::uint64_t messages)
    -> std::uint64_t;

struct LandedEvents {
  std::uint64_t count = 0;
  std::uint64_t ids = 0;  // the sum of event_mark()
};
// Binds the id of an event to its message: the marks of all answers add up to those of all events.
[[nodiscard]] auto event_mark(std::uint64_t number, std::string_view event_id) -> std::uint64_t;
// Events in messages.db.
[[nodiscard]] auto check_events(std::filesystem::path const& folder, std::uint64_t messages)
    -> LandedEvents;

// Objects as S3 lists and gives them.
[[nodiscard]] auto check_objects(targets::Targets const& targets, std::uint64_t messages)
    -> std::uint64_t;

}  // namespace treadle::app
