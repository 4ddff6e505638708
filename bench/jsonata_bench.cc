// What evaluating JSONata costs: ten expressions, each beside parsing the document that it reads and
// beside the reference implementation (npm jsonata under Node) on the same expression and document.
//
//   jsonata_bench [--cases FILE] [FOLDER]
//
//   --cases  takes the ten from a file of conformance cases (cases.h has the rule). Default:
//            ../shared/conformance/jsonata/cases.ndjson beside the checkout; where that isn't there, the
//            ten below.
//   FOLDER   keeps the npm package between runs (default: build/jsonata-reference)
//
// Exit 1 if the reference could not be measured, or is less than 20 times slower over all; 2 if there
// are no such cases, or one gives another result than it expects.
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "bench/cases.h"
#include "bench/measure.h"
#include "treadle/base/assert.h"
#include "treadle/expr/jsonata/expression.h"
#include "treadle/json/arena.h"
#include "treadle/json/parse.h"
#include "treadle/json/print.h"
#include "treadle/json/value.h"

namespace {

using namespace treadle;
namespace jsonata = expr::jsonata;

constexpr double kTimesFasterMin = 20;

constexpr std::string_view kDocument =
    R"({"order":{"id":"o-184467","placed":"2026-11-23T09:08:07Z","customer":{"id":48213,"name":"Zoe Miller",)"
    R"("email":"zoe@example.com","tier":"gold"},"lines":[)"
    R"({"sku":"A-1001","title":"Kettle","quantity":1,"price":39.95,"tags":["kitchen","steel"]},)"
    R"({"sku":"B-2002","title":"Tea","quantity":3,"price":4.5,"tags":[]},)"
    R"({"sku":"C-3003","title":"Mug","quantity":2,"price":7.25,"tags":["kitchen"]},)"
    R"({"sku":"D-4004","title":"Spoon","quantity":12,"price":0.95,"tags":["steel"]},)"
    R"({"sku":"E-5005","title":"Tray","quantity":1,"price":18,"tags":["wood"]}],)"
    R"("shipping":{"street":"Long Street 12","city":"Berlin","zip":"10115","express":false}},)"
    R"("stock":[{"sku":"A-1001","left":3},{"sku":"C-3003","left":0},{"sku":"E-5005","left":40}]})";

constexpr std::string_view kExpressions[] = {
    R"(order.customer.name)",
    R"($sum(order.lines.(quantity * price)))",
    R"(order.lines[price > 5].sku)",
    R"(order.lines^(>price)[0].title)",
    R"({"id": order.id, "to": order.customer.name & " <" & order.customer.email & ">", "count": $count(order.lines)})",
    R"($map(order.lines, function($l, $i) { {"n": $i + 1, "sku": $l.sku, "total": $l.quantity * $l.price} }))",
    R"(order.lines{tags[0]: $sum(quantity)})",
    R"($filter(order.lines, function($l) { "steel" in $l.tags }).title ~> $join(", "))",
    R"(order.lines@$l.$$.stock[sku = $l.sku].{"sku": sku, "short": $l.quantity > left})",
    R"(($discount := order.customer.tier = "gold" ? 0.9 : 1; $round($sum(order.lines.(price * quantity)) * $discount, 2)))",
};

struct Figures {
  double parse_ns;
  double ns;
};

auto built_in_cases() -> std::vector<bench::Case> {
  auto cases = std::vector<bench::Case>();
  for (auto const text : kExpressions)
    cases.push_back({std::string(text), std::string(kDocument), std::string(text), {}});
  return cases;
}

// Whether it needs the document at all: else the cost of parsing that is no measure of it.
auto reads_document(std::string_view text) -> bool {
  auto const expression = jsonata::Expression::compile(text, jsonata::Dialect::kReference);
  return expression && !expression->context_reads().empty();
}

// nullopt when the expression gives another result than expected.
auto measure_case(bench::Case const& wanted, json::Arena& arena) -> std::optional<Figures> {
  auto const expression =
      jsonata::Expression::compile(wanted.expression, jsonata::Dialect::kReference);
  json::Arena document_arena;
  auto const document = json::parse(document_arena, wanted.document);
  TREADLE_ASSERT(expression && document);
  auto environment = bench::NoVariables();
  auto const call = [&] {
    arena.reset();
    return evaluate(*expression, *document, environment, arena);
  };
  auto const first = call();
  if (!first || first->kind != jsonata::Outcome::Kind::kValue) return std::nullopt;
  if (!bench::is_expected(wanted, first->value)) return std::nullopt;
  return Figures{.parse_ns = bench::measure_parse(wanted.document, arena),
                 .ns = bench::measure([&] { TREADLE_ASSERT(call()); })};
}

// Nanoseconds of each case, measured likewise; empty where Node, npm or the package are missing.
auto measure_reference(std::vector<bench::Case> const& cases, std::filesystem::path const& folder)
    -> std::vector<double> {
  std::filesystem::create_directories(folder);
  auto const input = folder / "input.json";
  auto text = std::string();
  for (auto const& [label, document, expression, expected] : cases) {
    text += fmt::format("{}{{\"document\":{},\"expression\":{}}}", text.empty() ? '[' : ',',
                        document, json::print_string(expression));
  }
  std::ofstream(input) << text << ']';
  auto const command = fmt::format("node '{}/bench/jsonata_reference.mjs' '{}' < '{}'",
                                   TREADLE_SOURCE_DIR, folder.string(), input.string());
  auto* const pipe = popen(command.c_str(), "r");
  auto figures = std::vector<double>();
  double figure = 0;
  while (pipe != nullptr && std::fscanf(pipe, "%lf", &figure) == 1) figures.push_back(figure);
  if (pipe != nullptr) pclose(pipe);
  return figures;
}

// Prints the table; gives how many times as fast we are, as a geometric mean.
auto print_table(std::vector<bench::Case> const& cases, std::vector<Figures> const& ours,
                 std::vector<double> const& reference) -> double {
  fmt::print("{:>9} {:>9} {:>8} {:>13} {:>7}\n", "parse ns", "ns", "x parse", "reference ns",
             "faster");
  double product = 1;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    auto const [parse_ns, ns] = ours[i];
    auto const theirs = reference.size() == cases.size() ? reference[i] : std::nan("");
    product *= theirs / ns;
    fmt::print("{:>9.0f} {:>9.0f} {:>8.2f} {:>13.0f} {:>6.0f}x  {}\n", parse_ns, ns, ns / parse_ns,
               theirs, theirs / ns, cases[i].label);
  }
  return std::pow(product, 1.0 / static_cast<double>(cases.size()));
}

}  // namespace

auto main(int argc, char** argv) -> int {
  auto arguments = std::vector<std::string>(argv + 1, argv + argc);
  auto const file = bench::take_cases_option(arguments, "jsonata");
  if (arguments.size() > 1 || (!arguments.empty() && arguments.front().starts_with("-"))) {
    fmt::print(stderr, "usage: jsonata_bench [--cases FILE] [FOLDER]\n");
    return 2;
  }
  auto const folder =
      std::filesystem::path(arguments.empty() ? "build/jsonata-reference" : arguments.front());
  auto const cases = file.empty() ? built_in_cases() : bench::choose_cases(file, reads_document);
  if (cases.empty()) {
    fmt::print(stderr, "{} has no ten cases to measure\n", file.string());
    return 2;
  }

  alignas(16) static std::byte memory[1 << 16];
  json::Arena arena{memory};
  auto ours = std::vector<Figures>();
  for (auto const& each : cases) {
    auto const figures = measure_case(each, arena);
    if (!figures) {
      fmt::print(stderr, "{}: not the expected result\n", each.label);
      return 2;
    }
    ours.push_back(*figures);
  }
  auto const mean = print_table(cases, ours, measure_reference(cases, folder));
  if (std::isnan(mean)) {
    fmt::print("\nthe reference was not measured: node and npm are needed\n");
    return 1;
  }
  fmt::print("\n{:.0f} times as fast (geometric mean); at least {:.0f}\n", mean, kTimesFasterMin);
  return mean >= kTimesFasterMin ? 0 : 1;
}
