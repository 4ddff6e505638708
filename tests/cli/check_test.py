"""treadle check: a data directory that is sound, in use, damaged on purpose, or none."""
import json
import subprocess
import tempfile
import unittest
from pathlib import Path

from support.machines import PASS, ROLE, WAIT, unique
from support.treadle import BINARY, Server, treadle

EDIT_ROWS = BINARY.parent / "tests/edit_rows"


def edit(directory, *arguments):
    done = subprocess.run([EDIT_ROWS, directory, *map(str, arguments)], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def check(directory):
    status, out, err = treadle("check", "--data", directory, "--format", "json")
    assert status in (0, 1), err
    return status, json.loads(out)


class CheckTest(unittest.TestCase):
    def setUp(self):
        """A directory with an execution that has ended and one that waits."""
        self.server = self.enterContext(Server())
        self.data = Path(self.server.folder.name, "data")
        self.arns = []
        for definition in (PASS, WAIT):
            name = unique("check")
            _, machine = self.server.call("CreateStateMachine", name=name, definition=definition, roleArn=ROLE)
            _, started = self.server.call("StartExecution", stateMachineArn=machine["stateMachineArn"])
            self.arns.append(started["executionArn"])
        self.server.kill()

    def findings(self, status=1):
        found, report = check(self.data)
        self.assertEqual((found, report["sound"]), (status, status == 0), report)
        return report["findings"]

    def test_a_sound_directory(self):
        _, report = check(self.data)
        self.assertEqual([report[k] for k in ("sound", "executions", "running", "timers", "findings")],
                         [True, 2, 1, 1, []])
        status, out, _ = treadle("check", "--data", self.data)
        self.assertEqual(status, 0)
        self.assertRegex(out, r"^.*/data: 2 executions \(1 running\), .*: sound\n$")

    def test_a_directory_that_a_server_has(self):
        self.server.start()
        status, out, err = treadle("check", "--data", self.data)
        self.assertEqual((status, out), (2, ""))
        self.assertIn("uses this data directory", err)

    def test_a_timer_that_is_gone(self):
        edit(self.data, "timer", "erase", 0)
        found, = self.findings()
        self.assertRegex(found["place"], f"^execution {self.arns[1]}, the wait of event 2 due 20")
        self.assertEqual(found["problem"], "is waited for, and its row is missing")
        self.assertIn("Stop the execution", found["fix"])
        status, out, _ = treadle("check", "--data", self.data)
        self.assertEqual(status, 1)
        self.assertIn(": 1 findings\n", out)

    def test_journal_rows_that_are_gone(self):
        for _ in range(int(edit(self.data, "journal"))):
            edit(self.data, "journal", "erase", 0)
        problems = {f["problem"] for f in self.findings()}
        self.assertEqual(problems, {"has timers, calls or tokens, and no journal",
                                    "belongs to an execution that has no journal"})

    def test_a_journal_row_that_is_damaged(self):
        edit(self.data, "journal", "empty", 0)
        found, = self.findings()
        self.assertRegex(found["place"], r"^execution [0-9a-f]{32} of partition \d+, journal row 0$")
        self.assertIn("is damaged", found["problem"])
        self.assertIn("backup", found["fix"])

    def test_a_file_that_is_damaged(self):
        log, = (self.data / "db").glob("*.log")
        data = bytearray(log.read_bytes())
        data[len(data) // 2] ^= 1
        log.write_bytes(data)
        found, = self.findings()
        self.assertIn(str(self.data), found["problem"])

    def test_what_is_no_data_directory(self):
        with tempfile.TemporaryDirectory() as folder:
            for path in (folder, Path(folder, "missing")):
                status, out, err = treadle("check", "--data", path)
                self.assertEqual((status, out), (2, ""))
                self.assertIn("is no data directory", err)
            self.assertEqual(list(Path(folder).iterdir()), [])


if __name__ == "__main__":
    unittest.main()
