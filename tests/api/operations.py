"""The operations that the server answers: what the tests of this folder must cover."""

OPERATIONS = (
    "CreateActivity", "CreateStateMachine", "DeleteActivity", "DeleteStateMachine", "DescribeActivity",
    "DescribeExecution", "DescribeStateMachine", "DescribeStateMachineForExecution", "GetActivityTask",
    "GetExecutionHistory", "ListActivities", "ListExecutions", "ListStateMachines", "ListTagsForResource",
    "SendTaskFailure", "SendTaskHeartbeat", "SendTaskSuccess", "StartExecution", "StartSyncExecution",
    "StopExecution", "TagResource", "UntagResource", "UpdateStateMachine", "ValidateStateMachineDefinition",
)
