"""The binary under test and servers of it, for the tests that look at treadle from outside."""
import json
import os
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BINARY = Path(os.environ.get("TREADLE", ROOT / "build/release/treadle"))
SHARED = ROOT.parent / "shared"
READY_SECONDS = 30


def treadle(*arguments, stdin=None, environment=None):
    """Runs the binary to its end: (exit status, standard output, standard error)."""
    done = subprocess.run([BINARY, *map(str, arguments)], input=stdin, capture_output=True, text=True, timeout=120,
                          env={**os.environ, "NO_COLOR": "1", **(environment or {})}, check=False)
    return done.returncode, done.stdout, done.stderr


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """A server with a data directory of its own; `kill` and `start` keep directory and port.

    with Server("--time-scale", "0.01") as server: ... server.endpoint ...
    """

    def __init__(self, *arguments, environment=None):
        self.folder = tempfile.TemporaryDirectory(prefix="treadle-test-")
        self.port = free_port()
        self.endpoint = f"http://127.0.0.1:{self.port}"
        self.arguments = [str(a) for a in arguments]
        self.environment = {**os.environ, **(environment or {})}
        self.process = None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()
        self.folder.cleanup()

    @property
    def data(self):
        return Path(self.folder.name, "data")

    @property
    def log(self):
        return Path(self.folder.name, "server.log")

    def start(self):
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [BINARY, "server", "--data", self.data, "--listen", f"127.0.0.1:{self.port}",
                 *self.arguments], stdout=log, stderr=log, env=self.environment)
        give_up = time.monotonic() + READY_SECONDS
        while not self.is_ready():
            try:
                self.process.wait(0.02)
            except subprocess.TimeoutExpired:
                if time.monotonic() < give_up:
                    continue
            raise AssertionError(f"the server is not ready:\n{self.log.read_text()}")

    def is_ready(self):
        try:
            with urllib.request.urlopen(self.endpoint + "/readyz", timeout=5) as answer:
                return answer.status == 200
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return False

    def kill(self):
        """kill -9"""
        self.process.kill()
        self.process.wait()

    def stop(self):
        """Ends it as an operator would; its exit status."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(30)

    def call(self, operation, headers=None, **parameters):
        """One API call over plain HTTP: (status, body)."""
        request = urllib.request.Request(
            self.endpoint, json.dumps(parameters).encode(),
            {"X-Amz-Target": f"AWSStepFunctions.{operation}", "Content-Type": "application/x-amz-json-1.0",
             **(headers or {})})
        try:
            with urllib.request.urlopen(request, timeout=90) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)

    def wait_for_end(self, arn):
        """DescribeExecution's answer once the execution has ended."""
        for _ in range(4):
            status, body = self.call("DescribeExecution", {"treadle-wait": "20"}, executionArn=arn)
            assert status == 200, body
            if body["status"] != "RUNNING":
                return body
        raise AssertionError(f"{arn} still runs")
