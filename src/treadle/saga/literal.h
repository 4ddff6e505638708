// The tree that a saga's definition is read from, whichever way it was written: YAML, JSON, or the
// array or object literal of a JavaScript or TypeScript listing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "treadle/base/result.h"

namespace treadle::saga {

struct Mark {
  std::size_t line = 1;    // from 1
  std::size_t column = 1;  // from 1
};

struct Literal {
  enum class Kind : std::uint8_t { kNull, kBool, kNumber, kString, kList, kMap };
  struct Member;

  Kind kind = Kind::kNull;
  Mark mark;
  std::string text;  // of a string; of a number and a bool as JSON writes it
  std::vector<Literal> elements;
  std::vector<Member> members;  // as written, names unique

  // The member of that name, or nullptr; nullptr also where this is no map.
  [[nodiscard]] auto find(std::string_view key) const -> Literal const*;
};

struct Literal::Member {
  Literal key;  // a kString
  Literal value;
};

struct LiteralError {
  std::string message;
  Mark mark;
};

inline constexpr std::size_t kLiteralBytesMax = 1U << 20U;
inline constexpr std::size_t kLiteralDepthMax = 40;
inline constexpr std::size_t kLiteralValuesMax = 100'000;

// A literal as JavaScript writes it, which JSON is, too: keys with or without quotes, strings in any of the three
// quotes (without ${}), comments, trailing commas; before it may stand `export`, `const NAME [: TYPE] =`, behind it
// `as const`, `satisfies TYPE` and a semicolon. Nothing is ever computed. Time is linear in the text.
[[nodiscard]] auto parse_listing(std::string_view text) -> Result<Literal, LiteralError>;

// YAML, with the types of its core schema: what is not quoted may be null, a bool or a number.
[[nodiscard]] auto parse_yaml(std::string const& text) -> Result<Literal, LiteralError>;

// Whichever of the two `text` looks like.
[[nodiscard]] auto parse_literal(std::string const& text) -> Result<Literal, LiteralError>;

}  // namespace treadle::saga
