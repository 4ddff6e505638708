"""Services of other programs for a server under test: each a process of its own, ended with its `with`."""
import json
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path

from support.treadle import ROOT

JS = ROOT / "tests/js"
HAS_NPM = (JS / "node_modules/dynalite").is_dir()
WITHOUT_NPM = "the packages of tests/js are not installed (scripts/setup)"


class Service:
    """Runs a command that prints its ports as one line of JSON, and ends when its standard input does."""

    def __init__(self, *command):
        self.command = [str(part) for part in command]
        self.ports = {}
        self.process = None

    def __enter__(self):
        self.process = subprocess.Popen(self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        if not line:
            raise AssertionError(f"{self.command} ended with {self.process.wait(10)}")
        self.ports = json.loads(line)
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()

    def url(self, name="plain", scheme="http"):
        return f"{scheme}://127.0.0.1:{self.ports[name]}"


class NpmServers(Service):
    """Independent servers for `names` ("dynamodb", "s3", "oauth"); tests/js/servers.mjs."""

    def __init__(self, *names):
        super().__init__("node", JS / "servers.mjs", *names)


class HostileServer(Service):
    """support/hostile_server.py, with a certificate that nobody trusts."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="treadle-hostile-")
        self.certificate = Path(self.folder.name, "certificate.pem")
        super().__init__(sys.executable, Path(__file__).with_name("hostile_server.py"), self.certificate)

    def __enter__(self):
        make_certificate(self.certificate)
        return super().__enter__()

    def __exit__(self, *arguments):
        super().__exit__(*arguments)
        self.folder.cleanup()

    def counts(self):
        """{kind: requests so far}"""
        with urllib.request.urlopen(self.url() + "/counts", timeout=30) as answer:
            return json.load(answer)


def make_certificate(path):
    """A certificate for 127.0.0.1, signed by itself, with its key in one file."""
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                    "-keyout", path, "-out", path.with_suffix(".crt"), "-days", "2", "-subj", "/CN=127.0.0.1",
                    "-addext", "subjectAltName=IP:127.0.0.1"], check=True, capture_output=True)
    with path.open("a") as whole:
        whole.write(path.with_suffix(".crt").read_text())
