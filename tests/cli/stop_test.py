"""Stopping a server in order, with SIGTERM, while functions run."""
import json
import os
import tempfile
import threading
import unittest
from pathlib import Path

from support.machines import ARN, machine
from support.treadle import Server

FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:"
TWO_STEPS = machine(Slow={"Type": "Task", "Resource": FUNCTION + "slow", "Next": "Quick"},
                    Quick={"Type": "Task", "Resource": FUNCTION + "quick", "End": True})


class StopTest(unittest.TestCase):
    def setUp(self):
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.calls = self.folder / "calls"
        self.begun, self.gate = self.folder / "begun", self.folder / "gate"
        for pipe in (self.begun, self.gate):
            os.mkfifo(pipe)
        # It says that it runs, and runs until it is told to answer.
        slow = f"echo slow | tee -a {self.calls} > {self.begun}; cat {self.gate}"
        (self.folder / "two.asl.json").write_text(TWO_STEPS)
        (self.folder / "treadle.yaml").write_text(json.dumps({
            "stateMachines": {"two": {"definition": "two.asl.json"}},
            "functions": {"slow": {"runtime": "command", "handler": slow, "timeout": 60},
                          "quick": {"runtime": "command", "handler": f"echo quick >> {self.calls}; echo 2"}}}))

    def called(self):
        return self.calls.read_text().split()

    def test_a_function_that_runs_is_waited_for_and_not_called_again(self):
        with Server("--project", self.folder) as server:
            status, started = server.call("StartExecution", stateMachineArn=f"{ARN}:stateMachine:two")
            self.assertEqual(status, 200, started)
            self.begun.read_text()
            statuses = []
            stop = threading.Thread(target=lambda: statuses.append(server.stop()))
            stop.start()
            while server.is_ready():
                pass
            # It still serves whom a function may ask before it answers.
            self.assertEqual(server.call("DescribeExecution", executionArn=started["executionArn"])[0], 200)
            self.gate.write_text("1")
            stop.join()
            self.assertEqual(statuses, [0])
            self.assertEqual(self.called(), ["slow"])
            server.start()
            self.assertEqual(server.wait_for_end(started["executionArn"])["output"], "2")
            self.assertEqual(self.called(), ["slow", "quick"])


if __name__ == "__main__":
    unittest.main()
