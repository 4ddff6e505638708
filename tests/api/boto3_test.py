"""Every operation through boto3, where it succeeds."""
import json
import unittest

from api.operations import CORE
from support import aws
from support.machines import INVALID, PASS, ROLE, WAIT, activity_task, machine, unique
from support.treadle import Server


class Boto3Test(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = cls.enterClassContext(Server())
        cls.sfn = aws.client(cls.server.endpoint)
        cls.called = set()
        cls.sfn.meta.events.register("before-call", lambda model, **_: cls.called.add(model.name))

    @classmethod
    def tearDownClass(cls):
        known = set(cls.sfn.meta.service_model.operation_names)
        missing = set(CORE) & known - cls.called
        assert not missing, f"no test calls {sorted(missing)}"

    def create(self, definition, **fields):
        name = unique("machine")
        answer = self.sfn.create_state_machine(name=name, definition=definition, roleArn=ROLE, **fields)
        return answer["stateMachineArn"]

    def start(self, machine_arn, **fields):
        return self.sfn.start_execution(stateMachineArn=machine_arn, **fields)["executionArn"]

    def begin_work(self, **fields):
        """An execution that waits in an activity's hands: (execution ARN, the worker's task)."""
        activity = self.sfn.create_activity(name=unique("work"))["activityArn"]
        execution = self.start(self.create(activity_task(activity, **fields)), input='{"n": 1}')
        return execution, self.sfn.get_activity_task(activityArn=activity, workerName="worker-1")

    def test_a_machine_is_described_as_it_was_made(self):
        text = PASS.replace(" ", "  ")
        arn = self.create(text, type="STANDARD", tags=[{"key": "team", "value": "orders"}])
        described = self.sfn.describe_state_machine(stateMachineArn=arn)
        self.assertEqual(described["definition"], text)
        self.assertEqual((described["roleArn"], described["type"], described["status"]), (ROLE, "STANDARD", "ACTIVE"))
        self.assertTrue(arn.endswith(":stateMachine:" + described["name"]))

    def test_making_a_machine_twice_is_one_machine(self):
        name = unique("machine")
        first = self.sfn.create_state_machine(name=name, definition=PASS, roleArn=ROLE)
        again = self.sfn.create_state_machine(name=name, definition=PASS, roleArn=ROLE)
        self.assertEqual(first["stateMachineArn"], again["stateMachineArn"])
        self.assertEqual(first["creationDate"], again["creationDate"])

    def test_an_express_execution_answers_with_its_end(self):
        answer = self.sfn.start_sync_execution(stateMachineArn=self.create(PASS, type="EXPRESS"), input='{"n": 1}')
        self.assertEqual((answer["status"], json.loads(answer["output"])["n"]), ("SUCCEEDED", 1))

    def test_an_update_reaches_new_executions_only(self):
        arn = self.create(WAIT)
        old = self.start(arn)
        self.sfn.update_state_machine(stateMachineArn=arn, definition=PASS)
        self.assertEqual(self.sfn.describe_state_machine(stateMachineArn=arn)["definition"], PASS)
        pinned = self.sfn.describe_state_machine_for_execution(executionArn=old)
        self.assertEqual((pinned["definition"], pinned["stateMachineArn"]), (WAIT, arn))
        self.assertEqual(self.server.wait_for_end(self.start(arn))["status"], "SUCCEEDED")

    def test_a_deleted_machine_is_gone(self):
        arn = self.create(PASS)
        self.sfn.delete_state_machine(stateMachineArn=arn)
        listed = {m["stateMachineArn"] for page in self.sfn.get_paginator("list_state_machines").paginate()
                  for m in page["stateMachines"]}
        self.assertNotIn(arn, listed)
        self.sfn.delete_state_machine(stateMachineArn=arn)

    def test_lists_of_machines_come_in_pages(self):
        arns = [self.create(PASS) for _ in range(5)]
        pages = list(self.sfn.get_paginator("list_state_machines").paginate(PaginationConfig={"PageSize": 2}))
        self.assertTrue(all(len(page["stateMachines"]) <= 2 for page in pages))
        listed = [m["stateMachineArn"] for page in pages for m in page["stateMachines"]]
        self.assertEqual(len(listed), len(set(listed)))
        self.assertLessEqual(set(arns), set(listed))

    def test_an_execution_from_start_to_end(self):
        machine_arn = self.create(PASS)
        arn = self.start(machine_arn, name="first", input='{"who": "Ada"}')
        self.server.wait_for_end(arn)
        described = self.sfn.describe_execution(executionArn=arn)
        self.assertEqual((described["status"], described["name"], described["stateMachineArn"]),
                         ("SUCCEEDED", "first", machine_arn))
        self.assertEqual(json.loads(described["output"]), {"who": "Ada", "said": {"greeting": "hello"}})
        self.assertEqual(described["input"], '{"who": "Ada"}')
        self.assertLessEqual(described["startDate"], described["stopDate"])

    def test_starting_again_with_the_same_name_and_input_is_the_same_execution(self):
        machine_arn = self.create(WAIT)
        first = self.sfn.start_execution(stateMachineArn=machine_arn, name="once", input='{"a": 1}')
        again = self.sfn.start_execution(stateMachineArn=machine_arn, name="once", input='{"a": 1}')
        self.assertEqual(first["executionArn"], again["executionArn"])
        self.assertEqual(first["startDate"], again["startDate"])

    def test_stopping(self):
        arn = self.start(self.create(WAIT))
        self.sfn.stop_execution(executionArn=arn, error="Enough", cause="The shop has closed")
        described = self.sfn.describe_execution(executionArn=arn)
        self.assertEqual((described["status"], described["error"], described["cause"]),
                         ("ABORTED", "Enough", "The shop has closed"))

    def test_executions_are_listed_newest_first_and_by_status(self):
        machine_arn = self.create(WAIT)
        arns = [self.start(machine_arn) for _ in range(5)]
        self.sfn.stop_execution(executionArn=arns[2])
        pages = self.sfn.get_paginator("list_executions").paginate(
            stateMachineArn=machine_arn, PaginationConfig={"PageSize": 2})
        listed = [(e["startDate"], e["executionArn"]) for page in pages for e in page["executions"]]
        self.assertEqual(sorted(arn for _, arn in listed), sorted(arns))
        # Of those that started in one millisecond none is the newest.
        self.assertEqual(listed, sorted(listed, key=lambda e: e[0], reverse=True))
        dates = {arn: date for date, arn in listed}
        self.assertEqual(sorted(arns, key=dates.get), arns)
        for status, expected in (("ABORTED", {arns[2]}), ("RUNNING", set(arns) - {arns[2]}), ("FAILED", set())):
            found = self.sfn.list_executions(stateMachineArn=machine_arn, statusFilter=status)["executions"]
            self.assertEqual({e["executionArn"] for e in found}, expected, status)

    def test_histories_in_pages_in_both_directions(self):
        arn = self.start(self.create(PASS))
        self.server.wait_for_end(arn)
        types = ["ExecutionStarted", "PassStateEntered", "PassStateExited", "ExecutionSucceeded"]
        for reverse in (False, True):
            pages = self.sfn.get_paginator("get_execution_history").paginate(
                executionArn=arn, reverseOrder=reverse, PaginationConfig={"PageSize": 3})
            events = [event for page in pages for event in page["events"]]
            self.assertEqual([e["type"] for e in events], types[::-1] if reverse else types)
            self.assertEqual([e["id"] for e in events], [4, 3, 2, 1] if reverse else [1, 2, 3, 4])
        without = self.sfn.get_execution_history(executionArn=arn, includeExecutionData=False)["events"]
        self.assertNotIn("input", without[0]["executionStartedEventDetails"])

    def test_an_activity_from_its_making_to_its_end(self):
        name = unique("activity")
        arn = self.sfn.create_activity(name=name)["activityArn"]
        self.assertEqual(self.sfn.describe_activity(activityArn=arn)["name"], name)
        pages = self.sfn.get_paginator("list_activities").paginate(PaginationConfig={"PageSize": 1})
        self.assertIn(arn, [a["activityArn"] for page in pages for a in page["activities"]])
        self.sfn.delete_activity(activityArn=arn)
        self.sfn.delete_activity(activityArn=arn)

    def test_a_worker_succeeds(self):
        execution, task = self.begin_work(HeartbeatSeconds=60)
        self.assertEqual(json.loads(task["input"]), {"n": 1})
        self.sfn.send_task_heartbeat(taskToken=task["taskToken"])
        self.sfn.send_task_success(taskToken=task["taskToken"], output='{"done": true}')
        ended = self.server.wait_for_end(execution)
        self.assertEqual((ended["status"], json.loads(ended["output"])), ("SUCCEEDED", {"done": True}))
        events = self.sfn.get_execution_history(executionArn=execution)["events"]
        started = next(e for e in events if e["type"] == "ActivityStarted")
        self.assertEqual(started["activityStartedEventDetails"], {"workerName": "worker-1"})

    def test_a_worker_fails(self):
        execution, task = self.begin_work()
        self.sfn.send_task_failure(taskToken=task["taskToken"], error="Broken", cause="It fell")
        ended = self.server.wait_for_end(execution)
        self.assertEqual((ended["status"], ended["error"], ended["cause"]), ("FAILED", "Broken", "It fell"))

    def test_tags(self):
        for arn in (self.create(PASS), self.sfn.create_activity(name=unique("tagged"))["activityArn"]):
            self.sfn.tag_resource(resourceArn=arn, tags=[{"key": "a", "value": "1"}, {"key": "b", "value": "2"}])
            self.sfn.tag_resource(resourceArn=arn, tags=[{"key": "a", "value": "3"}])
            self.sfn.untag_resource(resourceArn=arn, tagKeys=["b", "never"])
            self.assertEqual(self.sfn.list_tags_for_resource(resourceArn=arn)["tags"], [{"key": "a", "value": "3"}])

    def test_validation(self):
        if not hasattr(self.sfn, "validate_state_machine_definition"):
            self.skipTest("this boto3 is older than the operation; tests/js has it")
        self.assertEqual(self.sfn.validate_state_machine_definition(definition=PASS)["result"], "OK")
        refused = self.sfn.validate_state_machine_definition(definition=INVALID)
        self.assertEqual(refused["result"], "FAIL")
        self.assertTrue(any(d["severity"] == "ERROR" and d["code"] and d["message"] for d in refused["diagnostics"]))

    def test_an_execution_that_waits_survives_a_kill(self):
        execution, task = self.begin_work()
        self.server.kill()
        self.server.start()
        self.assertEqual(self.sfn.describe_execution(executionArn=execution)["status"], "RUNNING")
        self.sfn.send_task_success(taskToken=task["taskToken"], output='"after"')
        self.assertEqual(self.server.wait_for_end(execution)["output"], '"after"')

    def test_a_wait_ends_by_itself(self):
        arn = self.start(self.create(machine(Soon={"Type": "Wait", "Seconds": 1, "End": True})))
        self.assertEqual(self.server.wait_for_end(arn)["status"], "SUCCEEDED")


if __name__ == "__main__":
    unittest.main()
