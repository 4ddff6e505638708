// Bytes that come in pieces, cut into lines. Holds one line at most, and of one that is too long
// nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace treadle::runtime {

class LineSplitter {
 public:
  struct Line {
    std::string_view text;     // without its end; valid until the next call; empty where too long
    std::uint64_t number = 0;  // from 1, blank lines included
    bool is_too_long = false;
  };

  explicit LineSplitter(std::size_t bytes_max) : bytes_max_(bytes_max) {}

  // Takes the next line out of `bytes`. nullopt: all of them are taken and the line goes on. Lines
  // of white space alone are passed over.
  [[nodiscard]] auto next(std::string_view& bytes) -> std::optional<Line>;
  // What came last, where it had no end of line.
  [[nodiscard]] auto last() -> std::optional<Line>;

 private:
  void keep(std::string_view part);
  [[nodiscard]] auto line(std::string_view text) -> std::optional<Line>;

  std::size_t const bytes_max_;
  std::string kept_;   // the line so far, where its pieces came apart
  std::string whole_;  // the line that was given out last, if it was put together
  std::uint64_t lines_ = 0;
  bool is_too_long_ = false;
};

}  // namespace treadle::runtime
