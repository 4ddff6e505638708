// The state machine that cases are about, from wherever it stands.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "treadle/asl/model.h"
#include "treadle/base/result.h"
#include "treadle/import/terraform/configuration.h"
#include "treadle/scenario/suite.h"

namespace treadle::scenario {

struct MachineSource {
  enum class Kind : std::uint8_t { kDefinition, kTerraform, kProject } kind = Kind::kDefinition;
  std::filesystem::path path;  // of a definition, of .tf files or their folder, of a project
  std::string name;            // which one; may be empty where there is one only
  asl::MachineType type = asl::MachineType::kStandard;        // of kDefinition
  std::vector<import::terraform::Assignment> variables = {};  // of kTerraform
};

// Reads and validates it. Without a name a definition's file gives one: "pay.asl.json" is "pay". An
// error, for the user, names the file; what can't run here (a distributed Map) is one too.
[[nodiscard]] auto load_machine(MachineSource const& source)
    -> Result<std::shared_ptr<Machine const>, std::string>;

}  // namespace treadle::scenario
