// Any text may be looked at: the findings must have places in it, and be the same each time.
#include "treadle/lint/lint.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "treadle/base/assert.h"
#include "treadle/lint/print.h"

namespace {

using namespace treadle;

void look_at(std::string_view text, lint::Options const& options) {
  auto const findings = lint::lint(text, options);
  auto const lines = 1 + static_cast<std::size_t>(std::ranges::count(text, '\n'));
  for (auto const& finding : findings)
    TREADLE_ASSERT(finding.position.line >= 1 && finding.position.line <= lines &&
                   finding.position.column >= 1 && finding.position.column <= text.size() + 1);
  std::vector<lint::FileFindings> const files{{"definition", findings}};
  auto const again = std::vector<lint::FileFindings>{{"definition", lint::lint(text, options)}};
  TREADLE_ASSERT(lint::to_sarif(files) == lint::to_sarif(again));
}

}  // namespace

extern "C" auto LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) -> int {
  std::string_view const text(reinterpret_cast<char const*>(data), size);
  look_at(text, {});
  look_at(text, {.type = asl::MachineType::kExpress, .strict_aws = true, .disabled = {}});
  return 0;
}
