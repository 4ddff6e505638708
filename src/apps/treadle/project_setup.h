// A project's functions and state machines put into a node.
#pragma once

#include <string>
#include <vector>

#include "apps/treadle/node.h"
#include "treadle/base/result.h"
#include "treadle/import/project.h"

namespace treadle::app {

// The functions that run on this machine.
[[nodiscard]] auto local_functions(import::Project const& project)
    -> std::vector<integrations::functions::FunctionSpec>;

// Where the project says that services are.
[[nodiscard]] auto service_settings(import::Project const& project)
    -> integrations::ServiceSettings;

// Who is told of status changes.
[[nodiscard]] auto status_events_options(import::Project const& project) -> StatusEventsOptions;

// Where the logs of state machines go; without the folder of their files.
[[nodiscard]] auto logs_options(import::Project const& project) -> LogsOptions;

// Connections with their secrets, which are read here, and where HTTP Tasks may go. An error is
// "FILE:LINE:COLUMN: why".
[[nodiscard]] auto http_task_settings(import::Project const& project)
    -> Result<integrations::optimized::HttpTaskSettings, std::string>;

// Creates the project's state machines, or updates those whose definition or settings changed; the
// rest stay as they are. Nothing is changed where a definition is invalid. Waits for the commits.
// Logs what it did; an error is "FILE:LINE:COLUMN: why". Before anybody else can change machines.
[[nodiscard]] auto apply_project(Node& node, import::Project const& project)
    -> Result<void, std::string>;

}  // namespace treadle::app
