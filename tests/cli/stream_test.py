"""treadle run --stream: an execution for each line of standard input, a line of result for each."""
import json
import os
import pty
import subprocess
import tempfile
import threading
import unittest
from pathlib import Path

from support.machines import machine
from support.treadle import BINARY, treadle

PATIENCE = 120
SAME = machine(Same={"Type": "Pass", "End": True})
FAIL_IF = machine(
    Ask={"Type": "Choice", "Choices": [{"Variable": "$.bad", "IsPresent": True, "Next": "Fail"}], "Default": "Done"},
    Done={"Type": "Succeed"}, Fail={"Type": "Fail", "Error": "Broken", "Cause": "It fell"})
PAUSE = machine(Pause={"Type": "Wait", "SecondsPath": "$.s", "End": True})
TOKEN = machine(Ask={"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken", "End": True,
                     "Parameters": {"FunctionName": "f", "Payload": {"token.$": "$$.Task.Token"}}})
TYPES = ("STANDARD", "EXPRESS")


class StreamTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = Path(cls.enterClassContext(tempfile.TemporaryDirectory()))

    def file(self, name, text):
        path = self.folder / name
        path.write_text(text)
        return path

    def run_stream(self, definition, text, *arguments):
        status, out, err = treadle("run", self.file("machine.json", definition), "--stream", *arguments, stdin=text)
        return status, [json.loads(line) for line in out.splitlines()], err

    def open(self, definition, *arguments):
        process = subprocess.Popen(
            [BINARY, "run", self.file("open.json", definition), "--stream", *map(str, arguments)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for pipe in (process.stdin, process.stdout, process.stderr):
            self.addCleanup(pipe.close)
        self.addCleanup(process.kill)
        return process

    def test_both_types(self):
        for kind in TYPES:
            with self.subTest(type=kind):
                status, results, err = self.run_stream(SAME, '{"n":1}\n\n{"n": 2}', "--type", kind)
                self.assertEqual((status, err), (0, ""))
                self.assertEqual(results, [{"index": n, "status": "SUCCEEDED", "output": {"n": n + 1}} for n in (0, 1)])

    def test_the_context_names_the_execution(self):
        show = machine(Show={"Type": "Pass", "End": True, "Parameters": {"id.$": "$$.Execution.Id"}})
        for kind, form in (("STANDARD", "^arn:aws:states:us-east-1:123456789012:execution:run:[0-9a-f-]{36}$"),
                           ("EXPRESS", "^arn:aws:states:us-east-1:123456789012:express:run:[0-9a-f-]{36}:[0-9a-f-]{36}$")):
            with self.subTest(type=kind):
                _, results, _ = self.run_stream(show, "1\n2\n", "--type", kind)
                ids = [r["output"]["id"] for r in results]
                self.assertEqual(len(set(ids)), 2)
                self.assertRegex(ids[0], form)

    def test_exit_statuses(self):
        for text, status in (("", 0), ("{}\n", 0), ('{}\n{"bad": 1}\n{}', 1), ("{}\nnonsense\n{}", 1)):
            with self.subTest(text=text):
                self.assertEqual(self.run_stream(FAIL_IF, text)[0], status)

    def test_failures_and_garbage_are_results(self):
        _, results, _ = self.run_stream(FAIL_IF, '{"bad":1}\n\n{"n":\n"' + "x" * 262_144 + '"\n{}\n')
        self.assertEqual(results[0], {"index": 0, "status": "FAILED", "error": "Broken", "cause": "It fell"})
        self.assertEqual((results[1]["error"], results[1]["cause"][:18]), ("InvalidExecutionInput", "line 3: column 6: "))
        self.assertEqual(results[2]["cause"], "line 4: it has more than 262144 bytes")
        self.assertEqual(results[3], {"index": 3, "status": "SUCCEEDED", "output": {}})

    def test_order(self):
        text = '{"s": 1000}\n{"s": 0}\n'
        for arguments, order in (((), [0, 1]), (("--ordered",), [0, 1]), (("--unordered",), [1, 0])):
            with self.subTest(arguments=arguments):
                _, results, _ = self.run_stream(PAUSE, text, "--time-scale", "0.001", *arguments)
                self.assertEqual([r["index"] for r in results], order)

    def test_so_many_at_a_time(self):
        text = '{"s": 500}\n{"s": 500}\n{"s": 0}\n'
        _, results, _ = self.run_stream(PAUSE, text, "--time-scale", "0.001", "--unordered", "--parallel", "2")
        self.assertNotEqual(results[0]["index"], 2)

    def test_input_from_a_file(self):
        lines = self.file("lines.ndjson", "1\n2\n")
        self.assertEqual(len(self.run_stream(SAME, None, "--input", f"@{lines}")[1]), 2)

    def test_results_come_while_inputs_go(self):
        process = self.open(SAME)
        for n in range(3):
            process.stdin.write(f'{{"n":{n}}}\n'.encode())
            process.stdin.flush()
            self.assertEqual(json.loads(process.stdout.readline())["index"], n)
        process.stdin.close()
        self.assertEqual((process.stdout.read(), process.wait(PATIENCE)), (b"", 0))

    def test_what_is_refused(self):
        machine_file = self.file("refused.json", SAME)
        for arguments, stdin, why in (
                (("run", machine_file, "--stream", "--input", "{}"), "", "--input is @FILE or -"),
                (("run", machine_file, "--stream", "--input", "@/nowhere"), "", "can't read /nowhere"),
                (("run", "-", "--stream"), SAME, "can't both be standard input"),
                (("run", machine_file, "--parallel", "3"), "", "--stream"),
                (("run", machine_file, "--stream", "--ordered", "--unordered"), "", "excludes"),
                (("run", self.file("token.json", TOKEN), "--stream"), "{}", "wait for no token")):
            with self.subTest(arguments=arguments):
                status, out, err = treadle(*arguments, stdin=stdin)
                self.assertEqual((status, out), (2, ""), err)
                self.assertIn(why, err)

    def test_nobody_reads_any_longer(self):
        process = self.open(SAME)
        process.stdin.write(b"1\n")
        process.stdin.flush()
        process.stdout.readline()
        process.stdout.close()
        process.stdin.write(b"2\n")
        process.stdin.flush()
        # It ends by itself, although its input goes on.
        self.assertEqual(process.wait(PATIENCE), 1)
        self.assertEqual(process.stderr.read(), b"")

    def test_a_full_disk_is_told(self):
        if not os.path.exists("/dev/full"):
            self.skipTest("no /dev/full")
        with open("/dev/full", "wb") as full:
            done = subprocess.run([BINARY, "run", self.file("full.json", SAME), "--stream"], input=b"1\n", stdout=full,
                                  stderr=subprocess.PIPE, timeout=PATIENCE, check=False)
        self.assertEqual(done.returncode, 74)
        self.assertIn(b"can't write", done.stderr)

    def test_a_terminal_shows_how_far_it_is(self):
        master, slave = pty.openpty()
        self.addCleanup(os.close, master)
        process = subprocess.Popen([BINARY, "run", self.file("shown.json", SAME), "--stream"], stdin=subprocess.PIPE,
                                   stdout=subprocess.DEVNULL, stderr=slave)
        os.close(slave)
        self.addCleanup(process.kill)
        process.stdin.write(b"1\n2\nnonsense\n")
        process.stdin.flush()
        shown = b""
        while b"3 done, 1 failed" not in shown:
            shown += os.read(master, 1_000)
        process.stdin.close()
        self.assertEqual(process.wait(PATIENCE), 1)

    # Standard executions keep to their own limits: they may take longer than five minutes.
    def test_limits_are_those_of_the_type(self):
        text = '{"s": 400}\n'
        for kind, status in (("STANDARD", "SUCCEEDED"), ("EXPRESS", "TIMED_OUT")):
            with self.subTest(type=kind):
                _, results, _ = self.run_stream(PAUSE, text, "--time-scale", "0.001", "--type", kind)
                self.assertEqual(results[0]["status"], status)

    # Hundreds of megabytes go through, and nobody reads at first.
    def test_a_reader_that_is_slow_and_memory(self):
        process = self.open(SAME)
        total, line = 50_000, json.dumps({"text": "x" * 4_000}).encode() + b"\n"
        sent = []

        def send():
            for _ in range(total // 100):
                process.stdin.write(line * 100)
                sent.append(100)
            process.stdin.close()

        sender = threading.Thread(target=send, daemon=True)
        sender.start()
        self.assertEqual(json.loads(process.stdout.readline())["index"], 0)
        before = -1
        while before != len(sent):  # until it is made to wait
            before = len(sent)
            sender.join(1)
        self.assertLess(sum(sent), total)
        for index in range(1, total):
            self.assertEqual(process.stdout.readline()[:20].split(b",")[0], f'{{"index":{index}'.encode())
        self.assertEqual(process.stdout.read(), b"")
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        self.assertEqual(process.returncode, 0)
        self.assertLess(usage.ru_maxrss / 1024, 150)


if __name__ == "__main__":
    unittest.main()
