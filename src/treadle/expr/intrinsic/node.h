// What a call is parsed into, and what the implementations of the functions are given. Private to
// the module. One .cc a family of functions; function_table.cc maps names to them.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "treadle/base/result.h"
#include "treadle/expr/environment.h"
#include "treadle/expr/jsonpath/path.h"
#include "treadle/json/arena.h"
#include "treadle/json/value.h"

namespace treadle::expr::intrinsic {

inline constexpr std::size_t kNestingMax = 10;         // calls in calls, the outermost included
inline constexpr std::size_t kTextChars = 10'000;      // of Format's template, Base64 and Hash data
inline constexpr std::int64_t kRangeElements = 1'000;  // of ArrayRange

// The arguments of one call, evaluated, and what else a function may use.
struct Invocation {
  std::span<json::Value const> arguments;
  // Of Format with a literal template: the texts between its placeholders; else empty.
  std::span<std::string const> segments;
  Environment& environment;
  json::Arena& arena;
};

// The value, or a sentence that says what is wrong with the arguments.
using Answer = Result<json::Value, std::string>;

struct FunctionEntry {
  std::string_view name;  // without "States."
  std::size_t arguments_min;
  std::size_t arguments_max;
  auto (*apply)(Invocation const& invocation) -> Answer;
  // What each argument must be: t(ext), n(umber), b(oolean), l(ist), o(bject), or a(ny); the last
  // letter counts for those that follow.
  std::string_view kinds;
};

// nullptr when there is no function of that name.
[[nodiscard]] auto find_function(std::string_view name) -> FunctionEntry const*;

struct Node {
  enum class Kind : std::uint8_t { kConstant, kPath, kCall } kind = Kind::kConstant;
  json::Value constant;  // points into `text`
  std::string text;      // of a constant: its text, unescaped
  bool is_text = false;  // it stood in quotes
  std::optional<jsonpath::Path> path;
  FunctionEntry const* function = nullptr;
  std::vector<Node> arguments;
  std::vector<std::string> segments;  // of Format with a literal template
};

}  // namespace treadle::expr::intrinsic
