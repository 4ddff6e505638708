// Any text may be sent as a definition: it must be judged, never crash, and be judged the same each
// time.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "treadle/asl/parser.h"
#include "treadle/base/assert.h"

namespace {

using namespace treadle;

void judge(std::string_view text, asl::ParseOptions options) {
  auto const outcome = asl::parse_definition(text, options);
  auto has_error = false;
  for (auto const& diagnostic : outcome.diagnostics)
    has_error = has_error || diagnostic.severity == asl::Severity::kError;
  TREADLE_ASSERT(has_error == (outcome.definition == nullptr));
  TREADLE_ASSERT(outcome.definition == nullptr || outcome.definition->text == text);
  TREADLE_ASSERT(asl::parse_definition(text, options).diagnostics.size() ==
                 outcome.diagnostics.size());
}

}  // namespace

extern "C" auto LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) -> int {
  std::string_view const text(reinterpret_cast<char const*>(data), size);
  judge(text, {.type = asl::MachineType::kStandard, .strict_aws = false});
  judge(text, {.type = asl::MachineType::kExpress, .strict_aws = true});
  return 0;
}
