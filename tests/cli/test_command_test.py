"""`treadle test`: files of cases as a user writes them, what is printed, and how it exits."""
import json
import tempfile
import time
import unittest
import xml.etree.ElementTree as ElementTree
from pathlib import Path

from cli.orders_test import EXAMPLE
from support.machines import machine
from support.treadle import treadle

FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:work"
APPROVAL = machine(
    Ask={"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken", "Parameters": {"QueueUrl": "q", "MessageBody": "m"},
         "TimeoutSeconds": 86400, "Catch": [{"ErrorEquals": ["States.Timeout"], "Next": "Cancelled"}], "Next": "Approved"},
    Approved={"Type": "Succeed"},
    Cancelled={"Type": "Fail", "Error": "ApprovalTimeout", "Cause": "nobody answered"})
CASES = """\
machine: approval.asl.json
cases:
  - name: approved
    mocks: {Ask: {delay: 5h, result: {approved: true}}}
    expect: {output: {approved: true}, duration: 5h}
  - name: nobody answers for a day
    mocks: {Ask: {never: true}}
    expect: {error: ApprovalTimeout, duration: 24h, visited: [Ask, Cancelled]}
"""


class TestCommandTest(unittest.TestCase):
    def setUp(self):
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.write("approval.asl.json", APPROVAL)

    def write(self, name, text):
        path = self.folder / name
        path.write_text(text)
        return path

    def run_cases(self, text, *options):
        return treadle("test", self.write("tests.yaml", text), *options)

    def test_a_day_takes_no_time(self):
        began = time.monotonic()
        status, out, err = self.run_cases(CASES)
        self.assertEqual((status, err), (0, ""), out)
        self.assertLess(time.monotonic() - began, 5)
        self.assertIn("ok   nobody answers for a day  (FAILED after 1d)\n", out)
        self.assertTrue(out.endswith("2 passed, 0 failed\n"))

    def test_a_failure_shows_what_came_and_the_timeline(self):
        status, out, _ = self.run_cases(CASES.replace("approved: true}, dur", "approved: false}, dur"))
        self.assertEqual(status, 1)
        self.assertIn("FAIL approved", out)
        self.assertIn("output.approved: expected false, got true\n", out)
        self.assertRegex(out, r"\+0 ms +Ask +Task +300 min 0 s")
        self.assertTrue(out.endswith("1 passed, 1 failed\n"))

    def test_a_task_without_mock_says_what_to_add(self):
        status, out, _ = self.run_cases("machine: approval.asl.json\ncases: [{name: c}]\n")
        self.assertEqual(status, 1)
        self.assertIn("state 'Ask' made a call and has no mock: add 'Ask: {result: ...}' to mocks", out)

    def test_an_execution_that_waits_forever_is_told(self):
        self.write("approval.asl.json", APPROVAL.replace('"TimeoutSeconds": 86400, ', ""))
        status, out, _ = self.run_cases("machine: approval.asl.json\ncases: [{name: c, mocks: {Ask: {never: true}}}]\n")
        self.assertEqual(status, 1)
        self.assertIn("is still waiting in state 'Ask'", out)

    def test_mistakes_have_a_place_and_a_hint(self):
        for wrong, place in ((CASES.replace("never:", "nevre:"), r"tests\.yaml:7:19: there is no key 'nevre' here; did you mean 'never'\?"),
                             (CASES.replace("{Ask: {never", "{Aks: {never"), r"tests\.yaml:7:13: there is no Task state 'Aks'; did you mean 'Ask'\?"),
                             (CASES.replace("approval.asl", "aproval.asl"), r"tests\.yaml:1:10: .*aproval\.asl\.json")):
            with self.subTest(place):
                status, out, err = self.run_cases(wrong)
                self.assertEqual((status, out), (2, ""))
                self.assertRegex(err, place)

    def test_wrong_command_lines(self):
        self.write("tests.yaml", CASES)
        path = self.folder / "tests.yaml"
        for arguments in ((), (self.folder / "none.yaml",), (path, "--filter", "coffee"), (path, "--format", "coffee"),
                          (path, "--min-coverage", "101"), (path, "--junit", self.folder / "none/report.xml"),
                          ("--mock-config", self.folder / "none.json"), (path, "--machine", "coffee")):
            with self.subTest(arguments):
                self.assertEqual(treadle("test", *arguments, environment={"SFN_MOCK_CONFIG": ""})[0], 2)

    def test_json_and_junit(self):
        report = self.folder / "report.xml"
        status, out, _ = self.run_cases(CASES.replace("duration: 5h", "duration: 6h"), "--format", "json", "--junit", report, "--coverage")
        self.assertEqual(status, 1)
        found = json.loads(out)
        self.assertEqual((found["passed"], found["failed"]), (1, 1))
        self.assertEqual(found["cases"][0]["differences"], [{"path": "duration", "expected": "6h", "got": "5h"}])
        self.assertEqual(found["cases"][1]["visited"], ["Ask", "Cancelled"])
        self.assertEqual(found["coverage"][0]["percent"], 100)
        suites = ElementTree.parse(report).getroot()
        self.assertEqual((suites.get("tests"), suites.get("failures")), ("2", "1"))
        failure = suites.find("testsuite/testcase[@name='approved']/failure")
        self.assertEqual(failure.get("message"), "duration: expected 6h, got 5h")

    def test_coverage(self):
        one = CASES.split("  - name: nobody")[0]
        status, out, _ = self.run_cases(one, "--coverage")
        self.assertEqual(status, 0)
        for line in ("coverage of approval: 50 %\n", "  states       2 of 3\n", "  transitions  1 of 2\n", "  catchers     0 of 1\n",
                     "  never: state Cancelled\n", "  never: transition Ask -> Cancelled\n",
                     "  never: catcher 0 of Ask (States.Timeout)\n"):
            self.assertIn(line, out)
        status, _, err = self.run_cases(one, "--min-coverage", "51")
        self.assertEqual(status, 1)
        self.assertIn("coverage of approval is 50 %, below 51 %", err)
        self.assertEqual(self.run_cases(one, "--min-coverage", "50")[0], 0)

    def test_the_same_file_gives_the_same_output(self):
        self.write("draws.asl.json", machine(
            Work={"Type": "Task", "Resource": FUNCTION, "Next": "Draw",
                  "Retry": [{"ErrorEquals": ["E"], "MaxAttempts": 9, "JitterStrategy": "FULL"}]},
            Draw={"Type": "Pass", "Parameters": {"id.$": "States.UUID()", "at.$": "$$.State.EnteredTime"}, "End": True}))
        cases = "machine: draws.asl.json\nmocks: {Work: [{error: E, times: 5}, {result: 1}]}\ncases:\n" + "".join(
            f"  - {{name: case {i}, expect: {{output: 1}}}}\n" for i in range(50))
        first = self.run_cases(cases, "--jobs", "1")
        self.assertEqual(first[0], 1)
        self.assertEqual(self.run_cases(cases, "--jobs", "4"), first)
        self.assertNotEqual(self.run_cases(cases, "--seed", "2"), first)

    def test_mock_config(self):
        self.write("Approval.asl.json", APPROVAL)
        config = self.write("MockConfigFile.json", json.dumps({
            "StateMachines": {"Approval": {"TestCases": {"Yes": {"Ask": "Said"}, "No": {"Ask": "Refused"}, "Open": {}}}},
            "MockedResponses": {"Said": {"0": {"Return": {"approved": True}}},
                                "Refused": {"0": {"Throw": {"Error": "Refused", "Cause": "too much"}}}}}, indent=2))
        for arguments, environment in ((("--mock-config", config), None), ((), {"SFN_MOCK_CONFIG": str(config)})):
            status, out, err = treadle("test", *arguments, environment=environment)
            self.assertEqual(status, 1, err)
            self.assertIn("ok   Approval/Yes  (SUCCEEDED after 0s)", out)
            self.assertIn("ok   Approval/No  (FAILED after 0s)", out)
            self.assertIn("FAIL Approval/Open", out)
        other = self.write("other.asl.json", machine(Other={"Type": "Succeed"}))
        status, _, err = treadle("test", "--mock-config", config, "--machine", f"Approval={other}")
        self.assertEqual(status, 2)
        self.assertRegex(err, r"MockConfigFile\.json:6:\d+: there is no Task state 'Ask'")

    def test_the_example_passes_and_misses_nothing(self):
        status, out, err = treadle("test", EXAMPLE / "tests.yaml", "--min-coverage", "100")
        self.assertEqual(status, 0, out + err)


if __name__ == "__main__":
    unittest.main()
