// The parts of treadle.yaml that say what tasks call: services, connections, httpTask.
#pragma once

#include "treadle/import/node_reader.h"
#include "treadle/import/project.h"

namespace treadle::import {

[[nodiscard]] auto read_services(NodeReader const& reader, yaml::Node const& root, Project& project)
    -> Read<void>;

}  // namespace treadle::import
