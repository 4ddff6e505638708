// What is known of a JSON value before it exists: which members it surely has, and which a state
// once wrote and another lost.
//
// Shapes are immutable and shared. Their size is bounded: what is larger is lost from sight.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "treadle/asl/model.h"
#include "treadle/json/value.h"

namespace treadle::lint {

// Why a member is not there.
struct Cause {
  enum class Kind : std::uint8_t {
    kReplaced,  // the state's result took the place of its whole input
    kCaught,    // a catcher left Error and Cause alone
    kLiteral,   // the state's Result
    kTemplate,  // the state's Parameters, ResultSelector or ItemSelector
    kNothing,   // the state's InputPath or OutputPath is null
    kArray,     // the state's result is an array
    kInvoked,   // the state calls lambda:invoke, which wraps the function's answer
  } kind = Kind::kReplaced;
  asl::StateIndex state;
};

struct Shape;
using ShapePtr = std::shared_ptr<Shape const>;

// From good to bad: of two ways the worse counts.
enum class Presence : std::uint8_t {
  kSure,
  kUnknown,    // there on one way; on another it is anybody's guess
  kUnwritten,  // a state writes it, but not on every way; it may come from the machine's input
  kMissing,    // not there, on one way at least
};

struct Member {
  ShapePtr value;
  Presence presence = Presence::kSure;
  std::optional<asl::StateIndex> writer{};
  std::optional<Cause> cause{};  // of kMissing
};

struct Shape {
  std::map<std::string, Member, std::less<>> members{};
  // On one way at least there are no other members, and this is why.
  std::optional<Cause> closed_by{};
  bool is_answer = false;          // a task made it: its other members are anybody's guess
  bool is_lost = false;            // too large to follow: nothing is said of it from here on
  std::uint64_t bytes_min = 0;     // printed
  std::uint64_t elements_min = 0;  // of an array
  std::uint32_t nodes = 1;
};

// Nothing is known, but for its size.
[[nodiscard]] auto unknown(std::uint64_t bytes_min = 0) -> ShapePtr;
// What a task answers.
[[nodiscard]] auto answer() -> ShapePtr;
// Nothing will be said of it.
[[nodiscard]] auto lost(std::uint64_t bytes_min = 0) -> ShapePtr;
[[nodiscard]] auto array_of(std::uint64_t elements_min, std::uint64_t bytes_min, Cause why)
    -> ShapePtr;
[[nodiscard]] auto literal(json::Value value, Cause why) -> ShapePtr;

using NamedShapes = std::vector<std::pair<std::string, ShapePtr>>;
// An object with these members and no others; of two with one name the later stands.
[[nodiscard]] auto object_of(NamedShapes members, Cause why) -> ShapePtr;

// What a catcher hands on: Error and Cause.
[[nodiscard]] auto caught_error(asl::StateIndex failed) -> ShapePtr;

// The result of `state`, which takes the place of `before`: what states wrote into that is lost.
[[nodiscard]] auto replaced(ShapePtr const& result, ShapePtr const& before, asl::StateIndex state)
    -> ShapePtr;

// Whatever holds on either way. The same pointer as `a` if `b` adds nothing.
[[nodiscard]] auto merged(ShapePtr const& a, ShapePtr const& b) -> ShapePtr;

using Names = std::vector<std::string>;

// The member that is not there, or may not be.
struct Miss {
  Names path;  // to it, and it
  Presence presence = Presence::kMissing;
  std::optional<asl::StateIndex> writer;
  std::optional<Cause> cause;
};

struct Selection {
  ShapePtr value;
  std::optional<Miss> miss;  // the first on the way
};

[[nodiscard]] auto select(ShapePtr const& shape, Names const& names) -> Selection;
// With the member written by `writer`.
[[nodiscard]] auto with(ShapePtr const& shape, std::span<std::string const> names, ShapePtr value,
                        asl::StateIndex writer) -> ShapePtr;
// With the member surely there: it has been read.
[[nodiscard]] auto with_seen(ShapePtr const& shape, std::span<std::string const> names) -> ShapePtr;

}  // namespace treadle::lint
