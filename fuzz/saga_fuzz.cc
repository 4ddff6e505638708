// Any text may be read as a saga: what compiles is a valid definition, the same each time, and verified. Any definition may
// be checked.
#include <cstddef>
#include <cstdint>
#include <string>

#include "treadle/asl/parser.h"
#include "treadle/base/assert.h"
#include "treadle/saga/check.h"
#include "treadle/saga/compile.h"
#include "treadle/saga/print.h"

namespace {

using namespace treadle;

constexpr saga::CheckLimits kLimits{.states_at_a_time = 20'000, .states = 60'000};

void check(std::string const& text, bool is_compiled) {
  auto const definition = asl::parse_definition(text).definition;
  TREADLE_ASSERT(definition || !is_compiled);
  auto const roles = saga::roles_of_comments(text);
  if (!definition || !roles) return;
  auto const report = saga::check(definition, *roles, kLimits);
  if (!report) return;
  TREADLE_ASSERT(!is_compiled || report->verdict != saga::Verdict::kCounterexample);
  static_cast<void>(to_text(*report, saga::Colour::kNone));
  static_cast<void>(to_graph(*definition, *roles, *report, saga::GraphFormat::kMermaid));
}

}  // namespace

extern "C" auto LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) -> int {
  std::string const text(reinterpret_cast<char const*>(data), size);
  check(text, false);
  auto const saga = saga::read_saga(text, "saga");
  if (!saga) return 0;
  auto const compiled = saga::compile(*saga);
  if (!compiled) return 0;
  TREADLE_ASSERT(*compiled == *saga::compile(*saga));
  check(*compiled, true);
  return 0;
}
