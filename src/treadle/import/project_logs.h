// The part of treadle.yaml that says where the logs of state machines go.
#pragma once

#include "treadle/import/node_reader.h"
#include "treadle/import/project.h"

namespace treadle::import {

[[nodiscard]] auto read_logs(NodeReader const& reader, yaml::Node const& root) -> Read<LogRules>;

}  // namespace treadle::import
