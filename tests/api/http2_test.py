"""The API over HTTP/2 without TLS, with curl, on the port that also speaks HTTP/1.1."""
import json
import subprocess
import unittest

from support.machines import ROLE, machine
from support.treadle import Server


def curl(server, operation, parameters, *options):
    """(HTTP version, status, parsed body) of one call."""
    done = subprocess.run(
        ["curl", "--silent", "--show-error", "--max-time", "20", *options, "--data-binary", "@-",
         "--header", "Content-Type: application/x-amz-json-1.0", "--header", f"X-Amz-Target: AWSStepFunctions.{operation}",
         "--write-out", "\n%{http_version} %{http_code}", server.endpoint],
        input=json.dumps(parameters), capture_output=True, text=True, timeout=30, check=True)
    body, _, status = done.stdout.rpartition("\n")
    version, code = status.split()
    return version, int(code), json.loads(body)


class Http2Test(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = cls.enterClassContext(Server())
        cls.machine = cls.server.call("CreateStateMachine", name="express", type="EXPRESS", roleArn=ROLE,
                                      definition=machine(Copy={"Type": "Pass", "End": True}))[1]["stateMachineArn"]

    def test_both_protocols_say_the_same(self):
        for option, expected in (("--http2-prior-knowledge", "2"), ("--http1.1", "1.1")):
            with self.subTest(option):
                version, status, answer = curl(self.server, "StartSyncExecution",
                                               {"stateMachineArn": self.machine, "input": '{"a":1}'}, option)
                self.assertEqual((version, status, answer["status"]), (expected, 200, "SUCCEEDED"))
                self.assertEqual(json.loads(answer["output"]), {"a": 1})

    # curl offers "Upgrade: h2c", which a server may ignore.
    def test_an_upgrade_is_not_taken(self):
        version, status, _ = curl(self.server, "ListStateMachines", {}, "--http2")
        self.assertEqual((version, status), ("1.1", 200))

    def test_large_inputs_and_refusals(self):
        large = json.dumps({"a": "x" * 200_000})
        version, status, answer = curl(self.server, "StartSyncExecution",
                                       {"stateMachineArn": self.machine, "input": large}, "--http2-prior-knowledge")
        self.assertEqual((version, status, answer["output"]), ("2", 200, large))
        version, status, answer = curl(self.server, "DescribeExecution", {"executionArn": "x"}, "--http2-prior-knowledge")
        self.assertEqual((version, status, answer["__type"]), ("2", 400, "InvalidArn"))


if __name__ == "__main__":
    unittest.main()
