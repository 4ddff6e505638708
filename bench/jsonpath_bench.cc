// What evaluating JSONPath costs: ten paths, each beside parsing the document that it reads.
//
//   jsonpath_bench [--cases FILE]
//
//   --cases  takes the ten from a file of conformance cases (cases.h has the rule). Default:
//            ../shared/conformance/jsonpath/cases.ndjson beside the checkout; where that isn't there, the
//            ten below.
//
// Prints nanoseconds per evaluation and how many times the parse that is. Exit 2 if there are no such
// cases, or one gives another result than it expects.
#include <cstdio>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "bench/cases.h"
#include "bench/measure.h"
#include "treadle/base/assert.h"
#include "treadle/expr/jsonpath/path.h"
#include "treadle/json/arena.h"
#include "treadle/json/parse.h"
#include "treadle/json/value.h"

namespace {

using namespace treadle;
namespace jsonpath = expr::jsonpath;

constexpr std::string_view kDocument =
    R"({"shipment":{"id":"s-2207","carrier":{"name":"Nordfracht","phone":"+49 30 1234"},"weight":31.5,)"
    R"("parcels":[{"code":"P-1","weight":4.2,"fragile":false,"stops":["Kiel","Hamburg"]},)"
    R"({"code":"P-2","weight":11.9,"fragile":true,"stops":["Kiel"]},)"
    R"({"code":"P-3","weight":0.4,"fragile":true,"stops":[]},)"
    R"({"code":"P-4","weight":15,"fragile":false,"stops":["Hamburg","Bremen","Oldenburg"]}],)"
    R"("address":{"street":"Am Speicher 3","city":"Oldenburg","zip":"26122","country":"DE"}},)"
    R"("insured":true,"contact":{"name":"Ada Brandt","mail":"ada@example.com"},"attempt":2})";

constexpr std::string_view kPaths[] = {
    "$",
    "$.attempt",
    "$.shipment.carrier.name",
    "$['shipment']['parcels'][3]['stops'][2]",
    "$.shipment.parcels[*].code",
    "$.shipment.parcels[1:3]",
    "$.shipment.parcels[?(@.weight > 4)].code",
    "$.shipment.parcels[?(@.fragile == true && @.code =~ /P-[0-9]+/)]",
    "$..stops[0]",
    "$.shipment.parcels.length()",
};

auto built_in_cases() -> std::vector<bench::Case> {
  auto cases = std::vector<bench::Case>();
  for (auto const text : kPaths)
    cases.push_back({std::string(text), std::string(kDocument), std::string(text), {}});
  return cases;
}

// Nanoseconds; nullopt when the path gives another result than expected.
auto measure_path(bench::Case const& wanted) -> std::optional<double> {
  json::Arena document_arena;
  auto const document = json::parse(document_arena, wanted.document);
  auto const path = jsonpath::Path::parse(wanted.expression);
  TREADLE_ASSERT(document && path);
  json::Arena arena;
  auto environment = bench::NoVariables();
  auto const call = [&] {
    arena.reset();
    return jsonpath::evaluate(*path, *document, environment, arena);
  };
  auto const first = call();
  if (!first || !bench::is_expected(wanted, *first)) return std::nullopt;
  return bench::measure([&] { TREADLE_ASSERT(call()); });
}

}  // namespace

auto main(int argc, char** argv) -> int {
  auto arguments = std::vector<std::string>(argv + 1, argv + argc);
  auto const file = bench::take_cases_option(arguments, "jsonpath");
  if (!arguments.empty()) {
    fmt::print(stderr, "usage: jsonpath_bench [--cases FILE]\n");
    return 2;
  }
  auto const every_path = [](std::string_view) { return true; };
  auto const cases = file.empty() ? built_in_cases() : bench::choose_cases(file, every_path);
  if (cases.empty()) {
    fmt::print(stderr, "{} has no ten cases to measure\n", file.string());
    return 2;
  }

  json::Arena arena;
  fmt::print("{:>9} {:>9} {:>8}\n", "parse ns", "ns", "x parse");
  for (auto const& each : cases) {
    auto const ns = measure_path(each);
    if (!ns) {
      fmt::print(stderr, "{}: not the expected result\n", each.label);
      return 2;
    }
    auto const parse_ns = bench::measure_parse(each.document, arena);
    fmt::print("{:>9.0f} {:>9.0f} {:>8.2f}  {}\n", parse_ns, *ns, *ns / parse_ns, each.label);
  }
}
