// Any text may be given as Terraform: it is imported or refused with a message, never a crash. What
// was imported can be written as treadle.yaml, and importing it again changes nothing.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "treadle/base/assert.h"
#include "treadle/import/project_writer.h"
#include "treadle/import/terraform/importer.h"

namespace {

using namespace treadle;

// The only file there is: a template, so that text meets the lexer's other mode, too.
auto read_file(std::string_view path) -> Result<std::string, std::string> {
  if (path == "t") return "%{ for x in a ~}\n  ${x}$${y}\n%{ endfor ~}\n";
  return std::unexpected("there is no such file");
}

}  // namespace

extern "C" auto LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) -> int {
  namespace terraform = import::terraform;
  terraform::Inputs inputs;
  inputs.configurations.push_back(
      {"main.tf", std::string(reinterpret_cast<char const*>(data), size)});
  terraform::Sources sources;
  auto const outcome = terraform::import_terraform(sources, std::move(inputs), read_file, "/code");
  for (auto const& problem : outcome.problems) TREADLE_ASSERT(!sources.render(problem).empty());
  if (outcome.verdict != terraform::Verdict::kOk) return 0;
  auto const text = import::merge_project_text("", outcome.project, "/out");
  if (!text) return 0;  // e.g. a variable's name that is too long for a key
  TREADLE_ASSERT(import::merge_project_text(*text, outcome.project, "/out") == text);
  return 0;
}
