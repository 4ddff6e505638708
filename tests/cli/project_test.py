"""`--project`: the state machines and functions of a treadle.yaml."""
import json
import tempfile
import unittest
import urllib.request
from pathlib import Path

from support.machines import ARN, INVALID, PASS, machine
from support.treadle import Server, free_port, treadle

MACHINE = f"{ARN}:stateMachine:greet"
OTHER = machine(Wave={"Type": "Succeed"})
DOUBLE = machine(Double={"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:double", "End": True})


class ProjectTest(unittest.TestCase):
    def setUp(self):
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))

    def write(self, definition, functions=None, **settings):
        """A project with one state machine and these functions; JSON is YAML."""
        (self.folder / "greet.asl.json").write_text(definition)
        (self.folder / "treadle.yaml").write_text(json.dumps({
            "stateMachines": {"greet": {"definition": "greet.asl.json", **settings}}, "functions": functions or {}}))

    def refusal(self):
        """What a server says that does not start."""
        with tempfile.TemporaryDirectory() as data:
            status, _, err = treadle("server", "--project", self.folder, "--data", data,
                                     "--listen", f"127.0.0.1:{free_port()}")
        self.assertEqual(status, 2)
        return err

    def describe(self, server):
        status, described = server.call("DescribeStateMachine", stateMachineArn=MACHINE)
        self.assertEqual(status, 200, described)
        return described

    def test_machines_are_created_once_and_updated_by_content(self):
        self.write(PASS, tags={"Team": "orders"})
        with Server("--project", self.folder) as server:
            created = self.describe(server)
            self.assertEqual((created["definition"], created["status"]), (PASS, "ACTIVE"))
            _, tags = server.call("ListTagsForResource", resourceArn=MACHINE)
            self.assertEqual(tags["tags"], [{"key": "Team", "value": "orders"}])
            server.kill()
            server.start()
            self.assertEqual(self.describe(server), created)
            server.kill()
            self.write(OTHER, tags={"Team": "orders"})
            server.start()
            updated = self.describe(server)
            self.assertEqual((updated["definition"], updated["creationDate"]), (OTHER, created["creationDate"]))
            log = server.log.read_text()
            self.assertEqual([log.count(f"state machine {what}") for what in ("created", "updated")], [1, 1])

    def test_what_is_wrong_is_told_with_its_place(self):
        self.write(INVALID)
        self.assertRegex(self.refusal(), r"treadle\.yaml:1:\d+: Invalid State Machine Definition: .*Nowhere")
        (self.folder / "treadle.yaml").write_text("stateMachines:\n  greet:\n    definitoin: greet.asl.json\n")
        self.assertRegex(self.refusal(), r"treadle\.yaml:3:5: .*definitoin")
        (self.folder / "treadle.yaml").unlink()
        self.assertIn("treadle.yaml: ", self.refusal())

    def test_a_machine_keeps_its_type(self):
        self.write(PASS)
        with Server("--project", self.folder) as server:
            server.stop()
            self.write(PASS, type="EXPRESS")
            with self.assertRaisesRegex(AssertionError, r"treadle\.yaml:1:\d+: .*another type"):
                server.start()

    def test_a_saga_is_judged(self):
        self.write(DOUBLE, tags={"treadle:saga": "enforce"})
        self.assertRegex(self.refusal(), r"treadle\.yaml:1:\d+: .*SAGA_NOT_VERIFIED: uncaught: ")
        self.write(DOUBLE, tags={"treadle:saga": "readOnly:Double enforce"})
        with Server("--project", self.folder) as server:
            with urllib.request.urlopen(f"{server.endpoint}/v1/state-machines/greet/saga", timeout=30) as answer:
                report = json.load(answer)
            self.assertEqual((report["verdict"], report["tag"]), ("verified", "readOnly:Double enforce"))
            self.assertIn("checkedAt", report)

    def test_a_run_has_the_functions(self):
        double = "import json, sys; print(json.load(sys.stdin) * 2)"
        self.write(DOUBLE, functions={"double": {"runtime": "command", "handler": f"python3 -c '{double}'"}})
        status, out, err = treadle("run", self.folder / "greet.asl.json", "--project", self.folder, "--input", "21")
        self.assertEqual((status, out), (0, "42\n"), err)


if __name__ == "__main__":
    unittest.main()
