#include "treadle/scenario/report.h"

#include <algorithm>

#include <fmt/format.h>

#include "treadle/base/utf8.h"
#include "treadle/json/print.h"
#include "treadle/scenario/check.h"

namespace treadle::scenario {
namespace {

auto quoted(std::string_view text) -> std::string { return json::print_string(text); }

// What `print` makes of each of `things`, with `separator` between.
template <typename Things, typename Print>
auto joined(Things const& things, std::string_view separator, Print print) -> std::string {
  std::string out;
  for (auto const& thing : things) {
    if (!out.empty()) out += separator;
    out += print(thing);
  }
  return out;
}

auto quoted_all(std::vector<std::string> const& texts) -> std::string {
  return fmt::format("[{}]", joined(texts, ",", quoted));
}

auto difference_json(Difference const& d) -> std::string {
  return fmt::format(R"({{"path":{},"expected":{},"got":{}}})", quoted(d.path), quoted(d.expected),
                     quoted(d.got));
}

auto case_json(CaseResult const& result) -> std::string {
  auto const& outcome = result.outcome;
  auto out = fmt::format(
      R"({{"file":{},"machine":{},"name":{},"passed":{},"status":{},"virtualMilliseconds":{})",
      quoted(result.suite->file), quoted(result.suite->machine->name),
      quoted(result.scenario->name), result.passed(), quoted(name_of(outcome.ending)),
      outcome.duration.count());
  if (outcome.output) out += fmt::format(",\"output\":{}", *outcome.output);
  if (!outcome.error.empty()) out += fmt::format(",\"error\":{}", quoted(outcome.error));
  if (!outcome.cause.empty()) out += fmt::format(",\"cause\":{}", quoted(outcome.cause));
  if (!outcome.waiting.empty()) out += fmt::format(",\"waiting\":{}", quoted(outcome.waiting));
  return out + fmt::format(",\"visited\":{},\"differences\":[{}]}}", quoted_all(outcome.visited),
                           joined(result.differences, ",", difference_json));
}

auto coverage_json(MachineCoverage const& machine) -> std::string {
  auto out = fmt::format(R"({{"machine":{},"percent":{})", quoted(machine.machine),
                         machine.coverage.percent());
  for (auto const part : kParts) {
    auto const count = machine.coverage.count(part);
    auto const key = part == Part::kChoiceRule ? std::string_view("choiceRules") : name_of(part);
    out +=
        fmt::format(R"(,{}:{{"covered":{},"total":{}}})", quoted(key), count.covered, count.total);
  }
  return out + fmt::format(",\"missing\":{}}}", quoted_all(machine.coverage.missing()));
}

// What XML 1.0 can't hold, not even escaped, becomes U+FFFD.
auto xml(std::string_view text) -> std::string {
  std::string out;
  while (!text.empty()) {
    auto const point = utf8::decode_one(text);
    auto const c = point ? point->value : char32_t{0xFFFD};
    text.remove_prefix(point ? point->bytes : 1);
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\n': out += "&#10;"; break;
      case '\t': out += "&#9;"; break;
      default: utf8::append(out, c < 0x20 || c == 0xFFFE || c == 0xFFFF ? char32_t{0xFFFD} : c);
    }
  }
  return out;
}

void append_junit_case(CaseResult const& result, std::string& out) {
  out += fmt::format("    <testcase classname=\"{}\" name=\"{}\"", xml(result.suite->machine->name),
                     xml(result.scenario->name));
  if (result.passed()) {
    out += "/>\n";
    return;
  }
  auto const line = [](Difference const& d) { return xml(to_text(d)); };
  out += fmt::format(">\n      <failure message=\"{}\">{}</failure>\n    </testcase>\n",
                     line(result.differences.front()), joined(result.differences, "\n", line));
}

auto failures_in(std::span<CaseResult const> results) -> std::size_t {
  return static_cast<std::size_t>(
      std::ranges::count_if(results, [](CaseResult const& r) { return !r.passed(); }));
}

}  // namespace

auto to_text(Difference const& difference) -> std::string {
  if (difference.path == kStopped) return difference.got;
  return fmt::format("{}: expected {}, got {}", difference.path, difference.expected,
                     difference.got);
}

auto to_json(std::vector<CaseResult> const& results, std::vector<MachineCoverage> const& coverage)
    -> std::string {
  auto const failed = failures_in(results);
  auto out = fmt::format("{{\"passed\":{},\"failed\":{},\"cases\":[{}]", results.size() - failed,
                         failed, joined(results, ",\n", case_json));
  if (!coverage.empty())
    out += fmt::format(",\n\"coverage\":[{}]", joined(coverage, ",\n", coverage_json));
  return out + "}\n";
}

auto to_junit(std::vector<CaseResult> const& results) -> std::string {
  auto out = fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites tests=\"{}\" failures=\"{}\">\n",
      results.size(), failures_in(results));
  for (auto begin = results.begin(); begin != results.end();) {
    auto const end = std::find_if(begin, results.end(), [&](CaseResult const& r) {
      return r.suite->file != begin->suite->file;
    });
    out += fmt::format("  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\">\n",
                       xml(begin->suite->file), end - begin, failures_in({begin, end}));
    for (; begin != end; ++begin) append_junit_case(*begin, out);
    out += "  </testsuite>\n";
  }
  return out + "</testsuites>\n";
}

}  // namespace treadle::scenario
