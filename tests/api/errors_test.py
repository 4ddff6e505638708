"""Every error that the service model names for an operation, provoked through boto3."""
import unittest

from botocore.exceptions import ClientError

from api.operations import OPERATIONS
from support import aws
from support.machines import ARN, INVALID, PASS, ROLE, WAIT, activity_task, unique
from support.treadle import Server

NOBODY = {"machine": f"{ARN}:stateMachine:nobody", "execution": f"{ARN}:execution:nobody:none",
          "activity": f"{ARN}:activity:nobody"}
MAP_RUN = f"{ARN}:mapRun:nobody/map:00000000-0000-0000-0000-000000000000"
TAGS_51 = [{"key": f"k{n}", "value": "v"} for n in range(51)]
STATE = '{"Type": "Pass", "End": true}'
NO_KEY = {"type": "CUSTOMER_MANAGED_KMS_KEY"}
LOG_NOWHERE = {"level": "ALL", "includeExecutionData": True, "destinations": []}


def new(**fields):
    """CreateStateMachine's parameters, with these in place of the usual ones."""
    return {"name": unique("machine"), "definition": PASS, "roleArn": ROLE, **fields}


def route(version, weight=100, **fields):
    """CreateStateMachineAlias' parameters for the name of the fixture's alias, with these in place."""
    return {"name": "live", "routingConfiguration": [{"stateMachineVersionArn": version, "weight": weight}], **fields}


# (operation, error, parameters given what the fixture has made)
CASES = (
    ("CreateStateMachine", "InvalidArn", lambda f: new(roleArn="nonsense")),
    ("CreateStateMachine", "InvalidDefinition", lambda f: new(definition=INVALID)),
    ("CreateStateMachine", "InvalidDefinition", lambda f: new(definition="{")),
    ("CreateStateMachine", "InvalidName", lambda f: new(name="two words")),
    ("CreateStateMachine", "InvalidLoggingConfiguration", lambda f: new(loggingConfiguration=LOG_NOWHERE)),
    ("CreateStateMachine", "StateMachineAlreadyExists", lambda f: new(name=f.machine_name, definition=WAIT)),
    ("CreateStateMachine", "StateMachineDeleting", lambda f: new(name=f.deleting_name)),
    ("CreateStateMachine", "TooManyTags", lambda f: new(tags=TAGS_51)),
    ("CreateStateMachine", "ValidationException", lambda f: new(versionDescription="no publish")),
    ("CreateStateMachine", "ValidationException", lambda f: new(name="n" * 81)),
    ("CreateStateMachine", "InvalidEncryptionConfiguration", lambda f: new(encryptionConfiguration=NO_KEY)),
    ("DescribeStateMachine", "InvalidArn", lambda f: {"stateMachineArn": "nonsense"}),
    ("DescribeStateMachine", "StateMachineDoesNotExist", lambda f: {"stateMachineArn": NOBODY["machine"]}),
    ("UpdateStateMachine", "InvalidArn", lambda f: {"stateMachineArn": "nonsense", "definition": PASS}),
    ("UpdateStateMachine", "InvalidDefinition", lambda f: {"stateMachineArn": f.machine, "definition": INVALID}),
    ("UpdateStateMachine", "InvalidLoggingConfiguration",
     lambda f: {"stateMachineArn": f.machine, "loggingConfiguration": LOG_NOWHERE}),
    ("UpdateStateMachine", "MissingRequiredParameter", lambda f: {"stateMachineArn": f.machine}),
    ("UpdateStateMachine", "StateMachineDeleting", lambda f: {"stateMachineArn": f.deleting, "definition": PASS}),
    ("UpdateStateMachine", "StateMachineDoesNotExist",
     lambda f: {"stateMachineArn": NOBODY["machine"], "definition": PASS}),
    ("UpdateStateMachine", "ValidationException",
     lambda f: {"stateMachineArn": f.machine, "definition": PASS, "versionDescription": "no publish"}),
    ("UpdateStateMachine", "InvalidEncryptionConfiguration",
     lambda f: {"stateMachineArn": f.machine, "definition": PASS, "encryptionConfiguration": NO_KEY}),
    ("DeleteStateMachine", "InvalidArn", lambda f: {"stateMachineArn": "nonsense"}),
    ("DeleteStateMachine", "ValidationException", lambda f: {}),
    ("ListStateMachines", "InvalidToken", lambda f: {"nextToken": "nonsense"}),
    ("StartExecution", "ExecutionAlreadyExists",
     lambda f: {"stateMachineArn": f.machine, "name": "ended", "input": '{"other": 1}'}),
    ("StartExecution", "InvalidArn", lambda f: {"stateMachineArn": "nonsense"}),
    ("StartExecution", "InvalidExecutionInput", lambda f: {"stateMachineArn": f.machine, "input": "{"}),
    ("StartExecution", "InvalidName", lambda f: {"stateMachineArn": f.machine, "name": "two words"}),
    ("StartExecution", "StateMachineDoesNotExist", lambda f: {"stateMachineArn": NOBODY["machine"]}),
    ("StartExecution", "StateMachineDeleting", lambda f: {"stateMachineArn": f.deleting}),
    ("StartExecution", "ValidationException", lambda f: {}),
    ("StartSyncExecution", "InvalidArn", lambda f: {"stateMachineArn": "nonsense"}),
    ("StartSyncExecution", "InvalidExecutionInput", lambda f: {"stateMachineArn": f.express, "input": "{"}),
    ("StartSyncExecution", "InvalidName", lambda f: {"stateMachineArn": f.express, "name": "two words"}),
    ("StartSyncExecution", "StateMachineDoesNotExist", lambda f: {"stateMachineArn": NOBODY["machine"]}),
    ("StartSyncExecution", "StateMachineDeleting", lambda f: {"stateMachineArn": f.deleting}),
    ("StartSyncExecution", "StateMachineTypeNotSupported", lambda f: {"stateMachineArn": f.machine}),
    ("TestState", "InvalidArn", lambda f: {"definition": STATE, "roleArn": "nonsense"}),
    ("TestState", "InvalidDefinition", lambda f: {"definition": '{"Type": "Nothing"}'}),
    ("TestState", "InvalidExecutionInput", lambda f: {"definition": STATE, "input": "{"}),
    ("TestState", "ValidationException", lambda f: {"definition": PASS, "stateName": "Nobody"}),
    ("StopExecution", "ExecutionDoesNotExist", lambda f: {"executionArn": NOBODY["execution"]}),
    ("StopExecution", "InvalidArn", lambda f: {"executionArn": "nonsense"}),
    ("StopExecution", "ValidationException", lambda f: {}),
    ("RedriveExecution", "ExecutionDoesNotExist", lambda f: {"executionArn": NOBODY["execution"]}),
    ("RedriveExecution", "ExecutionNotRedrivable", lambda f: {"executionArn": f.ended}),
    ("RedriveExecution", "InvalidArn", lambda f: {"executionArn": "nonsense"}),
    ("RedriveExecution", "ValidationException", lambda f: {"executionArn": f.ended, "clientToken": ""}),
    ("DescribeExecution", "ExecutionDoesNotExist", lambda f: {"executionArn": NOBODY["execution"]}),
    ("DescribeExecution", "InvalidArn", lambda f: {"executionArn": "nonsense"}),
    ("DescribeStateMachineForExecution", "ExecutionDoesNotExist", lambda f: {"executionArn": NOBODY["execution"]}),
    ("DescribeStateMachineForExecution", "InvalidArn", lambda f: {"executionArn": "nonsense"}),
    ("ListExecutions", "InvalidArn", lambda f: {"stateMachineArn": "nonsense"}),
    ("ListExecutions", "InvalidToken", lambda f: {"stateMachineArn": f.machine, "nextToken": "nonsense"}),
    ("ListExecutions", "StateMachineDoesNotExist", lambda f: {"stateMachineArn": NOBODY["machine"]}),
    ("ListExecutions", "StateMachineTypeNotSupported", lambda f: {"stateMachineArn": f.express}),
    ("ListExecutions", "ValidationException", lambda f: {}),
    ("ListExecutions", "ResourceNotFound", lambda f: {"mapRunArn": MAP_RUN}),
    ("GetExecutionHistory", "ExecutionDoesNotExist", lambda f: {"executionArn": NOBODY["execution"]}),
    ("GetExecutionHistory", "InvalidArn", lambda f: {"executionArn": "nonsense"}),
    ("GetExecutionHistory", "InvalidToken", lambda f: {"executionArn": f.ended, "nextToken": "nonsense"}),
    ("SendTaskSuccess", "InvalidOutput", lambda f: {"taskToken": f.token, "output": "{"}),
    ("SendTaskSuccess", "InvalidToken", lambda f: {"taskToken": "nonsense", "output": "{}"}),
    ("SendTaskSuccess", "TaskTimedOut", lambda f: {"taskToken": f.closed_token, "output": "{}"}),
    ("SendTaskFailure", "InvalidToken", lambda f: {"taskToken": "nonsense"}),
    ("SendTaskFailure", "TaskTimedOut", lambda f: {"taskToken": f.closed_token}),
    ("SendTaskHeartbeat", "InvalidToken", lambda f: {"taskToken": "nonsense"}),
    ("SendTaskHeartbeat", "TaskTimedOut", lambda f: {"taskToken": f.closed_token}),
    ("CreateActivity", "InvalidName", lambda f: {"name": "two words"}),
    ("CreateActivity", "TooManyTags", lambda f: {"name": unique("activity"), "tags": TAGS_51}),
    ("CreateActivity", "InvalidEncryptionConfiguration",
     lambda f: {"name": unique("activity"), "encryptionConfiguration": NO_KEY}),
    ("DescribeActivity", "ActivityDoesNotExist", lambda f: {"activityArn": NOBODY["activity"]}),
    ("DescribeActivity", "InvalidArn", lambda f: {"activityArn": "nonsense"}),
    ("DeleteActivity", "InvalidArn", lambda f: {"activityArn": "nonsense"}),
    ("ListActivities", "InvalidToken", lambda f: {"nextToken": "nonsense"}),
    ("GetActivityTask", "ActivityDoesNotExist", lambda f: {"activityArn": NOBODY["activity"]}),
    ("GetActivityTask", "InvalidArn", lambda f: {"activityArn": "nonsense"}),
    ("TagResource", "InvalidArn", lambda f: {"resourceArn": "nonsense", "tags": []}),
    ("TagResource", "ResourceNotFound", lambda f: {"resourceArn": NOBODY["machine"], "tags": []}),
    ("TagResource", "TooManyTags", lambda f: {"resourceArn": f.machine, "tags": TAGS_51}),
    ("UntagResource", "InvalidArn", lambda f: {"resourceArn": "nonsense", "tagKeys": []}),
    ("UntagResource", "ResourceNotFound", lambda f: {"resourceArn": NOBODY["activity"], "tagKeys": []}),
    ("ListTagsForResource", "InvalidArn", lambda f: {"resourceArn": "nonsense"}),
    ("ListTagsForResource", "ResourceNotFound", lambda f: {"resourceArn": NOBODY["machine"]}),
    ("CreateStateMachine", "ValidationException", lambda f: new(loggingConfiguration={"level": "SOME"})),
    ("CreateStateMachine", "ValidationException", lambda f: new(encryptionConfiguration={"type": "NONE"})),
    ("CreateStateMachine", "ValidationException", lambda f: new(encryptionConfiguration={
        "type": "CUSTOMER_MANAGED_KMS_KEY", "kmsKeyId": "k", "kmsDataKeyReusePeriodSeconds": 59})),
    ("CreateStateMachine", "InvalidEncryptionConfiguration", lambda f: new(encryptionConfiguration={
        "type": "AWS_OWNED_KEY", "kmsKeyId": "k"})),
    ("UpdateStateMachine", "InvalidArn", lambda f: {"stateMachineArn": f.machine, "roleArn": "nonsense"}),
    ("DescribeStateMachine", "ValidationException", lambda f: {"stateMachineArn": f.machine + "/label"}),
    ("DescribeStateMachine", "StateMachineDoesNotExist", lambda f: {"stateMachineArn": f.machine + ":99"}),
    ("StartExecution", "ValidationException", lambda f: {"stateMachineArn": f.machine + "/label"}),
    ("StartExecution", "StateMachineDoesNotExist", lambda f: {"stateMachineArn": f.machine + ":99"}),
    ("StartExecution", "StateMachineDoesNotExist", lambda f: {"stateMachineArn": f.machine + ":nobody"}),
    ("ListExecutions", "StateMachineDoesNotExist", lambda f: {"stateMachineArn": f.machine + ":nobody"}),
    ("ListExecutions", "ValidationException",
     lambda f: {"stateMachineArn": f.machine, "statusFilter": "PENDING_REDRIVE"}),
    ("ListExecutions", "ValidationException", lambda f: {"stateMachineArn": f.machine, "mapRunArn": MAP_RUN}),
    ("PublishStateMachineVersion", "ConflictException",
     lambda f: {"stateMachineArn": f.machine, "revisionId": "another"}),
    ("PublishStateMachineVersion", "InvalidArn", lambda f: {"stateMachineArn": f.version}),
    ("PublishStateMachineVersion", "StateMachineDeleting", lambda f: {"stateMachineArn": f.deleting}),
    ("PublishStateMachineVersion", "StateMachineDoesNotExist", lambda f: {"stateMachineArn": NOBODY["machine"]}),
    ("PublishStateMachineVersion", "ValidationException",
     lambda f: {"stateMachineArn": f.machine, "description": "d" * 257}),
    ("ListStateMachineVersions", "InvalidArn", lambda f: {"stateMachineArn": "nonsense"}),
    ("ListStateMachineVersions", "InvalidToken", lambda f: {"stateMachineArn": f.machine, "nextToken": "nonsense"}),
    ("ListStateMachineVersions", "ValidationException", lambda f: {"stateMachineArn": f.machine, "maxResults": 1001}),
    ("DeleteStateMachineVersion", "ConflictException", lambda f: {"stateMachineVersionArn": f.version}),
    ("DeleteStateMachineVersion", "InvalidArn", lambda f: {"stateMachineVersionArn": f.machine}),
    ("DeleteStateMachineVersion", "ValidationException", lambda f: {"stateMachineVersionArn": f.alias}),
    ("CreateStateMachineAlias", "ConflictException", lambda f: route(f.version, description="another")),
    ("CreateStateMachineAlias", "InvalidArn", lambda f: route("nonsense")),
    ("CreateStateMachineAlias", "ResourceNotFound", lambda f: route(f.machine + ":99")),
    ("CreateStateMachineAlias", "ResourceNotFound", lambda f: route(NOBODY["machine"] + ":1")),
    ("CreateStateMachineAlias", "StateMachineDeleting", lambda f: route(f.deleting + ":1")),
    ("CreateStateMachineAlias", "ValidationException", lambda f: route(f.version, name="12")),
    ("CreateStateMachineAlias", "ValidationException", lambda f: route(f.version, name="two words")),
    ("CreateStateMachineAlias", "ValidationException", lambda f: route(f.machine)),
    ("CreateStateMachineAlias", "ValidationException", lambda f: route(f.version, weight=99)),
    ("CreateStateMachineAlias", "ValidationException", lambda f: route(f.version, weight=101)),
    ("CreateStateMachineAlias", "ValidationException", lambda f: route(f.version, routingConfiguration=[])),
    ("CreateStateMachineAlias", "ValidationException", lambda f: route(f.version, routingConfiguration=[
        {"stateMachineVersionArn": f.version, "weight": 50}, {"stateMachineVersionArn": f.version, "weight": 50}])),
    ("CreateStateMachineAlias", "ValidationException", lambda f: route(f.version, routingConfiguration=[
        {"stateMachineVersionArn": f.version, "weight": 50},
        {"stateMachineVersionArn": NOBODY["machine"] + ":1", "weight": 50}])),
    ("DescribeStateMachineAlias", "InvalidArn", lambda f: {"stateMachineAliasArn": f.machine}),
    ("DescribeStateMachineAlias", "ResourceNotFound", lambda f: {"stateMachineAliasArn": f.machine + ":nobody"}),
    ("DescribeStateMachineAlias", "ValidationException", lambda f: {"stateMachineAliasArn": f.version}),
    ("UpdateStateMachineAlias", "InvalidArn", lambda f: {"stateMachineAliasArn": "nonsense", "description": "d"}),
    ("UpdateStateMachineAlias", "ResourceNotFound",
     lambda f: {"stateMachineAliasArn": f.machine + ":nobody", "description": "d"}),
    ("UpdateStateMachineAlias", "StateMachineDeleting",
     lambda f: {"stateMachineAliasArn": f.deleting + ":live", "description": "d"}),
    ("UpdateStateMachineAlias", "ValidationException", lambda f: {"stateMachineAliasArn": f.alias}),
    ("UpdateStateMachineAlias", "ValidationException", lambda f: {
        "stateMachineAliasArn": f.alias, "routingConfiguration": [
            {"stateMachineVersionArn": NOBODY["machine"] + ":1", "weight": 100}]}),
    ("DeleteStateMachineAlias", "InvalidArn", lambda f: {"stateMachineAliasArn": "nonsense"}),
    ("DeleteStateMachineAlias", "ResourceNotFound", lambda f: {"stateMachineAliasArn": f.machine + ":nobody"}),
    ("DeleteStateMachineAlias", "ValidationException", lambda f: {"stateMachineAliasArn": f.version}),
    ("ListStateMachineAliases", "InvalidArn", lambda f: {"stateMachineArn": "nonsense"}),
    ("ListStateMachineAliases", "InvalidToken", lambda f: {"stateMachineArn": f.machine, "nextToken": "nonsense"}),
    ("ListStateMachineAliases", "ResourceNotFound", lambda f: {"stateMachineArn": f.machine + ":99"}),
    ("ListStateMachineAliases", "StateMachineDoesNotExist", lambda f: {"stateMachineArn": NOBODY["machine"]}),
    ("ListStateMachineAliases", "StateMachineDeleting", lambda f: {"stateMachineArn": f.deleting}),
    ("DescribeMapRun", "InvalidArn", lambda f: {"mapRunArn": f.machine}),
    ("DescribeMapRun", "ResourceNotFound", lambda f: {"mapRunArn": MAP_RUN}),
    ("ListMapRuns", "ExecutionDoesNotExist", lambda f: {"executionArn": NOBODY["execution"]}),
    ("ListMapRuns", "InvalidArn", lambda f: {"executionArn": "nonsense"}),
    ("ListMapRuns", "InvalidToken", lambda f: {"executionArn": f.ended, "nextToken": "nonsense"}),
    ("UpdateMapRun", "InvalidArn", lambda f: {"mapRunArn": f.machine, "maxConcurrency": 1}),
    ("UpdateMapRun", "ResourceNotFound", lambda f: {"mapRunArn": MAP_RUN, "maxConcurrency": 1}),
    ("UpdateMapRun", "ValidationException", lambda f: {"mapRunArn": MAP_RUN}),
    ("UpdateMapRun", "ValidationException", lambda f: {"mapRunArn": MAP_RUN, "toleratedFailurePercentage": 101}),
    ("ValidateStateMachineDefinition", "ValidationException", lambda f: {"definition": PASS, "maxResults": 101}),
)

STATUS = {"ConflictException": 409, "ServiceQuotaExceededException": 402}

# What the model names and treadle never answers, with the reason; by error, or by operation and error.
NEVER = {
    "KmsAccessDeniedException": "there is no key service",
    "KmsInvalidStateException": "there is no key service",
    "KmsThrottlingException": "there is no key service",
    "StateMachineLimitExceeded": "a quota of an AWS account",
    "ExecutionLimitExceeded": "a quota of an AWS account",
    "ActivityLimitExceeded": "a quota of an AWS account",
    "ActivityWorkerLimitExceeded": "takes a thousand workers: tests/runtime/activity_board_test.cc",
    "ServiceQuotaExceededException": "versions_test.py has it: it takes hundreds of calls",
    ("CreateStateMachine", "ConflictException"): "answered when many updates meet, which can't be provoked at will",
    ("UpdateStateMachine", "ConflictException"): "likewise",
    ("UpdateStateMachineAlias", "ConflictException"): "likewise",
    ("DeleteStateMachineAlias", "ConflictException"): "likewise",
    ("TagResource", "ConflictException"): "likewise",
    ("UntagResource", "ConflictException"): "likewise",
    ("CreateStateMachineAlias", "InvalidName"): "the pattern of the model is checked before (ValidationException)",
    "InvalidTracingConfiguration": "its one member is a boolean",
    "TaskDoesNotExist": "a token is either not ours (InvalidToken) or its task has ended (TaskTimedOut)",
    ("CreateStateMachine", "StateMachineTypeNotSupported"): "both types are supported",
    ("CreateActivity", "ActivityAlreadyExists"): "two activities of one name differ in nothing but a key",
}


class ErrorsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = cls.enterClassContext(Server())
        cls.sfn = aws.client(cls.server.endpoint)
        cls.machine_name = unique("machine")
        cls.machine = cls.create(cls.machine_name, PASS)
        cls.express = cls.sfn.create_state_machine(name=unique("express"), definition=PASS, roleArn=ROLE,
                                                   type="EXPRESS")["stateMachineArn"]
        cls.ended = cls.start(cls.machine, name="ended", input="{}")
        cls.server.wait_for_end(cls.ended)
        cls.deleting_name = unique("deleting")
        cls.deleting = cls.create(cls.deleting_name, WAIT)
        cls.start(cls.deleting)
        cls.sfn.delete_state_machine(stateMachineArn=cls.deleting)
        if hasattr(cls.sfn, "publish_state_machine_version"):  # this boto3 knows them
            made = cls.sfn.publish_state_machine_version(stateMachineArn=cls.machine)
            cls.version = made["stateMachineVersionArn"]
            cls.alias = cls.sfn.create_state_machine_alias(**route(cls.version))["stateMachineAliasArn"]
        cls.token, cls.closed_token = cls.open_task(), cls.open_task()
        cls.sfn.send_task_success(taskToken=cls.closed_token, output="{}")

    @classmethod
    def create(cls, name, definition):
        return cls.sfn.create_state_machine(name=name, definition=definition, roleArn=ROLE)["stateMachineArn"]

    @classmethod
    def start(cls, machine, **fields):
        return cls.sfn.start_execution(stateMachineArn=machine, **fields)["executionArn"]

    @classmethod
    def open_task(cls):
        activity = cls.sfn.create_activity(name=unique("activity"))["activityArn"]
        cls.start(cls.create(unique("worker"), activity_task(activity)))
        return cls.sfn.get_activity_task(activityArn=activity)["taskToken"]

    def test_cases(self):
        methods = {operation: method for method, operation in self.sfn.meta.method_to_api_mapping.items()}
        for operation, error, parameters in CASES:
            if operation not in methods:
                continue  # this boto3 is older than the operation; tests/js has it
            with self.subTest(operation=operation, error=error):
                with self.assertRaises(ClientError) as raised:
                    getattr(self.sfn, methods[operation])(**parameters(self))
                answer = raised.exception.response
                self.assertEqual(answer["Error"]["Code"], error, answer)
                self.assertEqual(answer["ResponseMetadata"]["HTTPStatusCode"], STATUS.get(error, 400))
                self.assertTrue(answer["Error"]["Message"])

    def test_every_error_of_the_model_has_a_case_or_a_reason(self):
        tried = {(operation, error) for operation, error, _ in CASES}
        model = self.sfn.meta.service_model
        for operation in set(OPERATIONS) & set(model.operation_names):
            for shape in model.operation_model(operation).error_shapes:
                pair = (operation, shape.name)
                with self.subTest(operation=operation, error=shape.name):
                    self.assertTrue(pair in tried or pair in NEVER or shape.name in NEVER)

    def test_an_operation_that_does_not_exist(self):
        status, body = self.server.call("MakeCoffee")
        self.assertEqual((status, body["__type"].split("#")[-1]), (400, "UnknownOperationException"))


if __name__ == "__main__":
    unittest.main()
