// What evaluating JSONata costs: ten expressions over one document, beside parsing that document and
// beside the reference implementation (npm jsonata under Node) on the same expressions.
//
//   jsonata_bench [FOLDER]   FOLDER keeps the npm package between runs (default: build/jsonata-reference)
//
// Exit 1 if the reference could not be measured, or is less than 20 times slower over all.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "treadle/base/assert.h"
#include "treadle/expr/environment.h"
#include "treadle/expr/jsonata/expression.h"
#include "treadle/json/arena.h"
#include "treadle/json/parse.h"
#include "treadle/json/print.h"

namespace {

using namespace treadle;
namespace jsonata = expr::jsonata;

constexpr double kTimesFasterMin = 20;
constexpr auto kMeasured = std::chrono::milliseconds(200);
constexpr auto kBatch = std::chrono::milliseconds(2);

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

class NoVariables final : public expr::Environment {
 public:
  auto context() -> json::Value override { return {}; }
  auto variable(std::string_view) -> std::optional<json::Value> override { return std::nullopt; }
  auto draw() -> std::uint64_t override { return 0; }
  auto now() -> Timestamp override { return {}; }
};

// Nanoseconds that one call takes in the fastest of many short batches: one in which nothing else had
// the core. The reference is measured likewise.
template <typename Call>
auto measure(Call const& call) -> double {
  using Clock = std::chrono::steady_clock;
  for (int i = 0; i < 1000; ++i) call();
  auto const begin = Clock::now();
  auto fastest = std::numeric_limits<double>::infinity();
  for (auto at = begin; at - begin < kMeasured;) {
    std::uint64_t count = 0;
    auto elapsed = Clock::duration{};
    for (auto const batch = at; elapsed < kBatch; elapsed = at - batch) {
      for (int i = 0; i < 64; ++i, ++count) call();
      at = Clock::now();
    }
    auto const ns = std::chrono::duration<double, std::nano>(elapsed).count();
    fastest = std::min(fastest, ns / static_cast<double>(count));
  }
  return fastest;
}

auto measure_expression(std::string_view text, json::Value document, json::Arena& arena) -> double {
  auto const expression = jsonata::Expression::compile(text, jsonata::Dialect::kReference);
  TREADLE_ASSERT(expression);
  auto environment = NoVariables();
  return measure([&] {
    arena.reset();
    auto const outcome = evaluate(*expression, document, environment, arena);
    TREADLE_ASSERT(outcome && outcome->kind == jsonata::Outcome::Kind::kValue);
  });
}

// Empty where Node, npm or the package are missing.
auto measure_reference(std::filesystem::path const& folder) -> std::vector<double> {
  std::filesystem::create_directories(folder);
  auto const input = folder / "input.json";
  auto text = fmt::format("{{\"document\":{},\"expressions\":[", kDocument);
  for (auto const& expression : kExpressions) {
    if (&expression != kExpressions) text += ',';
    json::append_string(text, expression);
  }
  std::ofstream(input) << text << "]}";
  auto const command = fmt::format("node '{}/bench/jsonata_reference.mjs' '{}' < '{}'",
                                   TREADLE_SOURCE_DIR, folder.string(), input.string());
  auto* const pipe = popen(command.c_str(), "r");
  auto figures = std::vector<double>();
  double figure = 0;
  while (pipe != nullptr && std::fscanf(pipe, "%lf", &figure) == 1) figures.push_back(figure);
  if (pipe != nullptr) pclose(pipe);
  return figures;
}

}  // namespace

auto main(int argc, char** argv) -> int {
  auto const folder = std::filesystem::path(argc > 1 ? argv[1] : "build/jsonata-reference");
  alignas(16) static std::byte memory[1 << 16];
  json::Arena document_arena;
  json::Arena arena{memory};
  auto const parse_ns = measure([&] {
    arena.reset();
    TREADLE_ASSERT(json::parse(arena, kDocument));
  });
  auto const document = json::parse(document_arena, kDocument);
  TREADLE_ASSERT(document);
  auto ours = std::vector<double>();
  for (auto const text : kExpressions) ours.push_back(measure_expression(text, *document, arena));
  auto const reference = measure_reference(folder);

  fmt::print("parsing the document: {:.0f} ns\n\n{:>9} {:>8} {:>13} {:>7}\n", parse_ns, "ns",
             "x parse", "reference ns", "faster");
  double product = 1;
  bool const is_complete = reference.size() == ours.size();
  for (std::size_t i = 0; i < ours.size(); ++i) {
    auto const theirs = is_complete ? reference[i] : std::nan("");
    product *= theirs / ours[i];
    fmt::print("{:>9.0f} {:>8.2f} {:>13.0f} {:>6.0f}x  {}\n", ours[i], ours[i] / parse_ns, theirs,
               theirs / ours[i], kExpressions[i]);
  }
  if (!is_complete) {
    fmt::print("\nthe reference was not measured: node and npm are needed\n");
    return 1;
  }
  auto const mean = std::pow(product, 1.0 / static_cast<double>(ours.size()));
  fmt::print("\n{:.0f} times as fast (geometric mean); at least {:.0f}\n", mean, kTimesFasterMin);
  return mean >= kTimesFasterMin ? 0 : 1;
}
