"""The sub-commands that need no server: what they print, and how they exit."""
import json
import tempfile
import unittest
from pathlib import Path

from support.machines import ARN, INVALID, PASS, machine
from support.treadle import treadle


class HelpTest(unittest.TestCase):
    def test_exit_statuses(self):
        for arguments, status in (((), 2), (("--help",), 0), (("make-coffee",), 2)):
            with self.subTest(arguments=arguments):
                self.assertEqual(treadle(*arguments)[0], status)

    def test_an_unknown_command_is_named(self):
        self.assertIn("make-coffee", treadle("make-coffee")[2])

    def test_it_says_what_it_is(self):
        status, out, _ = treadle("--version")
        self.assertEqual(status, 0)
        self.assertRegex(out, r"^treadle \d+\.\d+\.\d+ \(([0-9a-f]{7,}(-dirty)?|unknown)\)$")

    def test_every_command_has_help(self):
        commands = [line.split()[0] for line in treadle("--help")[1].splitlines()
                    if line.startswith("  ") and line.strip()]
        self.assertTrue(commands)
        for command in commands:
            with self.subTest(command):
                status, out, _ = treadle(command, "--help")
                self.assertEqual(status, 0)
                self.assertIn(command, out)

    def test_every_command_refuses_an_unknown_option(self):
        commands = [line.split()[0] for line in treadle("--help")[1].splitlines() if line.startswith("  ")]
        for command in commands:
            with self.subTest(command):
                self.assertEqual(treadle(command, "--coffee")[0], 2)


class FileTest(unittest.TestCase):
    """Tests that have a temporary folder, `self.folder`."""

    def setUp(self):
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))

    def write(self, name, text):
        path = self.folder / name
        path.write_text(text)
        return path


class ValidateTest(FileTest):
    def test_a_valid_definition(self):
        status, out, _ = treadle("validate", "--format", "json", self.write("a.json", PASS))
        self.assertEqual((status, json.loads(out)["result"]), (0, "OK"))

    def test_an_invalid_definition_has_a_diagnostic_with_a_place(self):
        status, out, _ = treadle("validate", "--format", "json", self.write("a.json", INVALID))
        answer = json.loads(out)
        self.assertEqual((status, answer["result"]), (1, "FAIL"))
        error = next(d for d in answer["diagnostics"] if d["severity"] == "ERROR")
        self.assertEqual(set(error), {"severity", "code", "message", "location", "line", "column"})

    def test_a_diagnostic_stands_at_its_line_and_column(self):
        text = '{"StartAt": "A",\n "States": {\n  "A": {"Type": "Wait", "Seconds": -1, "End": true}}}\n'
        file = self.write("a.json", text)
        status, out, _ = treadle("validate", file)
        self.assertEqual((status, out), (1, f"{file}:3:25: ERROR SCHEMA_VALIDATION_FAILED: Value must be between 0 and "
                                            "99999999, but was -1 at /States/A/Seconds\n"))
        status, out, _ = treadle("validate", self.write("b.json", '{"StartAt":\n  nothing}'))
        self.assertEqual(status, 1)
        self.assertIn("b.json:2:3: ERROR INVALID_JSON_DESCRIPTION: Unrecognized token 'nothing'", out)

    def test_one_bad_file_of_many_fails(self):
        good, bad = self.write("good.json", PASS), self.write("bad.json", INVALID)
        self.assertEqual(treadle("validate", good, good)[0], 0)
        self.assertEqual(treadle("validate", good, bad)[0], 1)

    def test_a_file_that_is_not_there(self):
        status, _, err = treadle("validate", self.folder / "none.json")
        self.assertEqual(status, 2)
        self.assertIn("none.json", err)

    def test_standard_input(self):
        self.assertEqual(treadle("validate", "-", stdin=PASS)[0], 0)


class EvalTest(unittest.TestCase):
    def evaluate(self, language, *requests):
        status, out, err = treadle("eval", "--language", language,
                                   stdin="".join(json.dumps(r) + "\n" for r in requests))
        self.assertEqual(status, 0, err)
        return {answer["id"]: answer for answer in map(json.loads, out.splitlines())}

    def test_jsonpath(self):
        answers = self.evaluate("jsonpath",
                                {"id": "found", "expr": "$.a[1]", "data": {"a": [1, 2]}},
                                {"id": "wrong", "expr": "$.[", "data": {}})
        self.assertEqual(answers["found"]["result"], 2)
        self.assertEqual(set(answers["wrong"]["error"]), {"code", "message"})

    def test_intrinsics(self):
        answers = self.evaluate("intrinsic", {"id": "sum", "expr": "States.MathAdd($.n, 2)", "data": {"n": 40}})
        self.assertEqual(answers["sum"]["result"], 42)

    def test_a_line_that_is_not_json_does_not_end_it(self):
        status, out, _ = treadle("eval", "--language", "jsonpath", stdin='nonsense\n{"id": "1", "expr": "$", "data": 7}\n')
        self.assertEqual(json.loads(out.splitlines()[-1]), {"id": "1", "result": 7})
        self.assertEqual(status, 0)


class RunTest(FileTest):
    def test_the_output_is_on_standard_output(self):
        status, out, _ = treadle("run", self.write("a.json", PASS), "--input", '{"who": "Ada"}')
        self.assertEqual((status, json.loads(out)), (0, {"who": "Ada", "said": {"greeting": "hello"}}))

    def test_input_from_a_file(self):
        status, out, _ = treadle("run", self.write("a.json", machine(S={"Type": "Succeed"})),
                                 "--input", f"@{self.write('input.json', '[1, 2]')}")
        self.assertEqual((status, json.loads(out)), (0, [1, 2]))

    def test_a_failed_execution_names_its_error(self):
        definition = machine(Stop={"Type": "Fail", "Error": "Sold.Out", "Cause": "Nothing is left"})
        status, out, err = treadle("run", self.write("a.json", definition))
        self.assertEqual((status, out), (1, ""))
        self.assertIn("Sold.Out", err)
        self.assertIn("Nothing is left", err)

    def test_waits_are_scaled(self):
        definition = machine(Pause={"Type": "Wait", "Seconds": 3600, "End": True})
        self.assertEqual(treadle("run", self.write("a.json", definition), "--time-scale", "0.00001")[0], 0)

    def test_run_of_an_express_machine_shows_its_history_too(self):
        status, out, err = treadle("run", self.write("a.json", PASS), "--type", "EXPRESS", "--input", '{"who": "Ada"}')
        self.assertEqual((status, json.loads(out)["who"]), (0, "Ada"), err)
        self.assertIn("Greet", err)
        activity = machine(Work={"Type": "Task", "Resource": f"{ARN}:activity:any", "End": True})
        status, _, err = treadle("run", self.write("a.json", activity), "--type", "EXPRESS")
        self.assertEqual(status, 2)
        self.assertIn("Express state machine does not support Activity ARN", err)

    def test_a_file_that_cannot_be_read(self):
        for file in (self.folder, self.folder / "nowhere"):
            with self.subTest(file):
                status, _, err = treadle("run", file)
                self.assertEqual(status, 2)
                self.assertIn(f"can't read {file}", err)

    def test_what_is_wrong_with_a_definition(self):
        status, _, err = treadle("run", self.write("a.json", INVALID))
        self.assertEqual(status, 2)
        self.assertIn("Nowhere", err)


class ImportTest(FileTest):
    def test_an_error_has_file_line_and_column(self):
        self.write("main.tf", 'resource "aws_sfn_state_machine" "a" {\n  name = \n}\n')
        status, _, err = treadle("import", "terraform", self.folder, "--out", self.folder / "out")
        self.assertNotEqual(status, 0)
        self.assertRegex(err, r"main\.tf:2:\d+: ")

    def test_a_variable_without_a_value_is_dev_and_said(self):
        self.write("main.tf", 'variable "env" {}\nresource "aws_sfn_state_machine" "a" {\n'
                              '  name = "a-${var.env}"\n  definition = jsonencode(' + PASS + ")\n}\n")
        status, out, err = treadle("import", "terraform", self.folder, "--out", self.folder / "out")
        self.assertEqual(status, 0, err)
        self.assertEqual(json.loads((self.folder / "out/a-dev.asl.json").read_text()), json.loads(PASS))
        self.assertIn("env", out + err)
        self.assertTrue((self.folder / "out/treadle.yaml").exists())

    def test_a_variable_of_the_command_line(self):
        self.write("main.tf", 'variable "env" {}\nresource "aws_sfn_state_machine" "a" {\n'
                              '  name = "a-${var.env}"\n  definition = jsonencode(' + PASS + ")\n}\n")
        treadle("import", "terraform", self.folder, "--out", self.folder / "out", "--var", "env=live")
        self.assertTrue((self.folder / "out/a-live.asl.json").exists())


if __name__ == "__main__":
    unittest.main()
