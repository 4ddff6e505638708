// Every action, for the table in action_table.cc.
#pragma once

#include "treadle/api/action.h"

namespace treadle::api {

void create_state_machine(ActionCall& call, OnResult done);
void update_state_machine(ActionCall& call, OnResult done);
void describe_state_machine(ActionCall& call, OnResult done);
void describe_state_machine_for_execution(ActionCall& call, OnResult done);
void delete_state_machine(ActionCall& call, OnResult done);
void list_state_machines(ActionCall& call, OnResult done);
void validate_state_machine_definition(ActionCall& call, OnResult done);
void start_execution(ActionCall& call, OnResult done);
void start_sync_execution(ActionCall& call, OnResult done);
void stop_execution(ActionCall& call, OnResult done);
void redrive_execution(ActionCall& call, OnResult done);
void describe_execution(ActionCall& call, OnResult done);
void list_executions(ActionCall& call, OnResult done);
void get_execution_history(ActionCall& call, OnResult done);
void send_task_success(ActionCall& call, OnResult done);
void send_task_failure(ActionCall& call, OnResult done);
void send_task_heartbeat(ActionCall& call, OnResult done);
void create_activity(ActionCall& call, OnResult done);
void describe_activity(ActionCall& call, OnResult done);
void delete_activity(ActionCall& call, OnResult done);
void list_activities(ActionCall& call, OnResult done);
void get_activity_task(ActionCall& call, OnResult done);
void test_state(ActionCall& call, OnResult done);
void tag_resource(ActionCall& call, OnResult done);
void untag_resource(ActionCall& call, OnResult done);
void list_tags_for_resource(ActionCall& call, OnResult done);
void publish_state_machine_version(ActionCall& call, OnResult done);
void list_state_machine_versions(ActionCall& call, OnResult done);
void delete_state_machine_version(ActionCall& call, OnResult done);
void create_state_machine_alias(ActionCall& call, OnResult done);
void describe_state_machine_alias(ActionCall& call, OnResult done);
void update_state_machine_alias(ActionCall& call, OnResult done);
void delete_state_machine_alias(ActionCall& call, OnResult done);
void list_state_machine_aliases(ActionCall& call, OnResult done);
void describe_map_run(ActionCall& call, OnResult done);
void list_map_runs(ActionCall& call, OnResult done);
void update_map_run(ActionCall& call, OnResult done);

}  // namespace treadle::api
