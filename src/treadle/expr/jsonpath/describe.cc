#include <cstdint>
#include <limits>

#include "treadle/base/utf8.h"
#include "treadle/expr/java_text.h"
#include "treadle/expr/jsonpath/walk.h"

namespace treadle::expr::jsonpath {
namespace {

using Reason = Failure::Reason;

// Long values are cut in sentences: causes hold 32,768 characters.
constexpr std::size_t kValueBytes = 10'000;

void append_names(std::string& out, std::vector<std::string> const& names, char quote) {
  auto separator = std::string_view();
  for (auto const& name : names) {
    out += separator;
    out += quote;
    for (auto c : name) {
      if (c == '\\' || c == '\'') out += '\\';
      out += c;
    }
    out += quote;
    separator = ",";
  }
}

void append_indexes(std::string& out, std::vector<std::int32_t> const& indexes) {
  auto separator = std::string_view();
  for (auto index : indexes) {
    out += separator;
    out += std::to_string(index);
    separator = ",";
  }
}

auto slice_text(Slice const& slice) -> std::string {
  auto const number = [](auto const& n) { return n ? std::to_string(*n) : std::string(); };
  return number(slice.from) + ":" + number(slice.to);
}

// The step as the library writes paths: ['a'], [1], [?], .length().
void append_step(std::string& out, Program const& program, Step const& step) {
  auto const place = static_cast<std::size_t>(step.index);
  if (step.kind == StepKind::kScan) {
    out += "..";
    return;
  }
  if (step.kind == StepKind::kFunction) {
    auto const& call = program.calls[place];
    out += "." + call.name + (call.parameters.empty() ? "()" : "(...)");
    return;
  }
  out += '[';
  switch (step.kind) {
    case StepKind::kMember: append_names(out, {step.name}, step.quote); break;
    case StepKind::kMembers: append_names(out, program.member_lists[place], step.quote); break;
    case StepKind::kIndex: out += std::to_string(step.index); break;
    case StepKind::kIndexes: append_indexes(out, program.index_lists[place]); break;
    case StepKind::kSlice: out += slice_text(program.slices[place]); break;
    case StepKind::kFilter: out += '?'; break;
    default: out += '*'; break;
  }
  out += ']';
}

auto steps_from(Program const& program, std::size_t first) -> std::string {
  auto out = std::string();
  for (auto i = first; i < program.steps.size(); ++i) append_step(out, program, program.steps[i]);
  return out;
}

auto root_text(Program const& program) -> std::string { return program.from_document ? "$" : "@"; }

// The way to the place where step `last` was taken: names as they are, without escapes.
auto way_to(Program const& program, std::size_t last) -> std::string {
  auto out = root_text(program);
  for (std::size_t i = 0; i < last; ++i) {
    auto const& step = program.steps[i];
    if (step.kind == StepKind::kMember)
      out += "['" + step.name + "']";
    else
      append_step(out, program, step);
  }
  return out;
}

auto java_class(json::Value value) -> std::string_view {
  switch (value.kind()) {
    case json::Kind::kNull: return "null";
    case json::Kind::kBool: return "java.lang.Boolean";
    case json::Kind::kString: return "java.lang.String";
    case json::Kind::kArray: return "java.util.ArrayList";
    case json::Kind::kObject: return "java.util.LinkedHashMap";
    case json::Kind::kNumber: break;
  }
  if (!is_java_integer(value.number_text())) return "java.lang.Double";
  auto const number = value.as_int64();
  if (!number) return "java.math.BigInteger";
  auto const is_int = *number >= std::numeric_limits<std::int32_t>::min() &&
                      *number <= std::numeric_limits<std::int32_t>::max();
  return is_int ? "java.lang.Integer" : "java.lang.Long";
}

auto value_text(json::Value value) -> std::string {
  auto text = std::string();
  append_java_text(text, value);
  return std::string(utf8::truncate(text, kValueBytes));
}

auto not_an_object(Program const& program, Failure const& failure) -> std::string {
  auto text = std::string("Expected to find an object with property ");
  append_step(text, program, program.steps[failure.step]);
  text += " in path " + way_to(program, failure.step) + " but found '";
  text += java_class(failure.at);
  return text +
         "'. This is not a json object according to the JsonProvider: "
         "'com.jayway.jsonpath.spi.json.JacksonJsonProvider'.";
}

auto missing_member(Program const& program, Failure const& failure) -> std::string {
  auto const& step = program.steps[failure.step];
  auto text = "Missing property in path " + way_to(program, failure.step);
  if (step.kind == StepKind::kMember) return text + "['" + step.name + "']";
  append_step(text, program, step);
  return text;
}

}  // namespace

auto describe(Program const& program, Failure const& failure) -> std::string {
  switch (failure.reason) {
    case Reason::kNoResult:
      return "No results for path: " + root_text(program) + steps_from(program, 0);
    case Reason::kMissingMember: return missing_member(program, failure);
    case Reason::kNotAnObject: return not_an_object(program, failure);
    case Reason::kNull: return "The path " + way_to(program, failure.step) + " is null";
    case Reason::kNotAnArray:
      return "Filter: " + steps_from(program, failure.step) +
             " can only be applied to arrays. Current context is: " + value_text(failure.at);
    case Reason::kFilterOnScalar:
      return "Filter: " + steps_from(program, failure.step) +
             " can not be applied to primitives. Current context is: " + value_text(failure.at);
    case Reason::kUnknownFunction: return "The path calls a function that does not exist.";
    case Reason::kNothingToAggregate:
      return "Aggregation function attempted to calculate value using empty array";
    case Reason::kIndexOutOfRange: return "The path asks for an element that is not there.";
    case Reason::kBadArgument: return "A function of the path has an argument that it cannot take.";
    case Reason::kUndecidable: return "Could not determine value type";
    case Reason::kTooMuchWork:
      return "The path visits more than " + std::to_string(limits::kExpressionNodes) + " nodes.";
  }
  return {};
}

}  // namespace treadle::expr::jsonpath
