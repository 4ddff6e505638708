// The files that an import reads, places in them, and what is wrong there.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "treadle/base/result.h"

namespace treadle::import::terraform {

// A byte of one of the Sources.
struct Location {
  std::uint32_t file = 0;
  std::uint32_t offset = 0;
};

// Of a problem with no place in a file.
inline constexpr Location kNowhere = {0xFFFFFFFFU, 0};

enum class Severity : std::uint8_t { kError, kWarning };

// What is wrong (or odd) and where. `message` says what was expected, in one line without a full
// stop.
struct Problem {
  std::string message;
  Location at;
  Severity severity = Severity::kError;
};

template <typename T>
using Outcome = Result<T, Problem>;

[[nodiscard]] inline auto problem(Location at, std::string message) -> std::unexpected<Problem> {
  return std::unexpected(Problem{std::move(message), at, Severity::kError});
}

struct LineColumn {
  std::size_t line = 1;    // from 1
  std::size_t column = 1;  // from 1, in characters (code points)
};

// Owns the texts. Views into a text live as long as the Sources, also after more files were added.
class Sources {
 public:
  // Takes a file in; a byte order mark at its start is dropped. Refused with a reason: more than
  // kFileBytesMax, or text that is not UTF-8. `name` is what messages call it.
  [[nodiscard]] auto add(std::string name, std::string text) -> Result<std::uint32_t, std::string>;

  [[nodiscard]] auto text(std::uint32_t file) const -> std::string_view {
    return files_[file]->text;
  }
  [[nodiscard]] auto name(std::uint32_t file) const -> std::string_view {
    return files_[file]->name;
  }
  [[nodiscard]] auto line_column(Location at) const -> LineColumn;

  // "main.tf:3:7: error: MESSAGE", then the line, then a caret below the place; "error: MESSAGE"
  // for kNowhere. Ends in a newline.
  [[nodiscard]] auto render(Problem const& problem) const -> std::string;

  static constexpr std::size_t kFileBytesMax = 4U << 20U;

 private:
  struct File {
    std::string name;
    std::string text;
  };
  std::vector<std::unique_ptr<File const>> files_;
};

}  // namespace treadle::import::terraform
