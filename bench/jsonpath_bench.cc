// What evaluating JSONPath costs: ten paths over one document, beside parsing that document.
//
//   jsonpath_bench
//
// Prints nanoseconds per evaluation and how many evaluations one parse is worth.
#include <chrono>
#include <cstdio>
#include <optional>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "treadle/base/assert.h"
#include "treadle/expr/environment.h"
#include "treadle/expr/jsonpath/path.h"
#include "treadle/json/arena.h"
#include "treadle/json/parse.h"
#include "treadle/json/value.h"

namespace {

using namespace treadle;
namespace jsonpath = expr::jsonpath;

constexpr auto kMeasured = std::chrono::milliseconds(200);

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

class NoVariables final : public expr::Environment {
 public:
  auto context() -> json::Value override { return {}; }
  auto variable(std::string_view) -> std::optional<json::Value> override { return std::nullopt; }
  auto draw() -> std::uint64_t override { return 0; }
  auto now() -> Timestamp override { return {}; }
};

// Nanoseconds per call of `work`, which is called for kMeasured.
template <typename Work>
auto measure(Work work) -> double {
  using Clock = std::chrono::steady_clock;
  auto const begin = Clock::now();
  auto elapsed = Clock::duration::zero();
  std::size_t calls = 0;
  for (std::size_t batch = 64; elapsed < kMeasured; elapsed = Clock::now() - begin) {
    for (std::size_t i = 0; i < batch; ++i) work();
    calls += batch;
  }
  return std::chrono::duration<double, std::nano>(elapsed).count() / static_cast<double>(calls);
}

// Keeps the compiler from leaving out what computes `value`.
void use(json::Value value) {
  volatile auto sink = static_cast<int>(value.kind());
  (void)sink;
}

auto measure_parse() -> double {
  json::Arena arena;
  return measure([&] {
    arena.reset();
    auto const value = json::parse(arena, kDocument);
    TREADLE_ASSERT(value);
    use(*value);
  });
}

auto measure_path(std::string_view text) -> double {
  json::Arena document_arena;
  auto const document = json::parse(document_arena, kDocument);
  auto const path = jsonpath::Path::parse(text);
  TREADLE_ASSERT(document && path);
  json::Arena arena;
  NoVariables environment;
  return measure([&] {
    arena.reset();
    auto const value = jsonpath::evaluate(*path, *document, environment, arena);
    TREADLE_ASSERT(value);
    use(*value);
  });
}

}  // namespace

auto main() -> int {
  auto const parse = measure_parse();
  fmt::print("{:>10.0f} ns  parsing the document ({} bytes)\n", parse, kDocument.size());
  for (auto const path : kPaths) {
    auto const evaluation = measure_path(path);
    fmt::print("{:>10.0f} ns  {:6.1f} in a parse  {}\n", evaluation, parse / evaluation, path);
  }
}
