// Journal events as bytes: one row holds the events of one command.
// docs/journal-format.md has the layout.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "treadle/base/result.h"
#include "treadle/json/arena.h"
#include "treadle/record/journal_event.h"

namespace treadle::record {

// Written into every row. A row with a higher version is refused: a newer treadle wrote it.
inline constexpr std::uint8_t kJournalVersion = 1;

// The first release that reads rows of a version, for the message of a refusal.
[[nodiscard]] auto release_that_reads(std::uint64_t version) -> std::string_view;

[[nodiscard]] auto encode(std::span<JournalEvent const> events) -> std::string;
// The same behind what `out` holds already.
void encode_onto(std::string& out, std::span<JournalEvent const> events);

// Appends the events of a row to `out`. Texts point into `row`, spans into `arena`; both
// must outlive the events. Never reads beyond `row`, whatever it holds; the error says
// what is wrong and where (byte offset).
[[nodiscard]] auto decode(std::string_view row, json::Arena& arena, std::vector<JournalEvent>& out)
    -> Result<void, std::string>;

}  // namespace treadle::record
