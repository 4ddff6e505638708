"""Every operation through Debian's AWS CLI, as a user types it."""
import json
import subprocess
import unittest
from pathlib import Path

from api.operations import MAP_RUNS, OPERATIONS, VERSIONS
from support import aws
from support.machines import ARN, INVALID, PASS, ROLE, WAIT, activity_task, unique
from support.treadle import Server

DATA_PATH = aws.DATA_PATH  # the tests' class has a method of that module's name
CLI = "/usr/bin/aws" if Path("/usr/bin/aws").exists() else "aws"


def words(operation):
    """CreateStateMachine -> create-state-machine"""
    return "".join("-" + c.lower() if c.isupper() else c for c in operation).lstrip("-")


class AwsCliTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = cls.enterClassContext(Server())
        cls.called = set()

    @classmethod
    def tearDownClass(cls):
        newer = set() if aws.DATA_PATH else {
            words(o) for o in (*VERSIONS, *MAP_RUNS, "ValidateStateMachineDefinition")}
        # This CLI calls these at sync-127.0.0.1, and can't be told not to.
        newer |= {"start-sync-execution", "test-state"}
        missing = {words(o) for o in OPERATIONS} - newer - cls.called
        assert not missing, f"no test calls {sorted(missing)}"

    def run_cli(self, command, **parameters):
        self.called.add(command)
        line = [CLI, "stepfunctions", "--endpoint-url", self.server.endpoint, "--output", "json", command]
        for name, value in parameters.items():
            line += ["--" + name.replace("_", "-"), *(value if isinstance(value, list) else [value])]
        return subprocess.run(line, capture_output=True, text=True, env=aws.environment(), timeout=120, check=False)

    def aws(self, command, **parameters):
        done = self.run_cli(command, **parameters)
        self.assertEqual(done.returncode, 0, f"{command}: {done.stderr}")
        return json.loads(done.stdout) if done.stdout.strip() else {}

    def refused(self, error, command, **parameters):
        done = self.run_cli(command, **parameters)
        self.assertEqual(done.returncode, 254, done.stderr)
        self.assertIn(f"An error occurred ({error}) when calling the", done.stderr)

    def create(self, definition):
        return self.aws("create-state-machine", name=unique("cli"), definition=definition,
                        role_arn=ROLE)["stateMachineArn"]

    def test_machines(self):
        arn = self.create(PASS)
        self.assertEqual(self.aws("describe-state-machine", state_machine_arn=arn)["definition"], PASS)
        self.aws("update-state-machine", state_machine_arn=arn, definition=WAIT)
        self.assertIn(arn, [m["stateMachineArn"] for m in self.aws("list-state-machines")["stateMachines"]])
        self.aws("tag-resource", resource_arn=arn, tags=["key=a,value=1", "key=b,value=2"])
        self.aws("untag-resource", resource_arn=arn, tag_keys=["a"])
        self.assertEqual(self.aws("list-tags-for-resource", resource_arn=arn)["tags"], [{"key": "b", "value": "2"}])
        self.aws("delete-state-machine", state_machine_arn=arn)
        self.refused("StateMachineDoesNotExist", "describe-state-machine", state_machine_arn=arn)
        self.refused("InvalidDefinition", "create-state-machine", name="x", definition=INVALID, role_arn=ROLE)

    def test_executions(self):
        machine = self.create(WAIT)
        arn = self.aws("start-execution", state_machine_arn=machine, name="one", input='{"a": 1}')["executionArn"]
        self.assertEqual(self.aws("describe-execution", execution_arn=arn)["status"], "RUNNING")
        self.assertEqual(self.aws("describe-state-machine-for-execution", execution_arn=arn)["definition"], WAIT)
        self.refused("ExecutionAlreadyExists", "start-execution", state_machine_arn=machine, name="one", input="{}")
        self.aws("stop-execution", execution_arn=arn, cause="enough")
        listed = self.aws("list-executions", state_machine_arn=machine, status_filter="ABORTED")["executions"]
        self.assertEqual([e["executionArn"] for e in listed], [arn])
        events = self.aws("get-execution-history", execution_arn=arn)["events"]
        self.assertEqual([e["type"] for e in events], ["ExecutionStarted", "WaitStateEntered", "ExecutionAborted"])

    def test_activities(self):
        activity = self.aws("create-activity", name=unique("cli"))["activityArn"]
        self.assertIn(activity, [a["activityArn"] for a in self.aws("list-activities")["activities"]])
        self.assertEqual(self.aws("describe-activity", activity_arn=activity)["activityArn"], activity)
        machine = self.create(activity_task(activity))
        ends = []
        for command, parameters in (("send-task-success", {"task_output": "{}"}), ("send-task-failure", {"error": "E"})):
            arn = self.aws("start-execution", state_machine_arn=machine)["executionArn"]
            token = self.aws("get-activity-task", activity_arn=activity, worker_name="w")["taskToken"]
            self.aws("send-task-heartbeat", task_token=token)
            self.aws(command, task_token=token, **parameters)
            ends.append(self.server.wait_for_end(arn)["status"])
            self.refused("TaskTimedOut", "send-task-heartbeat", task_token=token)
        self.assertEqual(ends, ["SUCCEEDED", "FAILED"])
        self.aws("delete-activity", activity_arn=activity)
        self.refused("ActivityDoesNotExist", "describe-activity", activity_arn=activity)

    @unittest.skipUnless(DATA_PATH, "this CLI is older than the operations; tests/js has them")
    def test_versions_and_aliases(self):
        machine = self.create(PASS)
        version = self.aws("publish-state-machine-version", state_machine_arn=machine,
                           description="first")["stateMachineVersionArn"]
        self.assertEqual(version, machine + ":1")
        listed = self.aws("list-state-machine-versions", state_machine_arn=machine)["stateMachineVersions"]
        self.assertEqual([v["stateMachineVersionArn"] for v in listed], [version])
        alias = self.aws("create-state-machine-alias", name="live", routing_configuration=[
            f"stateMachineVersionArn={version},weight=100"])["stateMachineAliasArn"]
        self.aws("update-state-machine-alias", state_machine_alias_arn=alias, description="what customers see")
        described = self.aws("describe-state-machine-alias", state_machine_alias_arn=alias)
        self.assertEqual(described["description"], "what customers see")
        listed = self.aws("list-state-machine-aliases", state_machine_arn=machine)["stateMachineAliases"]
        self.assertEqual([a["stateMachineAliasArn"] for a in listed], [alias])
        self.refused("ConflictException", "delete-state-machine-version", state_machine_version_arn=version)
        self.aws("delete-state-machine-alias", state_machine_alias_arn=alias)
        self.aws("delete-state-machine-version", state_machine_version_arn=version)

    @unittest.skipUnless(DATA_PATH, "this CLI is older than the operation; tests/js has it")
    def test_redrive(self):
        arn = self.aws("start-execution", state_machine_arn=self.create(WAIT))["executionArn"]
        self.refused("ExecutionNotRedrivable", "redrive-execution", execution_arn=arn)
        self.aws("stop-execution", execution_arn=arn)
        self.aws("redrive-execution", execution_arn=arn)
        self.assertEqual(self.aws("describe-execution", execution_arn=arn)["redriveCount"], 1)

    @unittest.skipUnless(DATA_PATH, "this CLI is older than the operations")
    def test_map_runs(self):
        execution = self.aws("start-execution", state_machine_arn=self.create(WAIT))["executionArn"]
        self.assertEqual(self.aws("list-map-runs", execution_arn=execution)["mapRuns"], [])
        run = f"{ARN}:mapRun:nobody/map:00000000-0000-0000-0000-000000000000"
        self.refused("ResourceNotFound", "describe-map-run", map_run_arn=run)
        self.refused("ResourceNotFound", "update-map-run", map_run_arn=run, max_concurrency="1")

    def test_validation(self):
        if not aws.DATA_PATH:
            self.skipTest("this CLI is older than the operation; tests/js has it")
        self.assertEqual(self.aws("validate-state-machine-definition", definition=INVALID)["result"], "FAIL")


if __name__ == "__main__":
    unittest.main()
