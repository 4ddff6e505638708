"""Services that answer badly, a thousand calls of each kind at once: each call fails with the right error, the server
keeps its memory, and it goes on answering others while ten thousand calls hang."""
import collections
import contextlib
import json
import resource
import unittest
from pathlib import Path

from support.crowd import Crowd, latencies, percentile
from support.machines import PASS, ROLE, unique
from support.services import HostileServer
from support.services_project import ProjectServer

EXECUTIONS, ITEMS = 25, 40  # a thousand calls: each execution makes as many at once as a Map does
HANGING_EXECUTIONS = 250
MEMORY_KIB = 64 * 1024  # more than before the calls
TIMEOUT, NO_TIMEOUT = 5, 120  # seconds, of the calls that would never end, and of the others
PAIRS = 300  # of StartExecution and DescribeExecution, to know how long they take
SLOWER, FLOOR_SECONDS = 50, 0.1  # while calls hang: neither so many times as long nor so long is too long

RUNTIME = "States.Runtime"
TOO_LARGE, TIMED_OUT = "States.DataLimitExceeded", "States.Timeout"
LAMBDA, UNKNOWN = "Lambda.SdkClientException", "Lambda.Unknown"
SDK, SERVICE = "DynamoDb.SdkClientException", "DynamoDb.DynamoDbException"
HTTP, STATUS, OK = "States.Http.Socket", "States.Http.StatusCode.{}", "OK"
# What support/hostile_server.py does, and what becomes of it: as lambda:invoke, aws-sdk:dynamodb:getItem, http:invoke.
KINDS = {
    "friendly": (OK, OK, OK),
    "internal_error": ("Lambda.ServiceException", SERVICE, STATUS.format(500)),
    "unavailable": ("Lambda.AWSLambdaException", SERVICE, STATUS.format(503)),
    "not_json": (UNKNOWN, SDK, OK),
    "deep_json": (UNKNOWN, SDK, OK),
    "zip_bomb": (UNKNOWN, SDK, RUNTIME),
    "odd_headers": (OK, OK, OK),
    "odd_error": ("Lambda.AWSLambdaException", SERVICE, STATUS.format(400)),
    "redirect": ("Lambda.AWSLambdaException", SERVICE, STATUS.format(302)),
    "no_http": (LAMBDA, SDK, HTTP),
    "two_lengths": (LAMBDA, SDK, HTTP),
    "bad_chunks": (LAMBDA, SDK, HTTP),
    "one_too_many": (OK, OK, OK),
    "interim": (LAMBDA, SDK, HTTP),
    "slow_head": (TIMED_OUT,) * 3,
    "slow_body": (TIMED_OUT,) * 3,
    "hang": (TIMED_OUT,) * 3,
    "reset": (LAMBDA, SDK, HTTP),
    "reset_in_head": (LAMBDA, SDK, HTTP),
    "reset_in_body": (LAMBDA, SDK, HTTP),
    "closed": (LAMBDA, SDK, HTTP),
    "announced": (TOO_LARGE,) * 3,
    "headers": (TOO_LARGE,) * 3,
    "one_line": (TOO_LARGE,) * 3,
    "trailers": (TOO_LARGE,) * 3,
    "chunked": (TOO_LARGE,) * 3,
    "to_the_end": (TOO_LARGE,) * 3,
    "error_body": (TOO_LARGE,) * 3,
}
FEW_DESCRIPTORS, DESCRIPTORS_NEEDED = 256, 4_096
NEVER_END = {"slow_head", "slow_body", "hang"}
CONNECTION = "arn:aws:events:us-east-1:123456789012:connection/any/0a1b2c3d"


def lambda_task(kind, _):
    return "lambda:invoke", {"FunctionName": f"hostile-{kind}"}


def sdk_task(kind, _):
    return "aws-sdk:dynamodb:getItem", {"TableName": f"hostile-{kind}", "Key": {"id": {"S": "1"}}}


def http_task(kind, url):
    return "http:invoke", {"ApiEndpoint": f"{url}/hostile-{kind}", "Method": "GET",
                           "InvocationConfig": {"ConnectionArn": CONNECTION}}


def calls(resource, arguments, timeout):
    """A definition that makes ITEMS calls at once and gives the list of their errors, OK where there is none."""
    call = {"Type": "Task", "Resource": f"arn:aws:states:::{resource}", "Arguments": arguments,
            "TimeoutSeconds": timeout, "Output": OK, "End": True,
            "Catch": [{"ErrorEquals": [TOO_LARGE], "Output": TOO_LARGE, "Next": "Failed"},  # no States.ALL
                      {"ErrorEquals": ["States.ALL"], "Output": "{% $states.errorOutput.Error %}", "Next": "Failed"}]}
    return json.dumps({"QueryLanguage": "JSONata", "StartAt": "All", "States": {"All": {
        "Type": "Map", "Items": list(range(ITEMS)), "MaxConcurrency": ITEMS, "End": True,
        "ItemProcessor": {"StartAt": "Call", "States": {"Call": call, "Failed": {"Type": "Pass", "End": True}}}}}})


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


@contextlib.contextmanager
def few_descriptors():
    """What is started meanwhile may open few files, unless it asks for more itself."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(FEW_DESCRIPTORS, hard), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


class HostileDownstreamTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.service = cls.enterClassContext(HostileServer())

    @contextlib.contextmanager
    def server(self, url):
        """A server whose tasks go to `url`, and callers of it."""
        project = {"services": {"lambda": url, "dynamodb": url},
                   "httpTask": {"allow": ["127.0.0.1"], "allowHttp": ["127.0.0.1"]},
                   "connections": {"any": {"authorization": "API_KEY",
                                           "apiKey": {"name": "X-Key", "value": {"environment": "ANY_KEY"}}}}}
        with ProjectServer(project, {"ANY_KEY": "k", "AWS_ENDPOINT_URL_LAMBDA": url}) as server, \
                Crowd(server.port) as crowd:
            yield server, crowd

    def create(self, server, definition):
        status, body = server.call("CreateStateMachine", name=unique("hostile"), definition=definition, roleArn=ROLE)
        self.assertEqual(status, 200, body)
        return body["stateMachineArn"]

    def check(self, server, crowd, kind, resource_and_arguments, error):
        """A thousand calls at once: their errors, and what they added to the server's memory."""
        timeout = TIMEOUT if kind in NEVER_END else NO_TIMEOUT
        machine = self.create(server, calls(*resource_and_arguments, timeout))
        memory = Memory(server.process.pid)
        memory.forget_peak()
        before = memory.now()
        arns = crowd.start(machine, EXECUTIONS)
        ends = crowd.ends(arns)
        more = memory.peak() - before
        got = collections.Counter()  # States.Runtime can't be caught: it ends the execution
        for end in ends:
            got.update(json.loads(end["output"]) if end["status"] == "SUCCEEDED" else [end["error"]] * ITEMS)
        print(f"  {resource_and_arguments[0]:26} {kind:14} {more / 1024:6.1f} MiB more; {dict(got)}")
        self.assertEqual(got, {error: EXECUTIONS * ITEMS}, ends[0])
        self.check_history(crowd, arns[-1], None if error == OK else error)
        self.assertLess(more, MEMORY_KIB, f"{kind}: KiB more than before")

    def check_history(self, crowd, arn, error):
        events = crowd.connection().call("GetExecutionHistory", executionArn=arn, maxResults=1000)["events"]
        found = [details.get("error") for event in events for name, details in event.items()
                 if name in ("taskSucceededEventDetails", "taskFailedEventDetails", "taskTimedOutEventDetails",
                             "taskStartFailedEventDetails")]
        self.assertEqual(set(found), {error})
        self.assertTrue(len(found) == ITEMS or error == RUNTIME, len(found))

    def check_all(self, column, task):
        """Every kind of bad answer to the calls that `task` makes."""
        url = self.service.url()
        with self.server(url) as (server, crowd):
            crowd.ends(crowd.start(self.create(server, calls(*task("friendly", url), NO_TIMEOUT)), 2 * EXECUTIONS))
            for kind, errors in KINDS.items():
                with self.subTest(kind):
                    self.check(server, crowd, kind, task(kind, url), errors[column])
        self.assertNotIn("redirected", self.service.counts())

    def test_lambda(self):
        self.check_all(0, lambda_task)

    def test_aws_sdk(self):
        self.check_all(1, sdk_task)

    def test_http(self):
        self.check_all(2, http_task)

    def test_bad_tls(self):
        for name in ("untrusted", "no_tls", "silent"):
            url = self.service.url(name, "https")
            with self.server(url) as (server, crowd):
                # Each silent connection is given up after 5 s, so that a thousand take long enough.
                every = ((lambda_task, LAMBDA), (sdk_task, SDK), (http_task, HTTP))
                for task, error in every[:1] if name == "silent" else every:
                    with self.subTest(name, task=task.__name__):
                        self.check(server, crowd, name, task("untrusted", url), error)
        self.assertNotIn("untrusted", self.service.counts())

    @unittest.skipIf(resource.getrlimit(resource.RLIMIT_NOFILE)[1] < DESCRIPTORS_NEEDED, "too few files may be open")
    def test_ten_thousand_calls_hang(self):
        url = self.service.url()
        with few_descriptors(), self.server(url) as (server, crowd):
            quick = self.create(server, PASS)
            connection = crowd.connection()
            latencies(connection, quick, PAIRS)
            idle = percentile(latencies(connection, quick, PAIRS), 99)
            memory = Memory(server.process.pid)
            before = memory.now()
            hanging = self.create(server, calls(*lambda_task("hang", url), 3600))
            arns = crowd.start(hanging, HANGING_EXECUTIONS)
            busy = percentile(latencies(connection, quick, PAIRS), 99)
            print(f"  p99 {idle * 1000:.1f} ms idle, {busy * 1000:.1f} ms while {len(arns) * ITEMS} calls hang; "
                  f"{(memory.now() - before) / 1024:.1f} MiB more")
            listed = connection.call("ListExecutions", stateMachineArn=hanging, statusFilter="RUNNING", maxResults=1000)
            server.kill()
        self.assertEqual(len(listed["executions"]), HANGING_EXECUTIONS)
        self.assertGreater(self.service.counts()["hang"], FEW_DESCRIPTORS)
        self.assertLess(busy, max(FLOOR_SECONDS, SLOWER * idle))


if __name__ == "__main__":
    unittest.main()
