"""Executions that a task starts, waits for and stops; the jobs of other services likewise."""
import json
import threading
import unittest
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from support.machines import ROLE, machine, unique
from support.treadle import Server

ACTIVITY = "arn:aws:states:us-east-1:123456789012:activity:nested"
CHILD = machine(Work={"Type": "Task", "Resource": ACTIVITY, "End": True})


def starts(pattern, child, **more):
    return machine(Start={"Type": "Task", "Resource": f"arn:aws:states:::states:startExecution{pattern}",
                          "Parameters": {"StateMachineArn": child, "Input": {"a": [1, 2]}, **more}, "End": True})


class NestedTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = cls.enterClassContext(Server())
        cls.server.call("CreateActivity", name="nested")
        cls.child = cls.create(CHILD)

    @classmethod
    def create(cls, definition):
        status, body = cls.server.call("CreateStateMachine", name=unique("nested"), definition=definition,
                                       roleArn=ROLE)
        assert status == 200, body
        return body["stateMachineArn"]

    def start(self, definition):
        status, body = self.server.call("StartExecution", stateMachineArn=self.create(definition))
        self.assertEqual(status, 200, body)
        return body["executionArn"]

    def work(self):
        """The token and input of the child that waits."""
        return self.server.call("GetActivityTask", activityArn=ACTIVITY)[1]

    def running_children(self):
        listed = self.server.call("ListExecutions", stateMachineArn=self.child, statusFilter="RUNNING")[1]
        return [e["executionArn"] for e in listed["executions"]]

    def test_the_child_has_the_input_and_gives_its_output(self):
        for pattern, output in ((".sync", '{"done":1}'), (".sync:2", {"done": 1})):
            with self.subTest(pattern):
                parent = self.start(starts(pattern, self.child))
                task = self.work()
                self.assertEqual(json.loads(task["input"]), {"a": [1, 2]})
                self.server.call("SendTaskSuccess", taskToken=task["taskToken"], output='{"done":1}')
                result = json.loads(self.server.wait_for_end(parent)["output"])
                self.assertEqual((result["Status"], result["Output"]), ("SUCCEEDED", output))
                self.assertGreaterEqual(result["StopDate"], result["StartDate"])

    def test_a_child_that_fails_fails_the_task(self):
        parent = self.start(starts(".sync:2", self.child))
        self.server.call("SendTaskFailure", taskToken=self.work()["taskToken"], error="Boom", cause="why")
        ended = self.server.wait_for_end(parent)
        self.assertEqual(ended["error"], "States.TaskFailed")
        cause = json.loads(ended["cause"])
        self.assertEqual((cause["Status"], cause["Error"], cause["Cause"]), ("FAILED", "Boom", "why"))

    def test_the_parents_token_ends_the_task_and_the_child_goes_on(self):
        parent = self.start(starts(".sync", self.child, Input={"token.$": "$$.Task.Token"}))
        task = self.work()
        status, _ = self.server.call("SendTaskSuccess", taskToken=json.loads(task["input"])["token"], output='"early"')
        self.assertEqual(status, 200)
        self.assertEqual(self.server.wait_for_end(parent)["output"], '"early"')
        child, = self.running_children()
        self.server.call("SendTaskSuccess", taskToken=task["taskToken"], output="1")
        self.assertEqual(self.server.wait_for_end(child)["output"], "1")

    def test_a_callback_that_does_not_say_why_gives_null(self):
        work = {"Type": "Task", "Resource": ACTIVITY, "End": True,
                "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Caught"}]}
        execution = self.start(machine(Work=work, Caught={"Type": "Pass", "End": True}))
        self.server.call("SendTaskFailure", taskToken=self.work()["taskToken"])
        self.assertEqual(json.loads(self.server.wait_for_end(execution)["output"]), {"Error": None, "Cause": None})

    def test_stopping_the_parent_stops_the_child(self):
        parent = self.start(starts(".sync", self.child))
        self.work()
        self.assertEqual(len(self.running_children()), 1)
        child = self.running_children()[0]
        self.server.call("StopExecution", executionArn=parent)
        self.assertEqual(self.server.wait_for_end(child)["status"], "ABORTED")

    def test_a_time_out_stops_the_child(self):
        parent = self.start(json.dumps({"StartAt": "S", "States": {"S": {
            "Type": "Task", "Resource": "arn:aws:states:::states:startExecution.sync", "TimeoutSeconds": 1,
            "Parameters": {"StateMachineArn": self.child}, "End": True}}}))
        self.assertEqual(self.server.wait_for_end(parent)["error"], "States.Timeout")
        for child in self.running_children():
            self.assertEqual(self.server.wait_for_end(child)["status"], "ABORTED")

    def test_a_kill_loses_neither_and_starts_no_second_child(self):
        parent = self.start(starts(".sync:2", self.child))
        self.work()
        children = self.running_children()
        self.server.kill()
        self.server.start()
        self.assertEqual(self.running_children(), children)
        self.server.call("StopExecution", executionArn=children[0], error="Stopped")
        self.assertEqual(self.server.wait_for_end(parent)["error"], "States.TaskFailed")

    def test_what_cannot_be_started_says_why(self):
        rows = ((self.child + "x", "StepFunctions.StateMachineDoesNotExistException", "State Machine Does Not Exist"),
                ("nonsense", "StepFunctions.InvalidArnException", "Invalid Arn"))
        for arn, error, cause in rows:
            with self.subTest(arn):
                ended = self.server.wait_for_end(self.start(starts("", arn)))
                self.assertEqual(ended["error"], error)
                self.assertIn(cause, ended["cause"])
                self.assertIn("(Service: AWSStepFunctions; Status Code: 400; Error Code: ", ended["cause"])
        ended = self.server.wait_for_end(self.start(starts("", self.child, Nmae="x")))
        self.assertEqual(ended["error"], "States.Runtime")
        self.assertIn("The field 'Nmae' is not supported by Step Functions", ended["cause"])

    def test_the_sdk_integration_stays_inside(self):
        parent = self.start(machine(Start={
            "Type": "Task", "Resource": "arn:aws:states:::aws-sdk:sfn:startExecution",
            "Parameters": {"StateMachineArn": self.child}, "End": True}))
        output = json.loads(self.server.wait_for_end(parent)["output"])
        self.assertEqual(sorted(output), ["ExecutionArn", "StartDate"])
        self.server.call("SendTaskSuccess", taskToken=self.work()["taskToken"], output="1")
        self.assertEqual(self.server.wait_for_end(output["ExecutionArn"])["output"], "1")


class Batch(BaseHTTPRequestHandler):
    """A batch service whose one job is RUNNING until the test says otherwise."""
    status = "RUNNING"
    calls = []
    lock = threading.Lock()
    may_submit = threading.Event()

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])) or "{}")
        operation = self.path.rsplit("/", 1)[-1]
        with self.lock:
            self.calls.append((operation, body))
        if operation == "submitjob":
            self.may_submit.wait(30)
        answer = {"submitjob": {"jobId": "j-1", "jobName": "n", "jobArn": "arn:j"},
                  "describejobs": {"jobs": [{"jobId": "j-1", "jobName": "n", "status": Batch.status,
                                             "jobQueue": "q", "startedAt": 1, "jobDefinition": "d"}]},
                  "terminatejob": {}}[operation]
        text = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_):
        pass

    @classmethod
    def called(cls, operation):
        with cls.lock:
            return [body for name, body in cls.calls if name == operation]

    @classmethod
    def reset(cls):
        with cls.lock:
            cls.calls.clear()
            cls.status = "RUNNING"
        cls.may_submit.set()


class JobTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.batch = ThreadingHTTPServer(("127.0.0.1", 0), Batch)
        threading.Thread(target=cls.batch.serve_forever, daemon=True).start()
        cls.addClassCleanup(cls.batch.server_close)
        cls.addClassCleanup(cls.batch.shutdown)
        cls.server = cls.enterClassContext(
            Server(environment={"AWS_ENDPOINT_URL_BATCH": f"http://127.0.0.1:{cls.batch.server_port}"}))

    def setUp(self):
        Batch.reset()

    def start(self):
        definition = machine(Job={"Type": "Task", "Resource": "arn:aws:states:::batch:submitJob.sync", "Parameters": {
            "JobName": "n", "JobQueue": "q", "JobDefinition": "d"}, "End": True})
        created = self.server.call("CreateStateMachine", name=unique("job"), definition=definition, roleArn=ROLE)[1]
        return self.server.call("StartExecution", stateMachineArn=created["stateMachineArn"])[1]["executionArn"]

    def wait_until(self, holds):
        for _ in range(200):
            if holds():
                return
            threading.Event().wait(0.05)
        self.fail(f"it never came: {Batch.calls}")

    def test_a_job_is_started_once_and_asked_for_until_it_ends(self):
        arn = self.start()
        self.wait_until(lambda: len(Batch.called("describejobs")) >= 2)
        Batch.status = "SUCCEEDED"
        output = json.loads(self.server.wait_for_end(arn)["output"])
        self.assertEqual((output["JobId"], output["Status"]), ("j-1", "SUCCEEDED"))
        self.assertEqual(Batch.called("submitjob"), [{"jobName": "n", "jobQueue": "q", "jobDefinition": "d"}])
        self.assertEqual(Batch.called("terminatejob"), [])

    def test_a_job_that_fails_shows_what_became_of_it(self):
        Batch.status = "FAILED"
        ended = self.server.wait_for_end(self.start())
        self.assertEqual(ended["error"], "States.TaskFailed")
        self.assertEqual(json.loads(ended["cause"])["Status"], "FAILED")

    def test_a_kill_does_not_start_it_again(self):
        arn = self.start()
        self.wait_until(lambda: Batch.called("describejobs"))
        self.server.kill()
        Batch.status = "SUCCEEDED"
        self.server.start()
        self.assertEqual(self.server.wait_for_end(arn)["status"], "SUCCEEDED")
        self.assertEqual(len(Batch.called("submitjob")), 1)

    def test_a_stop_ends_the_job(self):
        arn = self.start()
        self.wait_until(lambda: Batch.called("describejobs"))
        self.server.call("StopExecution", executionArn=arn)
        self.wait_until(lambda: Batch.called("terminatejob"))
        self.assertEqual(Batch.called("terminatejob"),
                         [{"jobId": "j-1", "reason": "The execution was stopped"}])

    def test_a_stop_ends_the_job_whose_start_is_under_way(self):
        Batch.may_submit.clear()
        arn = self.start()
        self.wait_until(lambda: Batch.called("submitjob"))
        self.server.call("StopExecution", executionArn=arn)
        self.assertEqual(self.server.wait_for_end(arn)["status"], "ABORTED")
        Batch.may_submit.set()
        self.wait_until(lambda: Batch.called("terminatejob"))
        self.assertEqual(Batch.called("terminatejob")[0]["jobId"], "j-1")


if __name__ == "__main__":
    unittest.main()
