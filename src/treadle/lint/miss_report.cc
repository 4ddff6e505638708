#include "treadle/lint/miss_report.h"

#include <string>

#include <fmt/format.h>

#include "treadle/base/limits.h"

namespace treadle::lint {
namespace {

using asl::StateIndex;

auto spelled(Names const& names) -> std::string {
  std::string path = "$";
  for (auto const& name : names) path += '.' + name;
  return path;
}

auto why(Cause const& cause, std::string_view state) -> std::string {
  switch (cause.kind) {
    case Cause::Kind::kReplaced:
      return fmt::format("{} has no ResultPath, so that its result replaces its whole input",
                         state);
    case Cause::Kind::kCaught:
      return fmt::format(
          "where {} fails, its catcher has no ResultPath and hands on Error and "
          "Cause alone",
          state);
    case Cause::Kind::kLiteral: return fmt::format("the Result of {} does not have it", state);
    case Cause::Kind::kTemplate: return fmt::format("what {} makes does not have it", state);
    case Cause::Kind::kNothing: return fmt::format("a path of {} is null", state);
    case Cause::Kind::kArray: return fmt::format("the result of {} is an array", state);
    case Cause::Kind::kInvoked:
      return fmt::format(
          "{} calls lambda:invoke, whose result has the function's answer in Payload", state);
  }
  return {};
}

}  // namespace

void MissReport::add(StateIndex reader, Place const& expression, std::string_view path,
                     Miss const& miss) {
  auto const member = spelled(miss.path);
  auto const writer = miss.writer ? machine_.state(*miss.writer).name : std::string();
  if (miss.presence == Presence::kUnwritten) {
    if (!miss.writer || leads_back_to(reader, *miss.writer)) return;
    report_.add(Rule::kUnwrittenPath, reader, expression,
                fmt::format("{} may be missing: {} writes {}, but there is a way to {} without it",
                            path, writer, member, machine_.state(reader).name));
    return;
  }
  auto const cause = miss.cause ? why(*miss.cause, machine_.state(miss.cause->state).name)
                                : std::string("a way to here is without it");
  report_.add(Rule::kMissingPath, reader, expression,
              miss.writer ? fmt::format("{} may be missing: {} writes {}, but {}", path, writer,
                                        member, cause)
                          : fmt::format("{} is missing on a way to {}: {}", path,
                                        machine_.state(reader).name, cause));
}

// In a loop the first round may find in the input what later ones find written.
auto MissReport::leads_back_to(StateIndex reader, StateIndex writer) -> bool {
  auto const region = machine_.state(writer).region;
  while (machine_.state(reader).region != region) {
    auto const owner = machine_.owner(reader);
    if (!owner) return false;
    reader = *owner;
  }
  if (reader == writer) return true;
  if (from_ != reader) {
    from_ = reader;
    reachable_ = machine_.reachable(reader);
  }
  return reachable_[writer.value()] != 0;
}

void MissReport::check_size(StateIndex state, ShapePtr const& before, ShapePtr const& after) {
  constexpr auto kNear = limits::kPayloadBytes / 4 * 3;
  if (after->bytes_min < kNear || before->bytes_min >= kNear) return;
  report_.add(
      Rule::kPayloadTooLarge, state, machine_.place(state),
      after->bytes_min > limits::kPayloadBytes
          ? fmt::format("{} makes at least {} bytes, more than the {} of a payload",
                        machine_.state(state).name, after->bytes_min, limits::kPayloadBytes)
          : fmt::format("{} makes at least {} bytes of the {} that a payload may have, "
                        "before anything is added",
                        machine_.state(state).name, after->bytes_min, limits::kPayloadBytes));
}

}  // namespace treadle::lint
