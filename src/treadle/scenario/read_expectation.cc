#include <algorithm>

#include "treadle/scenario/read_mocks.h"

namespace treadle::scenario {
namespace {

constexpr std::string_view kKeys[] = {
    "status",        "output",  "outputIncludes",  "error",      "cause",
    "causeIncludes", "visited", "visitedIncludes", "notVisited", "events",
    "eventsInclude", "calls",   "arguments",       "variables",  "duration"};
constexpr Ending kEndings[] = {Ending::kSucceeded, Ending::kFailed, Ending::kTimedOut,
                               Ending::kRunning};

class ExpectationReader {
 public:
  ExpectationReader(NodeReader const& reader, Node const& node, Machine const& machine)
      : reader_(reader), node_(node) {
    for (auto const& state : machine.definition->states) states_.emplace_back(state.name);
  }

  auto run() -> Read<Expectation> {
    TRY(reader_.check_keys(node_, kKeys));
    TRY(read_texts());
    TRY(read_status());
    TRY(read_lists());
    TRY(read_by_state());
    if (auto const* const variables = node_.find("variables")) {
      TRY(reader_.check_map(*variables, "variables"));
      for (auto const& [name, value] : variables->members())
        out_.variables.emplace_back(name.text(), to_json(value));
    }
    if (auto const* const duration = node_.find("duration"))
      out_.duration = TRY(reader_.duration(*duration, "duration"));
    return std::move(out_);
  }

 private:
  auto optional_text(std::string_view key) -> Read<std::optional<std::string>> {
    auto const* const node = node_.find(key);
    if (node == nullptr) return std::nullopt;
    return TRY(reader_.text(*node, key));
  }

  auto read_texts() -> Read<void> {
    out_.error = TRY(optional_text("error"));
    out_.cause = TRY(optional_text("cause"));
    out_.cause_includes = TRY(optional_text("causeIncludes"));
    if (auto const* const output = node_.find("output")) out_.output = to_json(*output);
    if (auto const* const part = node_.find("outputIncludes"))
      out_.output_includes = to_json(*part);
    return {};
  }

  auto read_status() -> Read<void> {
    auto const* const status = node_.find("status");
    if (status == nullptr) {
      bool const fails = out_.error || out_.cause || out_.cause_includes;
      out_.status = fails ? Ending::kFailed : Ending::kSucceeded;
      return {};
    }
    auto const* const at = std::ranges::find(kEndings, status->text(), name_of);
    if (at == std::end(kEndings))
      return reader_.refuse(status->mark(), "expected SUCCEEDED, FAILED, TIMED_OUT or RUNNING");
    out_.status = *at;
    return {};
  }

  auto optional_states(std::string_view key) -> Read<std::optional<Names>> {
    auto const* const node = node_.find(key);
    if (node == nullptr) return std::nullopt;
    auto names = TRY(reader_.texts(*node, key));
    for (auto const& name : node->elements()) TRY(reader_.check_name(name, states_, "state"));
    return names;
  }

  auto optional_list(std::string_view key) -> Read<std::optional<Names>> {
    auto const* const node = node_.find(key);
    if (node == nullptr) return std::nullopt;
    return TRY(reader_.texts(*node, key));
  }

  auto read_lists() -> Read<void> {
    out_.visited = TRY(optional_states("visited"));
    out_.visited_includes = TRY(optional_states("visitedIncludes"));
    out_.not_visited = TRY(optional_states("notVisited")).value_or(Names{});
    out_.events = TRY(optional_list("events"));
    out_.events_include = TRY(optional_list("eventsInclude"));
    return {};
  }

  auto read_by_state() -> Read<void> {
    if (auto const* const calls = node_.find("calls")) {
      TRY(reader_.check_map(*calls, "calls"));
      for (auto const& [state, count] : calls->members()) {
        TRY(reader_.check_name(state, states_, "state"));
        out_.calls.emplace_back(state.text(), TRY(reader_.number(count, "calls", ~0U)));
      }
    }
    auto const* const arguments = node_.find("arguments");
    if (arguments == nullptr) return {};
    TRY(reader_.check_map(*arguments, "arguments"));
    for (auto const& [state, list] : arguments->members()) {
      TRY(reader_.check_name(state, states_, "state"));
      if (!list.is_list())
        return reader_.refuse(list.mark(), "expected a list: the arguments of each call");
      out_.arguments.emplace_back(state.text(), to_json(list));
    }
    return {};
  }

  NodeReader const& reader_;
  Node const& node_;
  std::vector<std::string_view> states_;
  Expectation out_;
};

}  // namespace

auto read_expectation(NodeReader const& reader, Node const& node, Machine const& machine)
    -> Read<Expectation> {
  return ExpectationReader(reader, node, machine).run();
}

}  // namespace treadle::scenario
