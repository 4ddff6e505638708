// The table behind parameters.h. Source: service model of Step Functions 2016-11-23.

#include <algorithm>

#include "treadle/api/parameters.h"

namespace treadle::api {
namespace {

using enum ParameterType;

constexpr Parameter kCreateActivity[] = {
    {"name", kString, true, 1, 80},
    {"tags", kList, false, {}, {}},
    {"encryptionConfiguration", kStructure, false, {}, {}},
};

constexpr Parameter kCreateStateMachine[] = {
    {"name", kString, true, 1, 80},
    {"definition", kString, true, 1, 1048576},
    {"roleArn", kString, true, 1, 256},
    {"type", kString, false, {}, {}, "STANDARD, EXPRESS"},
    {"loggingConfiguration", kStructure, false, {}, {}},
    {"tags", kList, false, {}, {}},
    {"tracingConfiguration", kStructure, false, {}, {}},
    {"publish", kBoolean, false, {}, {}},
    {"versionDescription", kString, false, {}, 256},
    {"encryptionConfiguration", kStructure, false, {}, {}},
};

constexpr Parameter kCreateStateMachineAlias[] = {
    {"description", kString, false, {}, 256},
    {"name", kString, true, 1, 80},
    {"routingConfiguration", kList, true, 1, 2},
};

constexpr Parameter kDeleteActivity[] = {
    {"activityArn", kString, true, 1, 256},
};

constexpr Parameter kDeleteStateMachine[] = {
    {"stateMachineArn", kString, true, 1, 256},
};

constexpr Parameter kDeleteStateMachineAlias[] = {
    {"stateMachineAliasArn", kString, true, 1, 256},
};

constexpr Parameter kDeleteStateMachineVersion[] = {
    {"stateMachineVersionArn", kString, true, 1, 2000},
};

constexpr Parameter kDescribeActivity[] = {
    {"activityArn", kString, true, 1, 256},
};

constexpr Parameter kDescribeExecution[] = {
    {"executionArn", kString, true, 1, 256},
    {"includedData", kString, false, {}, {}, "ALL_DATA, METADATA_ONLY"},
};

constexpr Parameter kDescribeMapRun[] = {
    {"mapRunArn", kString, true, 1, 2000},
};

constexpr Parameter kDescribeStateMachine[] = {
    {"stateMachineArn", kString, true, 1, 256},
    {"includedData", kString, false, {}, {}, "ALL_DATA, METADATA_ONLY"},
};

constexpr Parameter kDescribeStateMachineAlias[] = {
    {"stateMachineAliasArn", kString, true, 1, 256},
};

constexpr Parameter kDescribeStateMachineForExecution[] = {
    {"executionArn", kString, true, 1, 256},
    {"includedData", kString, false, {}, {}, "ALL_DATA, METADATA_ONLY"},
};

constexpr Parameter kGetActivityTask[] = {
    {"activityArn", kString, true, 1, 256},
    {"workerName", kString, false, 1, 80},
};

constexpr Parameter kGetExecutionHistory[] = {
    {"executionArn", kString, true, 1, 256},           {"maxResults", kInteger, false, 0, 1000},
    {"reverseOrder", kBoolean, false, {}, {}},         {"nextToken", kString, false, 1, 1024},
    {"includeExecutionData", kBoolean, false, {}, {}},
};

constexpr Parameter kListActivities[] = {
    {"maxResults", kInteger, false, 0, 1000},
    {"nextToken", kString, false, 1, 1024},
};

constexpr Parameter kListExecutions[] = {
    {"stateMachineArn", kString, false, 1, 256},
    {"statusFilter",
     kString,
     false,
     {},
     {},
     "RUNNING, SUCCEEDED, FAILED, TIMED_OUT, ABORTED, PENDING_REDRIVE"},
    {"maxResults", kInteger, false, 0, 1000},
    {"nextToken", kString, false, 1, 3096},
    {"mapRunArn", kString, false, 1, 2000},
    {"redriveFilter", kString, false, {}, {}, "REDRIVEN, NOT_REDRIVEN"},
};

constexpr Parameter kListMapRuns[] = {
    {"executionArn", kString, true, 1, 256},
    {"maxResults", kInteger, false, 0, 1000},
    {"nextToken", kString, false, 1, 1024},
};

constexpr Parameter kListStateMachineAliases[] = {
    {"stateMachineArn", kString, true, 1, 256},
    {"nextToken", kString, false, 1, 1024},
    {"maxResults", kInteger, false, 0, 1000},
};

constexpr Parameter kListStateMachineVersions[] = {
    {"stateMachineArn", kString, true, 1, 256},
    {"nextToken", kString, false, 1, 1024},
    {"maxResults", kInteger, false, 0, 1000},
};

constexpr Parameter kListStateMachines[] = {
    {"maxResults", kInteger, false, 0, 1000},
    {"nextToken", kString, false, 1, 1024},
};

constexpr Parameter kListTagsForResource[] = {
    {"resourceArn", kString, true, 1, 256},
};

constexpr Parameter kPublishStateMachineVersion[] = {
    {"stateMachineArn", kString, true, 1, 256},
    {"revisionId", kString, false, {}, {}},
    {"description", kString, false, {}, 256},
};

constexpr Parameter kRedriveExecution[] = {
    {"executionArn", kString, true, 1, 256},
    {"clientToken", kString, false, 1, 64},
};

constexpr Parameter kSendTaskFailure[] = {
    {"taskToken", kString, true, 1, 2048},
    {"error", kString, false, 0, 256},
    {"cause", kString, false, 0, 32768},
};

constexpr Parameter kSendTaskHeartbeat[] = {
    {"taskToken", kString, true, 1, 2048},
};

constexpr Parameter kSendTaskSuccess[] = {
    {"taskToken", kString, true, 1, 2048},
    {"output", kString, true, {}, 262144},
};

constexpr Parameter kStartExecution[] = {
    {"stateMachineArn", kString, true, 1, 256},
    {"name", kString, false, 1, 80},
    {"input", kString, false, {}, 262144},
    {"traceHeader", kString, false, 0, 256},
};

constexpr Parameter kStartSyncExecution[] = {
    {"stateMachineArn", kString, true, 1, 256},
    {"name", kString, false, 1, 80},
    {"input", kString, false, {}, 262144},
    {"traceHeader", kString, false, 0, 256},
    {"includedData", kString, false, {}, {}, "ALL_DATA, METADATA_ONLY"},
};

constexpr Parameter kStopExecution[] = {
    {"executionArn", kString, true, 1, 256},
    {"error", kString, false, 0, 256},
    {"cause", kString, false, 0, 32768},
};

constexpr Parameter kTagResource[] = {
    {"resourceArn", kString, true, 1, 256},
    {"tags", kList, true, {}, {}},
};

constexpr Parameter kTestState[] = {
    {"definition", kString, true, 1, 1048576},
    {"roleArn", kString, false, 1, 256},
    {"input", kString, false, {}, 262144},
    {"inspectionLevel", kString, false, {}, {}, "INFO, DEBUG, TRACE"},
    {"revealSecrets", kBoolean, false, {}, {}},
    {"variables", kString, false, {}, 262144},
    {"stateName", kString, false, 1, 80},
    {"mock", kStructure, false, {}, {}},
    {"context", kString, false, {}, 262144},
    {"stateConfiguration", kStructure, false, {}, {}},
};

constexpr Parameter kUntagResource[] = {
    {"resourceArn", kString, true, 1, 256},
    {"tagKeys", kList, true, {}, {}},
};

constexpr Parameter kUpdateMapRun[] = {
    {"mapRunArn", kString, true, 1, 2000},
    {"maxConcurrency", kInteger, false, 0, {}},
    {"toleratedFailurePercentage", kNumber, false, 0, 100},
    {"toleratedFailureCount", kInteger, false, 0, {}},
};

constexpr Parameter kUpdateStateMachine[] = {
    {"stateMachineArn", kString, true, 1, 256},
    {"definition", kString, false, 1, 1048576},
    {"roleArn", kString, false, 1, 256},
    {"loggingConfiguration", kStructure, false, {}, {}},
    {"tracingConfiguration", kStructure, false, {}, {}},
    {"publish", kBoolean, false, {}, {}},
    {"versionDescription", kString, false, {}, 256},
    {"encryptionConfiguration", kStructure, false, {}, {}},
};

constexpr Parameter kUpdateStateMachineAlias[] = {
    {"stateMachineAliasArn", kString, true, 1, 256},
    {"description", kString, false, {}, 256},
    {"routingConfiguration", kList, false, 1, 2},
};

constexpr Parameter kValidateStateMachineDefinition[] = {
    {"definition", kString, true, 1, 1048576},
    {"type", kString, false, {}, {}, "STANDARD, EXPRESS"},
    {"severity", kString, false, {}, {}, "ERROR, WARNING"},
    {"maxResults", kInteger, false, 0, 100},
};

constexpr Operation kOperations[] = {
    {"CreateActivity", kCreateActivity},
    {"CreateStateMachine", kCreateStateMachine},
    {"CreateStateMachineAlias", kCreateStateMachineAlias},
    {"DeleteActivity", kDeleteActivity},
    {"DeleteStateMachine", kDeleteStateMachine},
    {"DeleteStateMachineAlias", kDeleteStateMachineAlias},
    {"DeleteStateMachineVersion", kDeleteStateMachineVersion},
    {"DescribeActivity", kDescribeActivity},
    {"DescribeExecution", kDescribeExecution},
    {"DescribeMapRun", kDescribeMapRun},
    {"DescribeStateMachine", kDescribeStateMachine},
    {"DescribeStateMachineAlias", kDescribeStateMachineAlias},
    {"DescribeStateMachineForExecution", kDescribeStateMachineForExecution},
    {"GetActivityTask", kGetActivityTask},
    {"GetExecutionHistory", kGetExecutionHistory},
    {"ListActivities", kListActivities},
    {"ListExecutions", kListExecutions},
    {"ListMapRuns", kListMapRuns},
    {"ListStateMachineAliases", kListStateMachineAliases},
    {"ListStateMachineVersions", kListStateMachineVersions},
    {"ListStateMachines", kListStateMachines},
    {"ListTagsForResource", kListTagsForResource},
    {"PublishStateMachineVersion", kPublishStateMachineVersion},
    {"RedriveExecution", kRedriveExecution},
    {"SendTaskFailure", kSendTaskFailure},
    {"SendTaskHeartbeat", kSendTaskHeartbeat},
    {"SendTaskSuccess", kSendTaskSuccess},
    {"StartExecution", kStartExecution},
    {"StartSyncExecution", kStartSyncExecution},
    {"StopExecution", kStopExecution},
    {"TagResource", kTagResource},
    {"TestState", kTestState},
    {"UntagResource", kUntagResource},
    {"UpdateMapRun", kUpdateMapRun},
    {"UpdateStateMachine", kUpdateStateMachine},
    {"UpdateStateMachineAlias", kUpdateStateMachineAlias},
    {"ValidateStateMachineDefinition", kValidateStateMachineDefinition},
};

}  // namespace

auto operations() -> std::span<Operation const> { return kOperations; }

auto find_operation(std::string_view name) -> Operation const* {
  auto const at = std::ranges::lower_bound(kOperations, name, {}, &Operation::name);
  return at != std::end(kOperations) && at->name == name ? &*at : nullptr;
}

}  // namespace treadle::api
