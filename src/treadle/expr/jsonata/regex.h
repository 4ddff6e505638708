// JavaScript's regular expressions (no flag u), matched by PCRE2.
// Source: ECMA-262, Patterns, with Annex B. DIFFERS: a look behind must be of fixed length, and a
// group inside a repeated one keeps what an earlier round captured.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "treadle/base/result.h"
#include "treadle/expr/jsonata/failure.h"

namespace treadle::expr::jsonata {

// From begin up to, without, end.
struct Span {
  std::size_t begin = 0;
  std::size_t end = 0;

  friend auto operator==(Span, Span) -> bool = default;
};

struct Match {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::vector<std::optional<Span>> groups;  // nullopt: took no part

  friend auto operator==(Match const&, Match const&) -> bool = default;
};

// A text (WTF-8) as UTF-16 units, which is how JavaScript sees it: made once, matched often.
class Subject {
 public:
  explicit Subject(std::string_view text);

  [[nodiscard]] auto units() const -> std::u16string_view { return units_; }
  // The text of a span; half of a surrogate pair becomes a surrogate that stands alone.
  [[nodiscard]] auto text_of(Span span) const -> std::string;

 private:
  std::u16string units_;
};

// What one call of match() may cost. Beyond it, it fails with D1012.
struct MatchLimits {
  std::uint32_t steps_max = 20'000'000;  // over all places where a match may begin, about
  std::uint32_t depth_max = 1'000'000;
  std::uint32_t heap_kib_max = 65'536;
  // Asked now and then, as a Budget's; true ends the search.
  std::function<bool(std::chrono::milliseconds ahead)> const* is_over = nullptr;
};

class Regex {
 public:
  // `flags` are of "i" and "m". S0302 says why `pattern` (WTF-8, without the slashes) is none.
  [[nodiscard]] static auto compile(std::string_view pattern, std::string_view flags)
      -> Result<Regex, Failure>;

  // The first match that begins at `from` or behind it. All places count UTF-16 units. Any thread.
  [[nodiscard]] auto match(Subject const& subject, std::size_t from,
                           MatchLimits const& limits = {}) const
      -> Result<std::optional<Match>, Failure>;

 private:
  struct Code;
  std::shared_ptr<Code const> code_;
};

}  // namespace treadle::expr::jsonata
