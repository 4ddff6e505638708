// Texts as Slack takes them: escaped, and never longer than it allows. A text that is too long fails the
// whole message, so it is cut, and says so.
// Source: Slack, "Formatting text for app surfaces"; Block Kit reference; @slack/types.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace treadle::approvals::slack {

// What Slack allows, in characters.
inline constexpr std::size_t kButtonTextMax = 75;
inline constexpr std::size_t kButtonValueMax = 2'000;
inline constexpr std::size_t kActionIdMax = 255;
inline constexpr std::size_t kBlockIdMax = 255;
inline constexpr std::size_t kHeaderTextMax = 150;
inline constexpr std::size_t kSectionTextMax = 3'000;
inline constexpr std::size_t kFieldTextMax = 2'000;
inline constexpr std::size_t kFieldsMax = 10;  // of one section
inline constexpr std::size_t kContextTextMax = 2'000;
inline constexpr std::size_t kBlocksMax = 50;  // of one message
inline constexpr std::size_t kUrlMax = 3'000;
inline constexpr std::size_t kModalTitleMax = 24;
inline constexpr std::size_t kPrivateMetadataMax = 3'000;
inline constexpr std::size_t kInputTextMax = 3'000;
// Of a message's `text`; Slack cuts at 40,000 and asks for less.
inline constexpr std::size_t kMessageTextMax = 4'000;

// What a cut text ends in.
inline constexpr std::string_view kCutMark = "… (cut)";

// '&', '<' and '>' as entities, so that no mention, link or channel comes out of data; control
// characters, line feeds among them, become blanks. `text` that is not UTF-8 loses what is not.
[[nodiscard]] auto escape_mrkdwn(std::string_view text) -> std::string;

// `text` (UTF-8), if it has more than `units_max` UTF-16 units cut to that many, kCutMark included;
// no character and no entity is cut in two. `units_max` is at least 8.
[[nodiscard]] auto cut(std::string_view text, std::size_t units_max) -> std::string;

// Data for a plain_text: control characters become blanks, then cut().
[[nodiscard]] auto plain(std::string_view text, std::size_t units_max) -> std::string;

}  // namespace treadle::approvals::slack
