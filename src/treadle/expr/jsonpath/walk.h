// Following a program through a document. Private to the module.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

#include "treadle/base/limits.h"
#include "treadle/base/result.h"
#include "treadle/expr/environment.h"
#include "treadle/expr/jsonpath/path.h"
#include "treadle/expr/jsonpath/program.h"
#include "treadle/json/arena.h"
#include "treadle/json/value.h"

namespace treadle::expr::jsonpath {

// Why a program led nowhere. Cheap: the sentence is made by describe() when somebody wants it.
struct Failure {
  enum class Reason : std::uint8_t {
    kNoResult,       // the last step found nothing
    kMissingMember,  // an object on the way has no such member
    kNotAnObject,    // a member was asked of something else
    kNull,           // an index was asked of null
    kNotAnArray,     // an index was asked of something else
    kFilterOnScalar,
    kUnknownFunction,
    kNothingToAggregate,
    kIndexOutOfRange,
    kBadArgument,
    kUndecidable,  // a filter compares what has no order or type
    kTooMuchWork,
  } reason = Reason::kNoResult;
  std::size_t step = 0;  // at which the failure happened
  json::Value at;        // what was there

  // A place that is not there, as opposed to an expression that makes no sense.
  [[nodiscard]] auto is_not_found() const -> bool { return reason <= Reason::kNotAnArray; }
};

// The sentence of the Jayway library for it.
[[nodiscard]] auto describe(Program const& program, Failure const& failure) -> std::string;

// What the evaluation of one path shares with the paths in its filters.
class Evaluation {
 public:
  Evaluation(json::Value document, Environment& environment, json::Arena& arena)
      : document_(document), environment_(&environment), arena_(&arena) {}
  [[nodiscard]] auto document() const -> json::Value { return document_; }
  [[nodiscard]] auto arena() const -> json::Arena& { return *arena_; }
  // Takes `nodes` from what may still be visited; false once that, or the time, is used up.
  [[nodiscard]] auto spend(std::size_t nodes) -> bool {
    bool const asks = left_ <= ask_at_;
    if (asks) ask_at_ = left_ - std::min(left_, kNodesBetweenQuestions);
    if (nodes > left_ || (asks && environment_->must_stop())) {
      left_ = 0;
      return false;
    }
    left_ -= nodes;
    return true;
  }

 private:
  static constexpr std::size_t kNodesBetweenQuestions = 64;

  json::Value document_;
  Environment* environment_;
  json::Arena* arena_;
  std::size_t left_ = limits::kExpressionNodes;
  std::size_t ask_at_ = limits::kExpressionNodes - kNodesBetweenQuestions;
};

enum class Missing : std::uint8_t {
  kSkipped,  // a missing member is a failure on definite paths only
  kFails,    // anywhere: how a filter asks whether something exists
};

// The value of a definite program, the array of the values of another one. `start` is the document,
// or the item that a filter looks at.
[[nodiscard]] auto follow(Program const& program, json::Value start, Evaluation& evaluation,
                          Missing missing = Missing::kSkipped) -> Result<json::Value, Failure>;

}  // namespace treadle::expr::jsonpath
