"""RedriveExecution through boto3."""
import unittest

from botocore.exceptions import ClientError

from support import aws
from support.machines import ROLE, machine, unique
from support.treadle import Server

# Succeeds once somebody has told it so through the activity; fails with what it is told before.
ACTIVITY = "arn:aws:states:us-east-1:123456789012:activity:redriven"
WORK = machine(Before={"Type": "Pass", "Next": "Work"}, Work={"Type": "Task", "Resource": ACTIVITY, "End": True})


@unittest.skipUnless(aws.DATA_PATH, "this boto3 may be older than redrives; tests/js has them")
class RedriveTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = cls.enterClassContext(Server())
        cls.sfn = aws.client(cls.server.endpoint)
        cls.sfn.create_activity(name="redriven")

    def create(self):
        return self.sfn.create_state_machine(name=unique("redriven"), definition=WORK, roleArn=ROLE)["stateMachineArn"]

    def failed(self, machine_arn=None):
        """The ARN of an execution that a worker failed."""
        arn = self.sfn.start_execution(stateMachineArn=machine_arn or self.create())["executionArn"]
        token = self.sfn.get_activity_task(activityArn=ACTIVITY)["taskToken"]
        self.sfn.send_task_failure(taskToken=token, error="Boom", cause="why")
        self.server.wait_for_end(arn)
        return arn

    def describe(self, arn):
        return self.sfn.describe_execution(executionArn=arn)

    def refused(self, arn):
        with self.assertRaises(ClientError) as raised:
            self.sfn.redrive_execution(executionArn=arn)
        self.assertEqual(raised.exception.response["Error"]["Code"], "ExecutionNotRedrivable")
        return raised.exception.response["Error"]["Message"]

    def test_what_failed_goes_on(self):
        arn = self.failed()
        before = self.describe(arn)
        self.assertEqual((before["redriveStatus"], before["redriveCount"]), ("REDRIVABLE", 0))
        self.assertNotIn("redriveDate", before)
        self.assertNotIn("redriveStatusReason", before)
        redriven = self.sfn.redrive_execution(executionArn=arn)["redriveDate"]
        running = self.describe(arn)
        self.assertEqual((running["status"], running["redriveStatus"]), ("RUNNING", "NOT_REDRIVABLE"))
        self.assertEqual(running["redriveStatusReason"], "Execution is RUNNING and cannot be redriven")
        self.assertEqual(running["redriveDate"], redriven)
        self.assertNotIn("error", running)
        self.sfn.send_task_success(
            taskToken=self.sfn.get_activity_task(activityArn=ACTIVITY)["taskToken"], output='"done"')
        self.assertEqual(self.server.wait_for_end(arn)["output"], '"done"')
        types = [e["type"] for e in self.sfn.get_execution_history(executionArn=arn)["events"]]
        self.assertEqual(types, [
            "ExecutionStarted", "PassStateEntered", "PassStateExited", "TaskStateEntered", "ActivityScheduled",
            "ActivityStarted", "ActivityFailed", "ExecutionFailed", "ExecutionRedriven", "ActivityScheduled",
            "ActivityStarted", "ActivitySucceeded", "TaskStateExited", "ExecutionSucceeded"])

    def test_lists_tell_redriven_ones_apart(self):
        machine_arn = self.create()
        first, second = self.failed(machine_arn), self.failed(machine_arn)
        redriven = self.sfn.redrive_execution(executionArn=first)["redriveDate"]

        def listed(**filters):
            found = self.sfn.list_executions(stateMachineArn=machine_arn, **filters)["executions"]
            return {e["executionArn"]: (e["status"], e["redriveCount"], e.get("redriveDate")) for e in found}
        there = {first: ("RUNNING", 1, redriven), second: ("FAILED", 0, None)}
        self.assertEqual(listed(), there)
        self.assertEqual(set(listed(redriveFilter="REDRIVEN")), {first})
        self.assertEqual(set(listed(redriveFilter="NOT_REDRIVEN")), {second})
        self.assertEqual(set(listed(statusFilter="FAILED")), {second})
        self.sfn.stop_execution(executionArn=first)
        self.assertEqual(set(listed(statusFilter="ABORTED")), {first})
        self.assertEqual(listed(statusFilter="RUNNING"), {})

    def test_a_token_redrives_once(self):
        arn = self.failed()
        first = self.sfn.redrive_execution(executionArn=arn, clientToken="once")["redriveDate"]
        self.assertEqual(self.sfn.redrive_execution(executionArn=arn, clientToken="once")["redriveDate"], first)
        self.assertEqual(self.describe(arn)["redriveCount"], 1)
        self.assertEqual(self.refused(arn), "Execution is RUNNING and cannot be redriven")
        self.sfn.stop_execution(executionArn=arn)

    def test_not_without_its_machine(self):
        machine_arn = self.create()
        arn = self.failed(machine_arn)
        self.sfn.delete_state_machine(stateMachineArn=machine_arn)
        reason = "State machine is in DELETING status"
        self.assertEqual(self.refused(arn), reason)
        self.assertEqual(self.describe(arn)["redriveStatusReason"], reason)

    def test_what_is_redriven_survives_the_server(self):
        arn = self.failed()
        self.sfn.redrive_execution(executionArn=arn)
        self.server.kill()
        self.server.start()
        self.sfn.send_task_success(
            taskToken=self.sfn.get_activity_task(activityArn=ACTIVITY)["taskToken"], output="1")
        self.assertEqual(self.server.wait_for_end(arn)["status"], "SUCCEEDED")


if __name__ == "__main__":
    unittest.main()
