"""`treadle eval` at a terminal: what one types, through a pseudo-terminal."""
import json
import os
import pty
import re
import select
import subprocess
import tempfile
import unittest
from pathlib import Path

from tests.support.treadle import BINARY

SECONDS = 20
ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[=>]|\x07|\x08|\r")


class Terminal:
    """A REPL on a pseudo-terminal with a state folder of its own."""

    def __init__(self, language, state):
        self.master, slave = pty.openpty()
        self.language = language
        environment = {**os.environ, "XDG_STATE_HOME": str(state), "HOME": str(state), "TERM": "xterm", "LC_ALL": "C.UTF-8"}
        self.process = subprocess.Popen([BINARY, "eval", "--language", language], stdin=slave, stdout=slave, stderr=slave,
                                        env=environment, start_new_session=True)
        os.close(slave)
        self.read_until(f"{language}> ")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        os.close(self.master)

    def read_until(self, wanted):
        """What the terminal shows up to `wanted`, without control sequences."""
        shown = ""
        while True:
            text = ESCAPES.sub("", shown)
            if text.endswith(wanted):
                return text
            if not select.select([self.master], [], [], SECONDS)[0]:
                raise AssertionError(f"no {wanted!r} in {text!r}")
            try:
                shown += os.read(self.master, 65536).decode()
            except OSError:  # the other side is closed
                raise AssertionError(f"ended without {wanted!r}: {text!r}") from None

    def press(self, keys):
        os.write(self.master, keys.encode())

    def enter(self, line, prompt=None):
        """Types a line and returns what is shown after its echo, up to the next prompt."""
        self.press(line + "\n")
        prompt = prompt or f"{self.language}> "
        shown = self.read_until("\n" + prompt)
        return shown.partition("\n")[2].removesuffix(prompt)

    def wait(self):
        return self.process.wait(SECONDS)


class ReplTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="treadle-test-")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def repl(self, language):
        return Terminal(language, self.folder)

    def document(self, value):
        path = self.folder / "document.json"
        path.write_text(json.dumps(value))
        return path

    def test_values_follow_one_another(self):
        with self.repl("jsonata") as terminal:
            self.assertEqual(terminal.enter("1 + 2"), "3\n")
            self.assertEqual(terminal.enter("$ * 2"), "6\n")
            self.assertEqual(terminal.enter('{"a": $string($)}'), '{\n  "a": "6"\n}\n')
            self.assertEqual(terminal.enter("b"), "undefined\n")
            self.assertEqual(terminal.enter("a"), '"6"\n')
            terminal.press(":quit\n")
            self.assertEqual(terminal.wait(), 0)

    def test_a_document(self):
        path = self.document({"items": [{"price": 5}, {"price": 7}]})
        with self.repl("jsonata") as terminal:
            self.assertEqual(terminal.enter(f":load {path}"), "")
            self.assertEqual(terminal.enter("$sum(items.price)"), "12\n")
            self.assertEqual(terminal.enter("$count($doc.items) + $"), "14\n")
            self.assertEqual(terminal.enter(":let $most $max($doc.items.price)"), "")
            self.assertEqual(terminal.enter(":reset"), "")
            self.assertEqual(terminal.enter("items[price = $most].price"), "7\n")
            self.assertIn("Can't read", terminal.enter(":load nowhere.json"))

    def test_the_other_languages(self):
        path = self.document({"n": 40, "list": [1, 2, 3]})
        with self.repl("jsonpath") as terminal:
            terminal.enter(f":load {path}")
            self.assertEqual(terminal.enter("$.list[1]"), "2\n")
            self.assertEqual(terminal.enter("$doc.n"), "40\n")
            self.assertIn("^", terminal.enter("$.a b"))
        with self.repl("intrinsic") as terminal:
            terminal.enter(f":load {path}")
            terminal.enter("States.MathAdd($.n,", prompt="        .. ")
            self.assertEqual(terminal.enter("  2)"), "42\n")

    def test_an_expression_of_several_lines(self):
        with self.repl("jsonata") as terminal:
            terminal.enter("(", prompt="      .. ")
            terminal.enter("  $x := 20;", prompt="      .. ")
            self.assertEqual(terminal.enter("  $x + 1)"), "21\n")
            terminal.enter("(1 +", prompt="      .. ")
            self.assertEqual(terminal.enter(""), "  (1 +\n      ^\nS0203: Expected \")\" before end of expression\n")

    def test_an_error_is_marked(self):
        with self.repl("jsonata") as terminal:
            self.assertEqual(terminal.enter("$ü ]"), "  $ü ]\n     ^\nS0201: Syntax error: \"]\"\n")
            self.assertIn("T1006", terminal.enter("$nothing()"))
            self.assertEqual(terminal.enter("1"), "1\n")

    def test_completion(self):
        with self.repl("jsonata") as terminal:
            terminal.press("$upp\t'x')\n")
            self.assertIn('$uppercase(\'x\')\n"X"\n', terminal.read_until("\njsonata> "))
            terminal.press("$form\t\t")
            shown = terminal.read_until("jsonata> $format")
            for name in ("$formatBase(", "$formatInteger(", "$formatNumber("):
                self.assertIn(name, shown)
        with self.repl("intrinsic") as terminal:
            terminal.press("States.UU\t)\n")
            self.assertRegex(terminal.read_until("\nintrinsic> "), r'"[0-9a-f-]{36}"\n')

    def test_interrupting_gives_up_the_line(self):
        with self.repl("jsonata") as terminal:
            terminal.enter("(1 +", prompt="      .. ")
            terminal.press("2\x03")
            terminal.read_until("jsonata> ")
            self.assertEqual(terminal.enter("3"), "3\n")
            terminal.press("\x04")
            self.assertEqual(terminal.wait(), 0)

    def test_the_history_outlasts_the_process(self):
        with self.repl("jsonata") as terminal:
            self.assertEqual(terminal.enter("6 * 7"), "42\n")
        file = self.folder / "treadle/eval-jsonata.history"
        self.assertEqual(file.stat().st_mode & 0o077, 0)
        self.assertEqual(file.parent.stat().st_mode & 0o077, 0)
        with self.repl("jsonata") as terminal:
            terminal.press("\x1b[A\n")  # the arrow up
            self.assertIn("6 * 7\n42\n", terminal.read_until("\njsonata> "))


if __name__ == "__main__":
    unittest.main()
