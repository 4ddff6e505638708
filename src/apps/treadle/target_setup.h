// From treadle.yaml to the services that treadle answers itself.
#pragma once

#include "treadle/import/project_local_services.h"
#include "treadle/targets/targets.h"

namespace treadle::app {

[[nodiscard]] auto target_setup(import::ServiceEntries const& entries) -> targets::Setup;

}  // namespace treadle::app
