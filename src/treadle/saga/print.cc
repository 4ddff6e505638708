#include "treadle/saga/print.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "treadle/json/print.h"
#include "treadle/saga/object.h"

namespace treadle::saga {
namespace {

using json::Value;
using Pairs = std::vector<std::pair<std::string, std::string>>;

auto pairs_value(json::Arena& arena, Pairs const& pairs) -> Value {
  Object out(arena);
  for (auto const& [name, text] : pairs) out.add(name, text);
  return out.value();
}

auto path_value(json::Arena& arena, std::vector<PathEntry> const& path) -> Value {
  std::vector<Value> out;
  for (auto const& entry : path) {
    Object one(arena);
    one.add("state", entry.state).add("outcome", entry.outcome);
    if (!entry.changes.empty()) one.add("changes", pairs_value(arena, entry.changes));
    out.push_back(one.value());
  }
  return json::make_array(arena, out);
}

auto counterexamples_value(json::Arena& arena, std::vector<Counterexample> const& all) -> Value {
  std::vector<Value> out;
  for (auto const& example : all)
    out.push_back(Object(arena)
                      .add("property", name_of(example.property))
                      .add("step", example.step)
                      .add("summary", example.summary)
                      .add("path", path_value(arena, example.path))
                      .add("ledger", pairs_value(arena, example.ledger))
                      .add("end", example.end)
                      .value());
  return json::make_array(arena, out);
}

auto painted(Colour colour, std::string_view code, std::string_view text) -> std::string {
  return colour == Colour::kAnsi ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : std::string(text);
}

void append_example(std::string& out, Counterexample const& example, Colour colour) {
  out += fmt::format("\n{} {}: {}\n", painted(colour, "31", name_of(example.property)),
                     painted(colour, "1", example.step), example.summary);
  std::size_t width = 0;
  for (auto const& entry : example.path) width = std::max(width, entry.state.size());
  for (auto const& entry : example.path) {
    std::vector<std::string> changes;
    for (auto const& [step, status] : entry.changes)
      changes.push_back(fmt::format("{} = {}", step, status));
    out += fmt::format("  {:<{}}  {}", entry.state, width, entry.outcome);
    if (!changes.empty())
      out += painted(colour, "2", fmt::format("   [{}]", fmt::join(changes, ", ")));
    out += '\n';
  }
}

void append_list(std::string& out, std::string_view title, std::vector<std::string> const& lines) {
  if (lines.empty()) return;
  out += fmt::format("\n{}:\n", title);
  for (auto const& line : lines) out += fmt::format("  - {}\n", line);
}

}  // namespace

auto to_text(CheckReport const& report, Colour colour) -> std::string {
  std::string out;
  switch (report.verdict) {
    case Verdict::kVerified:
      out = painted(colour, "32", "verified") +
            ": every execution ends complete or fully compensated\n";
      break;
    case Verdict::kCounterexample:
      out = fmt::format("{}: {} found\n", painted(colour, "31", "counterexample"),
                        report.counterexamples.size());
      break;
    case Verdict::kUnknown: out = painted(colour, "33", "unknown") + "\n"; break;
  }
  for (auto const& example : report.counterexamples) append_example(out, example, colour);
  append_list(out, "Not known", report.unknown);
  append_list(out, "Ends although a compensation failed", report.ends);
  append_list(out, "This holds as long as", report.assumptions);
  return out;
}

auto to_json(CheckReport const& report, std::uint64_t ms) -> std::string {
  json::Arena arena;
  Object explored(arena);
  explored.add("states", json::make_number(arena, static_cast<std::int64_t>(report.states)))
      .add("ms", json::make_number(arena, static_cast<std::int64_t>(ms)));
  Object out(arena);
  out.add("verdict", name_of(report.verdict))
      .add("counterexamples", counterexamples_value(arena, report.counterexamples))
      .add("unknown", texts_value(arena, report.unknown))
      .add("ends", texts_value(arena, report.ends))
      .add("assumptions", texts_value(arena, report.assumptions))
      .add("explored", explored.value());
  return json::print_pretty(out.value()) + "\n";
}

}  // namespace treadle::saga
