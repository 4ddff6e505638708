"""`treadle lint`: what it prints, how it exits, and what it finds in whole pipelines."""
import json
import tempfile
import unittest
from pathlib import Path

from cli.orders_test import EXAMPLE, block, import_terraform, mission_listing
from support.machines import INVALID, machine
from support.treadle import SHARED, treadle

FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:work"
CLEAN = machine(Work={"Type": "Task", "Resource": FUNCTION, "TimeoutSeconds": 10, "End": True})
NOTED = machine(Work={"Type": "Task", "Resource": FUNCTION, "End": True})
WARNED = machine(Ask={"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
                      "Parameters": {"QueueUrl": "q", "MessageBody": "m"}, "End": True})
REFUSED = machine(Put={"Type": "Task", "Resource": "arn:aws:states:::s3:putObject", "Parameters": {},
                       "TimeoutSeconds": 10, "End": True})


def lint(text, *options):
    """The exit status, and (level, code, location) of each finding."""
    status, out, error = treadle("lint", "--format", "json", *options, "-", stdin=text)
    assert out, error
    return status, [(f["level"], f["code"], f["location"]) for f in json.loads(out)["findings"]]


class LintTest(unittest.TestCase):
    def setUp(self):
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))

    def write(self, name, text):
        path = self.folder / name
        path.write_text(text)
        return path

    def test_exit_statuses(self):
        for name, text, status in (("clean", CLEAN, 0), ("noted", NOTED, 0), ("warned", WARNED, 1), ("invalid", INVALID, 1)):
            with self.subTest(name):
                self.assertEqual(treadle("lint", self.write(f"{name}.json", text))[0], status)

    def test_one_bad_file_of_many_counts(self):
        self.assertEqual(treadle("lint", self.write("a.json", CLEAN), self.write("b.json", WARNED))[0], 1)

    def test_wrong_command_lines(self):
        clean = self.write("a.json", CLEAN)
        for arguments in ((self.folder / "none.json",), (), ("--disable", "coffee", clean), ("--level", "coffee", clean)):
            with self.subTest(arguments):
                self.assertEqual(treadle("lint", *arguments)[0], 2)

    def test_a_line_is_as_a_compiler_prints_it(self):
        path = self.write("a.json", WARNED)
        for line in treadle("lint", path)[1].splitlines():
            self.assertRegex(line, rf"^{path}:\d+:\d+: (note|warning|error): .+ \[[a-z-]+\]$")

    def test_standard_input(self):
        self.assertEqual(lint(CLEAN), (0, []))

    def test_levels(self):
        self.assertEqual(lint(NOTED), (0, [("note", "task-without-timeout", "/States/Work")]))
        self.assertEqual(lint(NOTED, "--level", "warning"), (0, []))
        self.assertEqual(lint(WARNED, "--level", "error"), (1, []))

    def test_disable(self):
        for options in (("--disable", "rejection-not-caught,callback-without-timeout"),
                        ("--disable", "rejection-not-caught", "--disable", "callback-without-timeout")):
            with self.subTest(options):
                self.assertEqual(lint(WARNED, *options), (0, []))

    def test_strict_aws(self):
        self.assertEqual(lint(REFUSED)[1], [("warning", "unknown-resource", "/States/Put/Resource")])
        self.assertEqual(lint(REFUSED, "--strict-aws")[1], [("error", "unknown-resource", "/States/Put/Resource")])

    def test_express(self):
        self.assertIn(("error", "express-unsupported", "/States/Ask/Resource"), lint(WARNED, "--type", "EXPRESS")[1])

    def test_sarif(self):
        """The members that the SARIF 2.1.0 schema requires, and the links between them."""
        log = json.loads(treadle("lint", "--format", "sarif", self.write("a b.json", WARNED), self.write("c.json", INVALID))[1])
        self.assertEqual(log["version"], "2.1.0")
        (run,) = log["runs"]
        driver = run["tool"]["driver"]
        self.assertTrue(driver["name"])
        self.assertGreaterEqual(len(run["results"]), 3)
        for result in run["results"]:
            self.assertTrue(result["message"]["text"])
            self.assertEqual(driver["rules"][result["ruleIndex"]]["id"], result["ruleId"])
            (location,) = result["locations"]
            physical = location["physicalLocation"]
            self.assertRegex(physical["artifactLocation"]["uri"], r"^file://[!-~]+$")
            self.assertGreaterEqual(physical["region"]["startLine"], 1)
        self.assertEqual(len({rule["id"] for rule in driver["rules"]}), len(driver["rules"]))


class PipelineTest(unittest.TestCase):
    def findings(self, source, *options):
        folder = self.enterContext(tempfile.TemporaryDirectory())
        definition = next(import_terraform(source, folder).glob("*.asl.json"))
        return lint(definition.read_text(), *options)[1]

    def write_listing(self, text):
        path = Path(self.enterContext(tempfile.TemporaryDirectory()), "main.tf")
        path.write_text(text)
        return path

    # What the pipeline leaves open on purpose.
    ORDERS = [
        ("note", "task-without-timeout", "/States/ProcessPayment"),
        ("warning", "retried-not-caught", "/States/ProcessPayment/Retry"),
        ("note", "branches-not-undone", "/States/ParallelFulfillment"),
        ("note", "task-without-timeout", "/States/ParallelFulfillment/Branches[0]/States/ReserveInventory"),
        ("note", "task-without-timeout", "/States/ParallelFulfillment/Branches[1]/States/SendConfirmation"),
        ("warning", "unguarded-compensation", "/States/CompensatePayment"),
        ("note", "task-without-timeout", "/States/CompensatePayment"),
    ]

    def test_the_example(self):
        self.assertEqual(self.findings(EXAMPLE), self.ORDERS)

    @unittest.skipUnless((SHARED / "mission").is_dir(), "there is no ../shared/mission")
    def test_the_order_listing(self):
        self.assertEqual(self.findings(self.write_listing(mission_listing("order_processing"))), self.ORDERS)

    @unittest.skipUnless((SHARED / "mission").is_dir(), "there is no ../shared/mission")
    def test_the_express_listing(self):
        source = self.write_listing(mission_listing("data_transform"))
        self.assertEqual(self.findings(source, "--type", "EXPRESS"), [
            ("warning", "missing-path", "/States/RouteByType/Choices[0]/Variable"),
            ("note", "input-as-request", "/States/StoreInTimeSeries"),
            ("note", "input-as-request", "/States/PublishToEventBridge"),
            ("note", "input-as-request", "/States/StoreInS3"),
            ("warning", "unknown-resource", "/States/StoreInS3/Resource"),
        ])

    @unittest.skipUnless((SHARED / "mission").is_dir(), "there is no ../shared/mission")
    def test_the_approval_listing(self):
        """The fragment stands in a machine that supplies the states around it."""
        page = next(path.read_text() for path in sorted((SHARED / "mission").glob("*.txt"))
                    if "WaitForApproval = {" in path.read_text())
        approval = block(page, page.index("WaitForApproval = {"))
        approval = approval[:-1] + 'Next = "Done"\n}'
        source = self.write_listing(
            'resource "aws_sfn_state_machine" "approval" {\nname = "approval"\ndefinition = jsonencode({\n'
            'StartAt = "WaitForApproval"\nStates = {\n' + approval +
            '\nApprovalTimedOut = { Type = "Fail" }\nDone = { Type = "Succeed" }\n}\n})\n}\n')
        self.assertEqual(self.findings(source), [
            ("warning", "rejection-not-caught", "/States/WaitForApproval/Catch")])


if __name__ == "__main__":
    unittest.main()
