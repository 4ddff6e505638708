"""Streams of inputs over HTTP: NDJSON in, NDJSON out, at the same time."""
import json
import tempfile
import threading
import unittest
import urllib.error
import urllib.request
from pathlib import Path
from urllib.parse import quote

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from support.machines import ARN, ROLE, machine, unique
from support.stream import PATIENCE, Stream
from support.treadle import Server

SAME = machine(Same={"Type": "Pass", "End": True})
FAIL = machine(Stop={"Type": "Fail", "Error": "Broken", "Cause": "It fell"})
PAUSE = machine(Pause={"Type": "Wait", "SecondsPath": "$.s", "End": True})


def create(server, definition, kind="EXPRESS", **fields):
    name = unique("stream")
    status, answer = server.call("CreateStateMachine", name=name, definition=definition, roleArn=ROLE, type=kind,
                                 **fields)
    assert status == 200, answer
    return name


def resident_mb(server):
    fields = dict(line.split(":", 1) for line in Path(f"/proc/{server.process.pid}/status").read_text().splitlines())
    return int(fields["VmRSS"].split()[0]) / 1024


class StreamTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = cls.enterClassContext(Server("--time-scale", "0.001"))

    def stream(self, name, **query):
        stream = Stream(self.server, name, **query)
        self.addCleanup(stream.close)
        return stream

    def test_results_come_while_inputs_go(self):
        stream = self.stream(create(self.server, SAME))
        for n in range(3):
            stream.send(json.dumps({"n": n}) + "\n")
            self.assertEqual(stream.results(1), [{"index": n, "status": "SUCCEEDED", "output": {"n": n}}])
        stream.send('"the last has no end of line"')
        stream.end()
        self.assertEqual(stream.results(), [{"index": 3, "status": "SUCCEEDED", "output": "the last has no end of line"}])
        self.assertEqual(stream.headers["content-type"], "application/x-ndjson")

    def test_no_input(self):
        stream = self.stream(create(self.server, SAME))
        stream.end()
        self.assertEqual(stream.results(), [])

    def test_failures_and_time_outs_are_results(self):
        stream = self.stream(create(self.server, FAIL))
        stream.send("1\n")
        stream.end()
        self.assertEqual(stream.results(), [{"index": 0, "status": "FAILED", "error": "Broken", "cause": "It fell"}])
        late = self.stream(create(self.server, PAUSE))
        late.send('{"s": 400}\n')
        late.end()
        self.assertEqual(late.results(), [{"index": 0, "status": "TIMED_OUT"}])

    def test_garbage_fails_and_the_rest_goes_on(self):
        stream = self.stream(create(self.server, SAME))
        stream.send(b'\n{"a":}\n\xff\n' + b"x" * 300_000 + b'\n{"b":1}\n')
        stream.end()
        results = stream.results()
        self.assertEqual([r["status"] for r in results], ["FAILED", "FAILED", "FAILED", "SUCCEEDED"])
        self.assertEqual({r["error"] for r in results[:3]}, {"InvalidExecutionInput"})
        for number, result in zip((2, 3, 4), results):
            self.assertTrue(result["cause"].startswith(f"line {number}: "), result)

    def test_order_is_kept_or_not(self):
        name = create(self.server, PAUSE)
        inputs = '{"s": 200}\n{"s": 0}\n{"s": 0}\n'
        for query, order in (({}, [0, 1, 2]), ({"ordered": "true"}, [0, 1, 2]), ({"ordered": "false"}, [1, 2, 0])):
            with self.subTest(query=query):
                stream = self.stream(name, **query)
                stream.send(inputs)
                stream.end()
                indices = [r["index"] for r in stream.results()]
                self.assertEqual(sorted(indices), [0, 1, 2])
                self.assertEqual(indices.index(0), order.index(0))

    def test_so_many_at_a_time(self):
        stream = self.stream(create(self.server, PAUSE), parallel=2, ordered="false")
        stream.send('{"s": 250}\n{"s": 250}\n{"s": 0}\n')
        stream.end()
        self.assertNotEqual(stream.results(1)[0]["index"], 2, "the third had to wait for one of the first two")
        stream.results()

    def test_machines_by_name_by_arn_and_by_qualifier(self):
        name = create(self.server, FAIL, publish=True)
        arn = f"{ARN}:stateMachine:{name}"
        status, answer = self.server.call("CreateStateMachineAlias", name="live", routingConfiguration=[
            {"stateMachineVersionArn": f"{arn}:1", "weight": 100}])
        self.assertEqual(status, 200, answer)
        status, answer = self.server.call("UpdateStateMachine", stateMachineArn=arn, definition=SAME)
        self.assertEqual(status, 200, answer)
        for subject, outcome in ((name, "SUCCEEDED"), (arn, "SUCCEEDED"), (f"{name}:1", "FAILED"),
                                 (f"{arn}:1", "FAILED"), (f"{name}:live", "FAILED"), (f"{arn}:live", "FAILED")):
            with self.subTest(subject=subject):
                stream = self.stream(subject)
                stream.send("1\n")
                stream.end()
                self.assertEqual([r["status"] for r in stream.results()], [outcome])

    def test_an_alias_of_two_versions_draws_for_each_input(self):
        name = create(self.server, FAIL, publish=True)
        arn = f"{ARN}:stateMachine:{name}"
        self.server.call("UpdateStateMachine", stateMachineArn=arn, definition=SAME, publish=True)
        status, answer = self.server.call("CreateStateMachineAlias", name="both", routingConfiguration=[
            {"stateMachineVersionArn": f"{arn}:{version}", "weight": 50} for version in (1, 2)])
        self.assertEqual(status, 200, answer)
        stream = self.stream(f"{name}:both")
        stream.send("1\n" * 200)
        stream.end()
        self.assertEqual({r["status"] for r in stream.results()}, {"SUCCEEDED", "FAILED"})

    def test_what_is_refused(self):
        express, standard = create(self.server, SAME), create(self.server, SAME, "STANDARD")
        for name, query, error in (("nobody", {}, "StateMachineDoesNotExist"),
                                   (f"{express}:7", {}, "StateMachineDoesNotExist"),
                                   (f"{ARN}:execution:a:b", {}, "InvalidArn"),
                                   (standard, {}, "StateMachineTypeNotSupported"),
                                   (express, {"ordered": "maybe"}, "ValidationException"),
                                   (express, {"parallel": "0"}, "ValidationException"),
                                   (express, {"parallel": "10001"}, "ValidationException"),
                                   (express, {"speed": "fast"}, "ValidationException")):
            with self.subTest(name=name, query=query):
                self.assertEqual(self.stream(name, **query).refusal(), (400, error))

    def test_pages_from_elsewhere_are_refused(self):
        stream = Stream(self.server, create(self.server, SAME), headers=[("Origin", "https://evil.example")])
        self.addCleanup(stream.close)
        self.assertEqual(stream.refusal(), (403, "AccessDeniedException"))

    # More than any buffer holds: the client is made to wait, and nothing is lost.
    def test_a_reader_that_is_slow(self):
        stream = self.stream(create(self.server, SAME))
        total, line = 60_000, json.dumps({"text": "x" * 1_000})
        sent = []

        def send():
            for first in range(0, total, 100):
                stream.send((line + "\n") * 100)
                sent.append(first + 100)
            stream.end()

        sender = threading.Thread(target=send, daemon=True)
        sender.start()
        self.assertEqual(stream.results(1)[0]["index"], 0)
        before = -1
        while before != len(sent):  # until it is made to wait
            before = len(sent)
            sender.join(1)
        self.assertLess(sent[-1], total, "all of it was taken, with nobody who reads")
        self.assertLess(resident_mb(self.server), 200)
        self.assertEqual([r["index"] for r in stream.results()], list(range(1, total)))
        sender.join(PATIENCE)

    def test_a_client_that_goes_away(self):
        name = create(self.server, PAUSE)
        stream = self.stream(name, parallel=10)
        stream.send('{"s": 0}\n' + '{"s": 300}\n' * 5_000)
        stream.results(1)
        stream.close()
        again = self.stream(name)
        again.send('{"s": 0}\n')
        again.end()
        self.assertEqual([r["status"] for r in again.results()], ["SUCCEEDED"])

    def test_a_body_that_breaks_off(self):
        stream = self.stream(create(self.server, SAME))
        stream.send("1\n")
        stream.results(1)
        stream.socket.sendall(b"no chunk at all\r\n")
        with self.assertRaises((ConnectionError, ValueError)):
            stream.results()

    def test_streams_are_counted(self):
        name = create(self.server, SAME)
        streams = [self.stream(name) for _ in range(128)]
        for stream in streams:
            stream.head()
        self.assertEqual(self.stream(name).refusal(), (400, "ThrottlingException"))
        streams[0].end()
        self.assertEqual(streams[0].results(), [])
        for stream in streams[1:]:
            stream.end()
            self.assertEqual(stream.results(), [])
        self.assertEqual(self.stream(name).head(), 200)

    def test_streamed_executions_are_among_the_recent_ones(self):
        name = create(self.server, FAIL)
        stream = self.stream(name)
        stream.send("1\n2\n3\n")
        stream.end()
        self.assertEqual(len(stream.results()), 3)
        url = f"{self.server.endpoint}/v1/state-machines/{name}/executions/recent?status=FAILED"
        with urllib.request.urlopen(url, timeout=PATIENCE) as answer:
            self.assertEqual(len(json.load(answer)["executions"]), 3)


class KilledServerTest(unittest.TestCase):
    def test_a_killed_server_breaks_its_streams_off(self):
        with Server("--time-scale", "0.001") as server:
            name = create(server, SAME)
            stream = Stream(server, name)
            self.addCleanup(stream.close)
            stream.send("1\n")
            self.assertEqual(len(stream.results(1)), 1)
            server.kill()
            with self.assertRaises(ConnectionError):
                stream.results()
            server.start()
            with Stream(server, name) as again:
                again.send("1\n")
                again.end()
                self.assertEqual(len(again.results()), 1)


KEYS = f"""
[owner]
aws_access_key_id = AKIDOWNER
aws_secret_access_key = secret of the owner
[runner]
aws_access_key_id = AKIDRUNNER
aws_secret_access_key = secret of the runner
actions = StartSyncExecution, ListExecutions
resources = {ARN}:stateMachine:mine
"""
SECRETS = {"AKIDOWNER": "secret of the owner", "AKIDRUNNER": "secret of the runner"}


class HeadAuth(SigV4Auth):
    """Signs a head whose body is still to come."""

    def payload(self, request):
        return "UNSIGNED-PAYLOAD"


class SignedStreamTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        cls.file = folder / "credentials"
        cls.file.write_text(KEYS)
        cls.file.chmod(0o600)
        cls.server = cls.enterClassContext(Server("--credentials", cls.file))
        for name in ("mine", "theirs"):
            request = cls.signed("AKIDOWNER", "POST", "/", SigV4Auth, json.dumps(
                {"name": name, "definition": SAME, "roleArn": ROLE, "type": "EXPRESS"}).encode())
            urllib.request.urlopen(urllib.request.Request(
                cls.server.endpoint + "/", request.data, dict(request.headers)), timeout=PATIENCE).close()

    @classmethod
    def signed(cls, key, method, target, auth, data=b""):
        headers = {"Host": "localhost"}
        if data:
            headers.update({"Content-Type": "application/x-amz-json-1.0",
                            "X-Amz-Target": "AWSStepFunctions.CreateStateMachine"})
        request = AWSRequest(method, "http://localhost" + target, headers, data=data)
        if auth is HeadAuth:
            request.headers["X-Amz-Content-SHA256"] = "UNSIGNED-PAYLOAD"
        auth(Credentials(key, SECRETS[key]), "states", "us-east-1").add_auth(request)
        return request

    def stream(self, key, name, auth=HeadAuth):
        target = f"/v1/state-machines/{quote(name, safe='')}/executions:stream"
        fields = self.signed(key, "POST", target, auth).headers if key else {}
        stream = Stream(self.server, name, [(n, v) for n, v in fields.items() if n.lower() != "host"])
        self.addCleanup(stream.close)
        return stream

    def test_who_may_stream(self):
        for key, name in (("AKIDOWNER", "theirs"), ("AKIDRUNNER", "mine"), ("AKIDRUNNER", f"{ARN}:stateMachine:mine")):
            with self.subTest(key=key, name=name):
                stream = self.stream(key, name)
                stream.send("1\n")
                stream.end()
                self.assertEqual([r["status"] for r in stream.results()], ["SUCCEEDED"])
        self.assertEqual(self.stream("AKIDRUNNER", "theirs").refusal()[1], "AccessDeniedException")
        self.assertEqual(self.stream(None, "mine").refusal()[1], "MissingAuthenticationTokenException")

    def test_reads_need_the_right_to_their_counterpart(self):
        stream = self.stream("AKIDOWNER", "mine")
        stream.send("1\n")
        stream.end()
        stream.results()

        def get(key, target):
            request = self.signed(key, "GET", target, SigV4Auth) if key else None
            try:
                with urllib.request.urlopen(urllib.request.Request(
                        self.server.endpoint + target, headers=dict(request.headers) if key else {}),
                        timeout=PATIENCE) as answer:
                    return json.load(answer)
            except urllib.error.HTTPError as error:
                return json.load(error)["__type"]

        recent = "/v1/state-machines/{}/executions/recent"
        arn = get("AKIDRUNNER", recent.format("mine"))["executions"][0]["executionArn"]
        history = f"/v1/executions/{quote(arn, safe='')}/history"
        self.assertEqual(len(get("AKIDOWNER", history)["events"]), 4)
        self.assertEqual(get("AKIDRUNNER", history), "AccessDeniedException")
        self.assertEqual(get("AKIDRUNNER", recent.format("theirs")), "AccessDeniedException")
        self.assertEqual(get(None, recent.format("mine")), "MissingAuthenticationTokenException")

    def test_a_body_to_come_is_signed_as_unsigned(self):
        self.assertEqual(self.stream("AKIDOWNER", "mine", SigV4Auth).refusal()[1], "InvalidSignatureException")


if __name__ == "__main__":
    unittest.main()
