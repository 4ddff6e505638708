"""Services that answer badly, a thousand calls of each kind at once: each call fails with the right error, the server
keeps its memory, and it goes on answering others while ten thousand calls hang."""
import contextlib
import json
import unittest
from pathlib import Path

from support import aws
from support.crowd import Crowd, latencies, percentile
from support.machines import PASS, ROLE, machine, unique
from support.services import HostileServer
from support.treadle import Server

CALLS = 1_000
HANGING_CALLS = 10_000
MEMORY_KIB = 64 * 1024  # more than before the calls
TIMEOUT = 5  # seconds, of the calls that would never end
PAIRS = 300  # of StartExecution and DescribeExecution, to know how long they take
SLOWER, FLOOR_SECONDS = 50, 0.1  # while calls hang: neither so many times as long nor so long is too long

CLIENT, UNKNOWN = "Lambda.SdkClientException", "Lambda.Unknown"
TOO_LARGE, TIMED_OUT = "States.DataLimitExceeded", "States.Timeout"
# What support/hostile_server.py does: the error, None where the call succeeds.
LAMBDA = {
    "friendly": None,
    "internal_error": "Lambda.ServiceException",
    "unavailable": "Lambda.AWSLambdaException",
    "not_json": UNKNOWN,
    "deep_json": UNKNOWN,
    "zip_bomb": UNKNOWN,
    "redirect": "Lambda.AWSLambdaException",
    "no_http": CLIENT,
    "two_lengths": CLIENT,
    "bad_chunks": CLIENT,
    "one_too_many": None,
    "announced": TOO_LARGE,
    "chunked": TOO_LARGE,
    "to_the_end": TOO_LARGE,
    "error_body": TOO_LARGE,
    "headers": TOO_LARGE,
    "one_line": TOO_LARGE,
    "trailers": TOO_LARGE,
    "interim": CLIENT,
    "slow_head": TIMED_OUT,
    "slow_body": TIMED_OUT,
    "hang": TIMED_OUT,
    "reset": CLIENT,
    "reset_in_head": CLIENT,
    "reset_in_body": CLIENT,
    "closed": CLIENT,
}
NEVER_END = {"slow_head", "slow_body", "hang"}


def task(kind, timeout=TIMEOUT):
    return machine(Call={"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "TimeoutSeconds": timeout,
                         "Parameters": {"FunctionName": f"hostile-{kind}"}, "OutputPath": "$.Payload", "End": True})


class Memory:
    """Of a process that this one has started, in KiB."""

    def __init__(self, pid):
        self.folder = Path(f"/proc/{pid}")

    def value(self, name):
        lines = (self.folder / "status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith(name + ":"))

    def forget_peak(self):
        (self.folder / "clear_refs").write_text("5")

    def now(self):
        return self.value("VmRSS")

    def peak(self):
        return self.value("VmHWM")


class HostileDownstreamTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.service = cls.enterClassContext(HostileServer())

    @contextlib.contextmanager
    def server(self, url):
        environment = {**aws.CREDENTIALS, "AWS_ENDPOINT_URL": url}
        with Server(environment=environment) as server, Crowd(server.port) as crowd:
            yield server, crowd

    def create(self, server, definition):
        status, body = server.call("CreateStateMachine", name=unique("hostile"), definition=definition, roleArn=ROLE)
        self.assertEqual(status, 200, body)
        return body["stateMachineArn"]

    def check(self, server, crowd, name, definition, error):
        """A thousand calls at once: their errors, and what they added to the server's memory."""
        arn = self.create(server, definition)
        memory = Memory(server.process.pid)
        memory.forget_peak()
        before = memory.now()
        arns = crowd.start(arn, CALLS)
        ends = crowd.ends(arns)
        more = memory.peak() - before
        causes = {end.get("cause", "")[:200] for end in ends}
        print(f"  {name:14} {error or 'succeeds':28} {more / 1024:6.1f} MiB more; {max(causes)[-60:]!r}")
        self.assertEqual({end.get("error") for end in ends}, {error}, causes)
        if error is None:
            self.assertEqual({end["output"] for end in ends}, {'{"friendly":true}'})
        self.check_history(crowd, arns[-1], error)
        self.assertLess(more, MEMORY_KIB, f"{name}: KiB more than before")

    def check_history(self, crowd, arn, error):
        events = crowd.connection().call("GetExecutionHistory", executionArn=arn)["events"]
        task_end = next(event for event in events
                        if event["type"] in ("TaskSucceeded", "TaskFailed", "TaskTimedOut", "TaskStartFailed"))
        details = next(value for key, value in task_end.items() if key.endswith("Details"))
        self.assertEqual(details.get("error"), error, task_end)

    def test_lambda(self):
        with self.server(self.service.url()) as (server, crowd):
            crowd.ends(crowd.start(self.create(server, task("friendly")), CALLS))  # connections, caches, the store
            for kind, error in LAMBDA.items():
                with self.subTest(kind):
                    self.check(server, crowd, kind, task(kind, TIMEOUT if kind in NEVER_END else 120), error)
        self.assertNotIn("redirected", self.service.counts())

    def test_bad_tls(self):
        for name in ("untrusted", "no_tls", "silent"):
            with self.subTest(name), self.server(self.service.url(name, "https")) as (server, crowd):
                self.check(server, crowd, name, task("friendly", 120), CLIENT)
        self.assertEqual(self.service.counts().get("untrusted"), None)

    def test_ten_thousand_calls_hang(self):
        with self.server(self.service.url()) as (server, crowd):
            quick = self.create(server, PASS)
            connection = crowd.connection()
            latencies(connection, quick, PAIRS)
            idle = percentile(latencies(connection, quick, PAIRS), 99)
            memory = Memory(server.process.pid)
            before = memory.now()
            arns = crowd.start(self.create(server, task("hang", 3600)), HANGING_CALLS)
            busy = percentile(latencies(connection, quick, PAIRS), 99)
            running = connection.call("DescribeExecution", executionArn=arns[-1])["status"]
            print(f"  p99 {idle * 1000:.1f} ms idle, {busy * 1000:.1f} ms while {HANGING_CALLS} calls hang; "
                  f"{(memory.now() - before) / 1024:.1f} MiB more")
            self.assertEqual(running, "RUNNING")
            self.assertLess(busy, max(FLOOR_SECONDS, SLOWER * idle))
            server.kill()


if __name__ == "__main__":
    unittest.main()
