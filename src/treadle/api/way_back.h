// What an execution that is asked to compensate has to know of its machine.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "treadle/asl/model.h"
#include "treadle/asl/way_back.h"
#include "treadle/base/strong_id.h"
#include "treadle/runtime/catalog.h"
#include "treadle/runtime/router.h"

namespace treadle::api {

// By the roles that the definition's Comments and the tag of the machine, if it is still there, tell; null where these
// contradict each other. As runtime::EngineOptions::way_back.
[[nodiscard]] auto way_back_of(runtime::Catalog const& catalog, EntityId machine,
                               std::string_view machine_arn, asl::DefinitionPtr const& definition)
    -> std::shared_ptr<asl::WayBack const>;

// Asks an execution to compensate for one that waits for it; one that is of no saga is stopped, one that refuses goes
// on. As integrations::jobs::AskToCompensate.
void ask_to_compensate(runtime::Router& router, std::string execution_arn,
                       std::move_only_function<void(bool)> done);

}  // namespace treadle::api
