#include "treadle/expr/jsonpath/walk.h"

#include <algorithm>
#include <vector>

#include "treadle/expr/jsonpath/function.h"

namespace treadle::expr::jsonpath {
namespace {

using Reason = Failure::Reason;
using json::Value;

// The element that `index` names, counted from the end when negative; nullptr out of range.
auto element(Value array, std::int64_t index) -> Value const* {
  auto const elements = array.elements();
  if (index < 0) index += static_cast<std::int64_t>(elements.size());
  if (index < 0 || static_cast<std::size_t>(index) >= elements.size()) return nullptr;
  return &elements[static_cast<std::size_t>(index)];
}

// Follows any program. Recursive over the steps and, for "..", over the document: both are bounded.
class Walker {
 public:
  Walker(Program const& program, Evaluation& evaluation, Missing missing)
      : program_(program), evaluation_(evaluation), missing_(missing) {}

  auto run(Value start) -> Result<Value, Failure> {
    auto const done = program_.steps.empty() ? add(start) : take(0, start);
    if (!done) return std::unexpected(failure_);
    if (!program_.is_definite) return json::make_array(evaluation_.arena(), results_);
    if (results_.empty()) return std::unexpected(Failure{Reason::kNoResult, 0, {}});
    return results_.back();
  }

 private:
  auto step(std::size_t i) const -> Step const& { return program_.steps[i]; }
  auto is_last(std::size_t i) const -> bool { return i + 1 == program_.steps.size(); }
  auto members(std::size_t i) const -> std::vector<std::string> const& {
    return program_.member_lists[static_cast<std::size_t>(step(i).index)];
  }

  auto fail(Reason reason, std::size_t i, Value at) -> bool {
    failure_ = {reason, i, at};
    return false;
  }
  // What finds nothing: fatal on a definite way, else the next place is tried.
  auto miss(Reason reason, std::size_t i, Value at) -> bool {
    return step(i).upstream_definite ? fail(reason, i, at) : true;
  }

  auto add(Value value) -> bool {
    results_.push_back(value);
    return evaluation_.spend(1) || fail(Reason::kTooMuchWork, 0, value);
  }
  auto go_on(std::size_t i, Value value) -> bool {
    return is_last(i) ? add(value) : take(i + 1, value);
  }

  // Takes step `i` from `at` and all steps behind it. False once failure_ is set.
  auto take(std::size_t i, Value at) -> bool {
    if (!evaluation_.spend(1)) return fail(Reason::kTooMuchWork, i, at);
    switch (step(i).kind) {
      case StepKind::kMember: return take_member(i, at);
      case StepKind::kMembers: return take_members(i, at);
      case StepKind::kIndex:
      case StepKind::kIndexes:
      case StepKind::kSlice: return take_elements(i, at);
      case StepKind::kWildcard: return take_wildcard(i, at);
      case StepKind::kScan: return is_last(i) || scan(i + 1, at);
      case StepKind::kFilter: return take_filter(i, at);
      case StepKind::kFunction: return take_function(i, at);
    }
    return false;
  }

  auto take_member(std::size_t i, Value at) -> bool {
    if (!at.is_object()) return miss(Reason::kNotAnObject, i, at);
    return take_name(i, at, step(i).name);
  }

  auto take_name(std::size_t i, Value at, std::string_view name) -> bool {
    if (auto const* value = at.find(name)) return go_on(i, *value);
    if (missing_ == Missing::kFails) return fail(Reason::kMissingMember, i, at);
    auto const fatal =
        !is_last(i) && step(i).upstream_definite && step(i).kind == StepKind::kMember;
    return fatal ? fail(Reason::kMissingMember, i, at) : true;
  }

  auto take_members(std::size_t i, Value at) -> bool {
    if (!at.is_object()) return miss(Reason::kNotAnObject, i, at);
    if (is_last(i)) return merge_members(i, at);
    return std::ranges::all_of(members(i),
                               [&](auto const& name) { return take_name(i, at, name); });
  }

  // At the end of a path, ['a','b'] gives one object of those members that are there.
  auto merge_members(std::size_t i, Value at) -> bool {
    auto found = std::vector<json::Member>();
    for (auto const& name : members(i)) {
      auto const* value = at.find(name);
      if (value == nullptr && missing_ == Missing::kFails)
        return fail(Reason::kMissingMember, i, at);
      auto const is_new = std::ranges::find(found, name, &json::Member::key) == found.end();
      if (value != nullptr && is_new) found.push_back({name, *value});
    }
    if (!evaluation_.spend(found.size())) return fail(Reason::kTooMuchWork, i, at);
    return add(json::make_object(evaluation_.arena(), found));
  }

  auto take_elements(std::size_t i, Value at) -> bool {
    if (at.is_null()) return miss(Reason::kNull, i, at);
    if (!at.is_array()) return miss(Reason::kNotAnArray, i, at);
    auto const place = static_cast<std::size_t>(step(i).index);
    if (step(i).kind == StepKind::kIndex) return take_index(i, at, step(i).index);
    if (step(i).kind == StepKind::kSlice) return take_slice(i, at, program_.slices[place]);
    return std::ranges::all_of(program_.index_lists[place],
                               [&](auto index) { return take_index(i, at, index); });
  }

  auto take_index(std::size_t i, Value at, std::int64_t index) -> bool {
    auto const* value = element(at, index);
    return value == nullptr || go_on(i, *value);
  }

  // Only [n:] and [:n] count a negative number from the end. [a:b] runs from a to b as they are,
  // through the negative indexes first, as the library does.
  auto take_slice(std::size_t i, Value at, Slice const& slice) -> bool {
    auto const size = static_cast<std::int64_t>(at.size());
    auto const from_end = [&](std::int64_t n) { return n < 0 ? n + size : n; };
    std::int64_t from = 0;
    auto to = size;
    if (slice.from && slice.to) {
      from = std::max<std::int64_t>(*slice.from, -size);
      to = std::min<std::int64_t>(*slice.to, size);
    } else if (slice.from) {
      from = std::max<std::int64_t>(from_end(*slice.from), 0);
    } else {
      to = std::min(from_end(slice.to.value_or(0)), size);
    }
    for (auto index = from; index < to; ++index)
      if (!take_index(i, at, index)) return false;
    return true;
  }

  auto take_wildcard(std::size_t i, Value at) -> bool {
    for (auto const& member : at.is_object() ? at.members() : std::span<json::Member const>())
      if (!go_on(i, member.value)) return false;
    for (auto value : at.is_array() ? at.elements() : std::span<Value const>())
      if (!go_on(i, value)) return false;
    return true;
  }

  auto take_filter(std::size_t i, Value at) -> bool {
    if (!at.is_array() && !at.is_object()) return miss(Reason::kFilterOnScalar, i, at);
    for (auto item : at.is_array() ? at.elements() : std::span<Value const>(&at, 1)) {
      auto const accepted = passes(i, item);
      if (!accepted) return fail(accepted.error().reason, i, item);
      if (*accepted && !go_on(i, item)) return false;
    }
    return true;
  }

  auto passes(std::size_t i, Value item) -> Result<bool, Failure> {
    return accepts(program_.filters[static_cast<std::size_t>(step(i).index)], item, evaluation_);
  }

  // The result of a function counts even when steps follow: the last result of a path is its value.
  auto take_function(std::size_t i, Value at) -> bool {
    auto const& call = program_.calls[static_cast<std::size_t>(step(i).index)];
    auto const value = call_function(call, at, evaluation_);
    if (!value) return fail(value.error().reason, i, at);
    return add(*value) && (is_last(i) || take(i + 1, *value));
  }

  // Takes step `i` from `at` and from everything below it, parents first.
  auto scan(std::size_t i, Value at) -> bool {
    if (!at.is_array() && !at.is_object()) return true;
    if (!evaluation_.spend(1)) return fail(Reason::kTooMuchWork, i, at);
    auto const fits = may_take(i, at);
    if (!fits) return fail(fits.error().reason, i, at);
    if (*fits && !take(i, at)) return false;
    for (auto const& member : at.is_object() ? at.members() : std::span<json::Member const>())
      if (!scan(i, member.value)) return false;
    for (auto value : at.is_array() ? at.elements() : std::span<Value const>())
      if (!scan(i, value)) return false;
    return true;
  }

  // Whether a scan tries step `i` at `at`, an array or object.
  auto may_take(std::size_t i, Value at) -> Result<bool, Failure> {
    switch (step(i).kind) {
      case StepKind::kMember:
        return at.is_object() && (missing_ == Missing::kFails || at.find(step(i).name) != nullptr);
      case StepKind::kMembers:
        return at.is_object() && (missing_ == Missing::kFails || !is_last(i) || has_all(i, at));
      case StepKind::kIndex:
      case StepKind::kIndexes:
      case StepKind::kSlice: return at.is_array();
      case StepKind::kWildcard: return true;
      case StepKind::kFilter: return passes(i, at);
      default: return false;
    }
  }

  auto has_all(std::size_t i, Value at) const -> bool {
    return std::ranges::all_of(members(i),
                               [&](auto const& name) { return at.find(name) != nullptr; });
  }

  Program const& program_;
  Evaluation& evaluation_;
  Missing missing_;
  Failure failure_;
  std::vector<Value> results_;
};

// Members and single indexes only: the way almost every path goes.
auto follow_plain(Program const& program, Value at, Missing missing) -> Result<Value, Failure> {
  auto const count = program.steps.size();
  for (std::size_t i = 0; i < count; ++i) {
    auto const& step = program.steps[i];
    Value const* next = nullptr;
    if (step.kind == StepKind::kMember) {
      if (!at.is_object()) return std::unexpected(Failure{Reason::kNotAnObject, i, at});
      next = at.find(step.name);
      if (next == nullptr && (i + 1 < count || missing == Missing::kFails))
        return std::unexpected(Failure{Reason::kMissingMember, i, at});
    } else {
      if (at.is_null()) return std::unexpected(Failure{Reason::kNull, i, at});
      if (!at.is_array()) return std::unexpected(Failure{Reason::kNotAnArray, i, at});
      next = element(at, step.index);
    }
    if (next == nullptr) return std::unexpected(Failure{Reason::kNoResult, i, at});
    at = *next;
  }
  return at;
}

}  // namespace

auto follow(Program const& program, Value start, Evaluation& evaluation, Missing missing)
    -> Result<Value, Failure> {
  if (!program.is_plain) return Walker(program, evaluation, missing).run(start);
  if (!evaluation.spend(program.steps.size()))
    return std::unexpected(Failure{Reason::kTooMuchWork, 0, start});
  return follow_plain(program, start, missing);
}

}  // namespace treadle::expr::jsonpath
