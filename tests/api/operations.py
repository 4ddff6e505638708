"""The operations that the server answers: what the tests of this folder must cover."""

CORE = (
    "CreateActivity", "CreateStateMachine", "DeleteActivity", "DeleteStateMachine", "DescribeActivity",
    "DescribeExecution", "DescribeStateMachine", "DescribeStateMachineForExecution", "GetActivityTask",
    "GetExecutionHistory", "ListActivities", "ListExecutions", "ListStateMachines", "ListTagsForResource",
    "SendTaskFailure", "SendTaskHeartbeat", "SendTaskSuccess", "StartExecution", "StartSyncExecution",
    "StopExecution", "TagResource", "UntagResource", "UpdateStateMachine", "ValidateStateMachineDefinition",
)

# Newer than Debian's boto3 and AWS CLI: tried with the newest model, where it lies beside the checkout.
VERSIONS = (
    "CreateStateMachineAlias", "DeleteStateMachineAlias", "DeleteStateMachineVersion", "DescribeStateMachineAlias",
    "ListStateMachineAliases", "ListStateMachineVersions", "PublishStateMachineVersion", "UpdateStateMachineAlias",
)

MAP_RUNS = ("DescribeMapRun", "ListMapRuns", "UpdateMapRun")

REDRIVE = ("RedriveExecution",)

STATE_TESTS = ("TestState",)

OPERATIONS = CORE + VERSIONS + MAP_RUNS + REDRIVE + STATE_TESTS
