"""The sub-commands that talk to a server: start, list, describe, history, stop, redrive."""
import json
import unittest

from support.machines import PASS, ROLE, WAIT, machine, unique
from support.treadle import Server, treadle

FAIL = machine(Stop={"Type": "Fail", "Error": "Sold.Out", "Cause": "Nothing is left"})


class ExecutionsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = cls.enterClassContext(Server())

    def treadle(self, *arguments, stdin=None):
        return treadle(*arguments, "--endpoint", self.server.endpoint, stdin=stdin)

    def json(self, *arguments):
        status, out, err = self.treadle(*arguments, "--format", "json")
        self.assertEqual(status, 0, err)
        return json.loads(out)

    def create(self, definition, kind="STANDARD"):
        name = unique("cli")
        status, answer = self.server.call("CreateStateMachine", name=name, definition=definition, roleArn=ROLE, type=kind)
        self.assertEqual(status, 200, answer)
        return name

    def test_start_prints_the_arn(self):
        name = self.create(WAIT)
        status, out, _ = self.treadle("start", name, "--name", "first", "--input", '{"n": 1}')
        self.assertEqual((status, out.strip().split(":")[-2:]), (0, [name, "first"]))
        self.assertEqual(self.json("describe", out.strip())["input"], '{"n": 1}')

    def test_start_and_wait_prints_the_output(self):
        status, out, _ = self.treadle("start", self.create(PASS), "--input", "-", "--wait", stdin='{"who": "Ada"}')
        self.assertEqual((status, json.loads(out)), (0, {"who": "Ada", "said": {"greeting": "hello"}}))

    def test_waiting_for_a_failure_is_a_failure(self):
        status, _, err = self.treadle("start", self.create(FAIL), "--wait")
        self.assertEqual(status, 1)
        self.assertIn("Sold.Out", err)

    def test_express_executions_are_started_and_waited_for(self):
        name = self.create(PASS, "EXPRESS")
        status, out, _ = self.treadle("start", name)
        self.assertEqual((status, out.split(":")[5:7]), (0, ["express", name]))
        status, out, err = self.treadle("start", name, "--wait", "--input", '{"n": 1}')
        self.assertEqual((status, json.loads(out)), (0, {"n": 1, "said": {"greeting": "hello"}}), err)
        status, out, err = self.treadle("start", self.create(FAIL, "EXPRESS"), "--wait")
        self.assertEqual((status, out), (1, ""))
        self.assertRegex(err, ":express:.* FAILED Sold.Out: Nothing is left")

    def test_recent_express_executions_are_shown_like_others(self):
        good, bad = self.create(PASS, "EXPRESS"), self.create(FAIL, "EXPRESS")
        self.treadle("start", good, "--wait", "--input", '{"n": 1}')
        self.treadle("start", bad, "--wait")
        listed = self.json("list", good)["executions"]
        self.assertEqual([(e["status"], e["stateMachineArn"].split(":")[-1]) for e in listed], [("SUCCEEDED", good)])
        self.assertEqual(self.json("list", good, "--status", "FAILED")["executions"], [])
        arn = listed[0]["executionArn"]
        self.assertEqual(self.json("describe", arn)["input"], '{"n": 1}')
        self.assertEqual([e["type"] for e in self.json("history", arn)["events"]],
                         ["ExecutionStarted", "PassStateEntered", "PassStateExited", "ExecutionSucceeded"])
        status, out, _ = self.treadle("list", bad)
        self.assertEqual((status, out.split()[0]), (0, "FAILED"))
        status, out, _ = self.treadle("history", out.split()[-1])
        self.assertEqual(status, 0)
        self.assertIn("Sold.Out", out)
        status, _, err = self.treadle("history", arn[:-1])
        self.assertEqual(status, 1)
        self.assertIn("ExecutionDoesNotExist", err)

    def test_waiting_has_a_limit(self):
        name = self.create(WAIT)
        status, out, err = self.treadle("start", name, "--wait", "1")
        self.assertEqual((status, out), (1, ""))
        self.assertRegex(err, f"still RUNNING: arn:.*:execution:{name}:")

    def test_wait_before_the_name(self):
        self.assertEqual(self.treadle("start", "--wait", self.create(PASS))[0], 0)

    def test_the_description_of_a_state_machine(self):
        name = self.create(PASS)
        described = self.json("describe", name)
        self.assertEqual((described["name"], described["definition"]), (name, PASS))
        self.assertEqual(self.json("describe", described["stateMachineArn"]), described)
        self.assertRegex(self.treadle("describe", name)[1], r"(?m)^creationDate +\d{4}-\d\d-\d\dT")

    def test_lists(self):
        name = self.create(WAIT)
        arns = [self.json("start", name)["executionArn"] for _ in range(3)]
        self.assertEqual([e["executionArn"] for e in self.json("list", name)["executions"]], arns[::-1])
        self.assertEqual(self.json("list", name, "--status", "FAILED")["executions"], [])
        self.assertIn(name, self.treadle("list")[1])
        self.assertIn(arns[0], self.treadle("list", name)[1])

    def test_a_history_for_people_has_a_line_a_state(self):
        arn = self.json("start", self.create(FAIL))["executionArn"]
        self.server.wait_for_end(arn)
        status, out, _ = self.treadle("history", arn)
        self.assertEqual(status, 0)
        self.assertRegex(out, r"(?m)^ *\+0 ms +Stop +Fail ")
        self.assertIn("Sold.Out: Nothing is left", out)
        self.assertNotIn("\x1b", out)

    def test_a_history_for_programs_is_that_of_the_api(self):
        arn = self.json("start", self.create(PASS))["executionArn"]
        self.server.wait_for_end(arn)
        _, answer = self.server.call("GetExecutionHistory", executionArn=arn)
        self.assertEqual(self.json("history", arn)["events"], answer["events"])

    def test_stop(self):
        arn = self.json("start", self.create(WAIT))["executionArn"]
        self.assertEqual(self.treadle("stop", arn, "--error", "Enough", "--cause", "Closed")[0], 0)
        described = self.json("describe", arn)
        self.assertEqual([described[k] for k in ("status", "error", "cause")], ["ABORTED", "Enough", "Closed"])

    def test_redrive(self):
        arn = self.json("start", self.create(WAIT))["executionArn"]
        status, _, err = self.treadle("redrive", arn)
        self.assertEqual(status, 1)
        self.assertIn("Execution is RUNNING and cannot be redriven", err)
        self.treadle("stop", arn)
        self.assertEqual(self.treadle("redrive", arn), (0, f"redriven {arn}\n", ""))
        self.assertEqual(self.json("describe", arn)["status"], "RUNNING")
        self.assertIn("redriven", self.treadle("history", arn)[1])

    def test_what_is_not_there(self):
        for arguments in (("start", "nobody"), ("list", "nobody"), ("describe", "nobody"),
                          ("history", "arn:aws:states:us-east-1:123456789012:execution:nobody:none"),
                          ("stop", "arn:aws:states:us-east-1:123456789012:execution:nobody:none"),
                          ("redrive", "arn:aws:states:us-east-1:123456789012:execution:nobody:none")):
            with self.subTest(arguments):
                status, out, err = self.treadle(*arguments)
                self.assertEqual((status, out), (1, ""))
                self.assertRegex(err, "DoesNotExist|does not exist|Does Not Exist")

    def test_wrong_command_lines(self):
        for arguments in (("start",), ("start", "any", "--input", "{"), ("start", "any", "--input", "@nowhere"),
                          ("start", "any", "--wait", "-1"), ("list", "--status", "FAILED"), ("list", "any", "--status", "LOST"),
                          ("describe",), ("history",), ("stop",), ("redrive",), ("history", "any", "--format", "xml")):
            with self.subTest(arguments):
                self.assertEqual(self.treadle(*arguments)[0], 2)

    def test_no_server(self):
        for extra in ((("--endpoint", "http://127.0.0.1:1"), {}), ((), {"AWS_ENDPOINT_URL_SFN": "http://127.0.0.1:1/"})):
            with self.subTest(extra):
                status, _, err = treadle("list", *extra[0], environment=extra[1])
                self.assertEqual(status, 1)
                self.assertIn("running at http://127.0.0.1:1?", err)


if __name__ == "__main__":
    unittest.main()
