// The part of treadle.yaml that says who is told of executions' status changes.
#pragma once

#include "treadle/import/node_reader.h"
#include "treadle/import/project.h"

namespace treadle::import {

[[nodiscard]] auto read_status_changes(NodeReader const& reader, yaml::Node const& root)
    -> Read<StatusChangeRules>;

}  // namespace treadle::import
