// Any path over any document: an input is a path, a line feed and a JSON text. Nothing may crash,
// hang or depend on anything but the input. Paths come out of JSON, so they are UTF-8.
#include <cstdint>
#include <optional>
#include <string_view>

#include "treadle/base/assert.h"
#include "treadle/base/utf8.h"
#include "treadle/expr/environment.h"
#include "treadle/expr/jsonpath/path.h"
#include "treadle/json/arena.h"
#include "treadle/json/parse.h"
#include "treadle/json/print.h"

namespace treadle::expr {
namespace {

// The document is the context and every variable as well.
class Mirror final : public Environment {
 public:
  explicit Mirror(json::Value document) : document_(document) {}
  auto context() -> json::Value override { return document_; }
  auto variable(std::string_view) -> std::optional<json::Value> override { return document_; }
  auto draw() -> std::uint64_t override { return 0; }
  auto now() -> Timestamp override { return {}; }

 private:
  json::Value document_;
};

auto outcome(jsonpath::Path const& path, json::Value document) -> std::string {
  auto arena = json::Arena();
  auto environment = Mirror(document);
  auto const value = evaluate(path, document, environment, arena);
  if (!value) return value.error().message;
  if (!path.is_definite()) TREADLE_ASSERT(value->is_array());
  return json::print(*value);
}

void check_assignment(jsonpath::Path const& path, json::Value document) {
  auto arena = json::Arena();
  auto const mark = json::make_string(arena, "mark");
  auto const changed = assign(path, document, mark, arena);
  if (!changed) return;
  auto environment = Mirror(*changed);
  auto const found = evaluate(path, *changed, environment, arena);
  TREADLE_ASSERT(found && json::equal(*found, mark));
}

void run(std::string_view input) {
  auto const line_end = input.find('\n');
  if (line_end == std::string_view::npos) return;
  auto const text = input.substr(0, line_end);
  if (!utf8::is_valid(text, utf8::Surrogates::kAccept)) return;
  auto const path = jsonpath::Path::parse(text);
  if (!path) return;
  auto arena = json::Arena();
  auto const document = json::parse(arena, input.substr(line_end + 1));
  if (!document) return;
  TREADLE_ASSERT(outcome(*path, *document) == outcome(*path, *document));
  if (path->is_reference()) check_assignment(*path, *document);
}

}  // namespace
}  // namespace treadle::expr

extern "C" auto LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) -> int {
  treadle::expr::run({reinterpret_cast<char const*>(data), size});
  return 0;
}
