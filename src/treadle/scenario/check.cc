#include "treadle/scenario/check.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "treadle/json/arena.h"
#include "treadle/json/parse.h"
#include "treadle/json/print.h"
#include "treadle/scenario/duration.h"

namespace treadle::scenario {
namespace {

auto list(Names const& names) -> std::string {
  return names.empty() ? std::string("none") : fmt::format("{}", fmt::join(names, " -> "));
}

auto status_text(Outcome const& outcome) -> std::string {
  std::string out(name_of(outcome.ending));
  if (!outcome.waiting.empty()) return fmt::format("{}: it {}", out, outcome.waiting);
  if (!outcome.error.empty()) out += fmt::format(" with {}", outcome.error);
  if (!outcome.cause.empty()) out += fmt::format(": {}", outcome.cause);
  return out;
}

class Checker {
 public:
  Checker(Expectation const& expected, Outcome const& outcome)
      : expected_(expected), outcome_(outcome) {}

  auto run() -> std::vector<Difference> {
    check_status();
    check_output(expected_.output, Match::kExact);
    check_output(expected_.output_includes, Match::kIncludes);
    check_text("error", expected_.error, outcome_.error);
    check_text("cause", expected_.cause, outcome_.cause);
    if (expected_.cause_includes && !outcome_.cause.contains(*expected_.cause_includes))
      add("causeIncludes", json::print_string(*expected_.cause_includes),
          json::print_string(outcome_.cause));
    check_list("visited", expected_.visited, outcome_.visited);
    check_part("visitedIncludes", expected_.visited_includes, outcome_.visited);
    for (auto const& name : expected_.not_visited)
      if (std::ranges::find(outcome_.visited, name) != outcome_.visited.end())
        add("notVisited", fmt::format("{} is not entered", name), list(outcome_.visited));
    check_events();
    check_calls();
    for (auto const& [name, value] : expected_.variables) check_variable(name, value);
    if (expected_.duration && *expected_.duration != outcome_.duration)
      add("duration", print_duration(*expected_.duration), print_duration(outcome_.duration));
    return std::move(out_);
  }

 private:
  void add(std::string path, std::string expected, std::string got) {
    out_.push_back({std::move(path), std::move(expected), std::move(got)});
  }

  void check_status() {
    bool const holds =
        expected_.status ? outcome_.ending == *expected_.status : outcome_.waiting.empty();
    if (!holds)
      add("status", std::string(expected_.status ? name_of(*expected_.status) : "that it ends"),
          status_text(outcome_));
  }

  void compare_texts(std::string const& expected, std::string const& got, Match match,
                     std::string const& path) {
    json::Arena arena;
    compare(*json::parse(arena, expected), *json::parse(arena, got), match, path, out_);
  }

  void check_output(std::optional<std::string> const& expected, Match match) {
    if (!expected) return;
    if (outcome_.output) return compare_texts(*expected, *outcome_.output, match, "output");
    add("output", *expected, "nothing");
  }

  void check_text(std::string const& path, std::optional<std::string> const& expected,
                  std::string const& got) {
    if (expected && *expected != got)
      add(path, json::print_string(*expected), json::print_string(got));
  }

  void check_list(std::string const& path, std::optional<Names> const& expected, Names const& got) {
    if (expected && *expected != got) add(path, list(*expected), list(got));
  }

  // In order, others between.
  void check_part(std::string const& path, std::optional<Names> const& expected, Names const& got) {
    if (!expected) return;
    auto at = got.begin();
    for (auto const& name : *expected) {
      at = std::find(at, got.end(), name);
      if (at == got.end()) return add(path, list(*expected), list(got));
      ++at;
    }
  }

  void check_events() {
    if (!expected_.events && !expected_.events_include) return;
    Names types;
    for (auto const& line : outcome_.history) types.push_back(line.type);
    check_list("events", expected_.events, types);
    check_part("eventsInclude", expected_.events_include, types);
  }

  void check_calls() {
    for (auto const& [state, count] : expected_.calls) {
      auto const made =
          static_cast<std::uint64_t>(std::ranges::count(outcome_.calls, state, &CallMade::state));
      if (made != count)
        add(fmt::format("calls.{}", state), std::to_string(count), std::to_string(made));
    }
    for (auto const& [state, expected] : expected_.arguments) {
      std::vector<std::string_view> got;
      for (auto const& call : outcome_.calls)
        if (call.state == state) got.push_back(call.arguments);
      compare_texts(expected, fmt::format("[{}]", fmt::join(got, ",")), Match::kExact,
                    fmt::format("arguments.{}", state));
    }
  }

  void check_variable(std::string const& name, std::string const& expected) {
    auto const path = fmt::format("variables.{}", name);
    auto const at =
        std::ranges::find(outcome_.variables, name, &std::pair<std::string, std::string>::first);
    if (at == outcome_.variables.end()) return add(path, expected, "nothing");
    compare_texts(expected, at->second, Match::kExact, path);
  }

  Expectation const& expected_;
  Outcome const& outcome_;
  std::vector<Difference> out_;
};

}  // namespace

auto check(Expectation const& expected, Outcome const& outcome) -> std::vector<Difference> {
  if (!outcome.problem.empty())
    return {{std::string(kStopped), "that it goes on", outcome.problem}};
  return Checker(expected, outcome).run();
}

}  // namespace treadle::scenario
