"""Express workflows as a client sees them: synchronous, asynchronous, what they refuse, and after a crash."""
import http.client
import itertools
import json
import queue
import threading
import unittest
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from botocore.exceptions import ClientError

from support import aws
from support.machines import ARN, PASS, ROLE, machine, unique
from support.treadle import Server, free_port

FAIL = machine(Stop={"Type": "Fail", "Error": "Broken", "Cause": "It fell"})
CALL = machine(Call={"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:f", "End": True})
PATIENCE = 30  # seconds until a test gives up


class CrowdServer(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 1024  # connections that may come at once


class Functions:
    """A Lambda service: tells of every invocation, and answers while `open` is set."""

    def __init__(self):
        self.open = threading.Event()
        self.invocations = queue.Queue()
        functions = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                payload = self.rfile.read(int(self.headers["Content-Length"]))
                functions.invocations.put((json.loads(payload), self.headers["Treadle-Idempotency-Key"]))
                if not functions.open.wait(PATIENCE):
                    return
                try:
                    self.send_response(200)
                    self.send_header("Content-Length", str(len(payload)))
                    self.end_headers()
                    self.wfile.write(payload)
                except OSError:
                    pass  # the one who asked was killed

            def log_message(self, *_):
                pass

        self.port = free_port()
        self.server = CrowdServer(("127.0.0.1", self.port), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.open.set()
        self.server.shutdown()
        self.server.server_close()

    @property
    def environment(self):
        return {"AWS_ENDPOINT_URL_LAMBDA": f"http://127.0.0.1:{self.port}"}

    def next(self):
        return self.invocations.get(timeout=PATIENCE)


class ExpressTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = cls.enterClassContext(Server("--time-scale", "0.001"))
        cls.sfn = aws.client(cls.server.endpoint)

    def create(self, definition, **fields):
        return self.sfn.create_state_machine(name=unique("express"), definition=definition, roleArn=ROLE,
                                             **{"type": "EXPRESS", **fields})["stateMachineArn"]

    def refusal(self, operation, **parameters):
        with self.assertRaises(ClientError) as raised:
            getattr(self.sfn, operation)(**parameters)
        error = raised.exception.response["Error"]
        return error["Code"], error["Message"]

    def test_the_answer_is_the_end(self):
        arn = self.create(PASS)
        answer = self.sfn.start_sync_execution(stateMachineArn=arn, name="one", input='{"n": 1}', traceHeader="Root=1")
        name = arn.split(":")[-1]
        self.assertRegex(answer["executionArn"], f"^{ARN}:express:{name}:one:[0-9a-f-]{{36}}$")
        self.assertEqual((answer["stateMachineArn"], answer["name"], answer["status"]), (arn, "one", "SUCCEEDED"))
        self.assertEqual(answer["input"], '{"n": 1}')
        self.assertEqual(json.loads(answer["output"]), {"n": 1, "said": {"greeting": "hello"}})
        self.assertEqual((answer["inputDetails"], answer["outputDetails"]), ({"included": True}, {"included": True}))
        self.assertEqual(answer["billingDetails"], {"billedDurationInMilliseconds": 100, "billedMemoryUsedInMB": 64})
        self.assertEqual(answer["traceHeader"], "Root=1")
        self.assertLessEqual(answer["startDate"], answer["stopDate"])
        self.assertFalse({"error", "cause"} & set(answer))

    def test_metadata_only_leaves_the_data_out(self):
        answer = self.sfn.start_sync_execution(stateMachineArn=self.create(PASS), includedData="METADATA_ONLY")
        self.assertEqual(answer["status"], "SUCCEEDED")
        self.assertFalse({"input", "inputDetails", "output", "outputDetails"} & set(answer))

    def test_failures_and_time_outs_are_answered_with_200(self):
        failed = self.sfn.start_sync_execution(stateMachineArn=self.create(FAIL))
        self.assertEqual((failed["status"], failed["error"], failed["cause"]), ("FAILED", "Broken", "It fell"))
        self.assertNotIn("output", failed)
        self.assertEqual(failed["ResponseMetadata"]["HTTPStatusCode"], 200)
        wait = machine(Pause={"Type": "Wait", "Seconds": 400, "End": True})
        late = self.sfn.start_sync_execution(stateMachineArn=self.create(wait))
        self.assertEqual(late["status"], "TIMED_OUT")
        self.assertNotIn("output", late)

    def test_waits_and_branches(self):
        branch = {"StartAt": "Pause", "States": {"Pause": {"Type": "Wait", "Seconds": 2, "End": True}}}
        other = {"StartAt": "Go", "States": {"Go": {"Type": "Pass", "Result": 2, "End": True}}}
        both = machine(Both={"Type": "Parallel", "Branches": [branch, other], "End": True})
        answer = self.sfn.start_sync_execution(stateMachineArn=self.create(both), input="1")
        self.assertEqual(json.loads(answer["output"]), [1, 2])

    def test_names_are_neither_unique_nor_idempotent(self):
        arn = self.create(PASS)
        for start in (self.sfn.start_execution, self.sfn.start_sync_execution):
            twice = {start(stateMachineArn=arn, name="same", input="{}")["executionArn"] for _ in range(2)}
            self.assertEqual(len(twice), 2)
            self.assertTrue(all(":express:" in one and ":same:" in one for one in twice))

    def test_what_only_standard_workflows_have(self):
        arn = self.create(PASS)
        execution = self.sfn.start_execution(stateMachineArn=arn)["executionArn"]
        unsupported = ("StateMachineTypeNotSupported", "This operation is not supported by this type of state machine")
        wrong_kind = ("InvalidArn", "Invalid Arn: 'Resource type not valid in this context: express'")
        self.assertEqual(self.refusal("list_executions", stateMachineArn=arn), unsupported)
        for operation in ("describe_execution", "stop_execution", "get_execution_history", "redrive_execution",
                          "describe_state_machine_for_execution"):
            if hasattr(self.sfn, operation):
                with self.subTest(operation=operation):
                    self.assertEqual(self.refusal(operation, executionArn=execution), wrong_kind)
        standard = self.create(PASS, type="STANDARD")
        self.assertEqual(self.refusal("start_sync_execution", stateMachineArn=standard), unsupported)

    def test_definitions_that_would_have_to_be_durable_are_refused(self):
        for resource in ("arn:aws:states:::lambda:invoke.waitForTaskToken", f"{ARN}:activity:any",
                         "arn:aws:states:::states:startExecution.sync"):
            with self.subTest(resource=resource):
                definition = machine(Work={"Type": "Task", "Resource": resource, "End": True, "Parameters": {
                    "FunctionName": "f", "StateMachineArn": ARN, "Payload": {"token.$": "$$.Task.Token"}}})
                code, message = self.refusal("create_state_machine", name=unique("bad"), definition=definition,
                                             roleArn=ROLE, type="EXPRESS")
                self.assertEqual(code, "InvalidDefinition")
                self.assertIn("Express state machine does not support", message)

    def test_what_is_wrong_with_a_start(self):
        arn = self.create(PASS)
        for code, parameters in (("InvalidExecutionInput", {"stateMachineArn": arn, "input": "{"}),
                                 ("InvalidName", {"stateMachineArn": arn, "name": "two words"}),
                                 ("InvalidArn", {"stateMachineArn": "nonsense"}),
                                 ("StateMachineDoesNotExist", {"stateMachineArn": f"{ARN}:stateMachine:nobody"})):
            for operation in ("start_sync_execution", "start_execution"):
                with self.subTest(code=code, operation=operation):
                    self.assertEqual(self.refusal(operation, **parameters)[0], code)


class CrashTest(unittest.TestCase):
    """kill -9 while executions wait for a function."""

    def run_through_a_crash(self, *arguments):
        """The invocations before a kill and those after it that a new start waits for at most."""
        with Functions() as functions, Server(*arguments, environment=functions.environment) as server:
            sfn = aws.client(server.endpoint)
            arn = sfn.create_state_machine(name=unique("express"), definition=CALL, roleArn=ROLE,
                                           type="EXPRESS")["stateMachineArn"]
            for n in range(5):
                sfn.start_execution(stateMachineArn=arn, input=json.dumps({"n": n}))
            before = [functions.next() for _ in range(5)]
            server.kill()
            functions.open.set()
            server.start()
            # The mark comes after whatever starts again has been started.
            yield before, functions
            sfn.start_sync_execution(stateMachineArn=arn, input='{"mark": true}')
            seen = []
            while not seen or seen[-1][0] != {"mark": True}:
                seen.append(functions.next())
            yield seen[:-1]

    def test_what_was_acknowledged_starts_again(self):
        crash = self.run_through_a_crash()
        before, functions = next(crash)
        again = [functions.next() for _ in before]
        self.assertEqual(sorted(again, key=str), sorted(before, key=str), "same inputs under the same keys")
        self.assertEqual(next(crash), [], "and nothing twice")
        crash.close()

    def test_what_was_acknowledged_to_a_crowd_starts_again(self):
        """Many starts share a sync; the kill comes in the middle of them."""
        crowd = 16
        acknowledged = queue.Queue()

        def ask(port, arn, first):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
            headers = {"X-Amz-Target": "AWSStepFunctions.StartExecution", "Content-Type": "application/x-amz-json-1.0"}
            for n in itertools.count(first, crowd):
                body = json.dumps({"stateMachineArn": arn, "input": json.dumps({"n": n})})
                try:
                    connection.request("POST", "/", body, headers)
                    answer = connection.getresponse()
                    answer.read()
                except (OSError, http.client.HTTPException):
                    return  # it was killed
                if answer.status == 200:
                    acknowledged.put(n)

        with Functions() as functions, Server(environment=functions.environment) as server:
            arn = aws.client(server.endpoint).create_state_machine(
                name=unique("express"), definition=CALL, roleArn=ROLE, type="EXPRESS")["stateMachineArn"]
            askers = [threading.Thread(target=ask, args=(server.port, arn, n)) for n in range(crowd)]
            for asker in askers:
                asker.start()
            missing = {acknowledged.get(timeout=PATIENCE) for _ in range(100)}
            server.kill()
            for asker in askers:
                asker.join()
            while not acknowledged.empty():
                missing.add(acknowledged.get())
            while not functions.invocations.empty():
                functions.next()
            functions.open.set()
            server.start()
            while missing:
                missing.discard(functions.next()[0]["n"])

    def test_intake_in_memory_forgets(self):
        crash = self.run_through_a_crash("--express-intake", "memory")
        before, _ = next(crash)
        self.assertEqual(len(before), 5)
        self.assertEqual(next(crash), [])
        crash.close()

    def test_a_damaged_intake_log_refuses_to_start(self):
        with Functions() as functions, Server(environment=functions.environment) as server:
            sfn = aws.client(server.endpoint)
            arn = sfn.create_state_machine(name=unique("express"), definition=CALL, roleArn=ROLE,
                                           type="EXPRESS")["stateMachineArn"]
            for _ in range(2):
                sfn.start_execution(stateMachineArn=arn)
                functions.next()
            server.kill()
            segment = next(server.data.joinpath("express").glob("*.log"))
            content = bytearray(segment.read_bytes())
            content[80] ^= 1
            segment.write_bytes(content)
            with self.assertRaisesRegex(AssertionError, f"{segment.name}: is damaged at byte"):
                server.start()
            self.assertEqual(server.process.returncode, 74)


if __name__ == "__main__":
    unittest.main()
