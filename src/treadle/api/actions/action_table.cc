#include <algorithm>

#include "treadle/api/actions/actions.h"

namespace treadle::api {
namespace {

struct Entry {
  std::string_view name;
  Action action;
};

constexpr Entry kActions[] = {
    {"CreateActivity", create_activity},
    {"CreateStateMachine", create_state_machine},
    {"CreateStateMachineAlias", not_there_yet},
    {"DeleteActivity", delete_activity},
    {"DeleteStateMachine", delete_state_machine},
    {"DeleteStateMachineAlias", not_there_yet},
    {"DeleteStateMachineVersion", not_there_yet},
    {"DescribeActivity", describe_activity},
    {"DescribeExecution", describe_execution},
    {"DescribeMapRun", not_there_yet},
    {"DescribeStateMachine", describe_state_machine},
    {"DescribeStateMachineAlias", not_there_yet},
    {"DescribeStateMachineForExecution", describe_state_machine_for_execution},
    {"GetActivityTask", get_activity_task},
    {"GetExecutionHistory", get_execution_history},
    {"ListActivities", list_activities},
    {"ListExecutions", list_executions},
    {"ListMapRuns", not_there_yet},
    {"ListStateMachineAliases", not_there_yet},
    {"ListStateMachineVersions", not_there_yet},
    {"ListStateMachines", list_state_machines},
    {"ListTagsForResource", list_tags_for_resource},
    {"PublishStateMachineVersion", not_there_yet},
    {"RedriveExecution", not_there_yet},
    {"SendTaskFailure", send_task_failure},
    {"SendTaskHeartbeat", send_task_heartbeat},
    {"SendTaskSuccess", send_task_success},
    {"StartExecution", start_execution},
    {"StartSyncExecution", start_sync_execution},
    {"StopExecution", stop_execution},
    {"TagResource", tag_resource},
    {"TestState", not_there_yet},
    {"UntagResource", untag_resource},
    {"UpdateMapRun", not_there_yet},
    {"UpdateStateMachine", update_state_machine},
    {"UpdateStateMachineAlias", not_there_yet},
    {"ValidateStateMachineDefinition", validate_state_machine_definition},
};

}  // namespace

auto find_action(std::string_view name) -> Action {
  auto const at = std::ranges::lower_bound(kActions, name, {}, &Entry::name);
  return at != std::end(kActions) && at->name == name ? at->action : nullptr;
}

}  // namespace treadle::api
