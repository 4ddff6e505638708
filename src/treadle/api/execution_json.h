// Executions as ListExecutions and DescribeExecution show them.
#pragma once

#include <optional>
#include <string_view>

#include "treadle/api/history_json.h"
#include "treadle/api/object_writer.h"
#include "treadle/runtime/router.h"

namespace treadle::api {

// nullopt for a name that no status has.
[[nodiscard]] auto read_status(std::string_view name) -> std::optional<runtime::ExecutionStatus>;

// What lists show, but for redrives.
void add_summary(ObjectWriter& out, runtime::ExecutionSummary const& summary);
// What a description shows, but for redrives.
void add_description(ObjectWriter& out, runtime::ExecutionDescription const& description,
                     ExecutionData data);

}  // namespace treadle::api
