// Any text (UTF-8, as a definition is) as an expression over a document: it is refused with a code, or its evaluation ends
// within its budget and gives JSON that prints.
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "treadle/base/assert.h"
#include "treadle/base/utf8.h"
#include "treadle/expr/environment.h"
#include "treadle/expr/jsonata/expression.h"
#include "treadle/json/arena.h"
#include "treadle/json/parse.h"
#include "treadle/json/print.h"

namespace {

using namespace treadle;
namespace jsonata = expr::jsonata;

constexpr std::string_view kDocument =
    R"({"a":[{"b":1,"c":"x"},{"b":[2,3],"c":null}],"d":{"e":{"f":true}},"10":"ten","s":"a-b c"})";
constexpr std::size_t kPrintedMax = 1'000'000;

class Mirror final : public expr::Environment {
 public:
  explicit Mirror(json::Value document) : document_(document) {}
  auto context() -> json::Value override { return document_; }
  auto variable(std::string_view name) -> std::optional<json::Value> override {
    return name == "states" ? std::optional(document_) : std::nullopt;
  }
  auto draw() -> std::uint64_t override { return ++draws_; }
  auto now() -> Timestamp override { return {}; }

 private:
  json::Value document_;
  std::uint64_t draws_ = 0;
};

void check(std::string_view text, jsonata::Dialect dialect) {
  auto const expression = jsonata::Expression::compile(text, dialect);
  if (!expression) {
    TREADLE_ASSERT(!expression.error().code.empty() && expression.error().position <= text.size());
    return;
  }
  json::Arena arena;
  auto const document = json::parse(arena, kDocument);
  auto environment = Mirror(*document);
  auto const budget = jsonata::Budget{
      .steps_max = 20'000, .depth_max = 200, .bytes_max = std::size_t{4} << 20U, .is_over = {}};
  auto const outcome = evaluate(*expression, *document, environment, arena, budget);
  if (!outcome) {
    TREADLE_ASSERT(!outcome.error().code.empty());
    return;
  }
  if (outcome->kind != jsonata::Outcome::Kind::kValue) return;
  if (outcome->value.printed_size() > kPrintedMax) return;
  auto const printed = json::print(outcome->value);
  TREADLE_ASSERT(json::parse(arena, printed));
}

}  // namespace

extern "C" auto LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) -> int {
  auto const text = std::string_view(reinterpret_cast<char const*>(data), size);
  if (!utf8::is_valid(text)) return 0;
  check(text, jsonata::Dialect::kReference);
  check(text, jsonata::Dialect::kStepFunctions);
  return 0;
}
