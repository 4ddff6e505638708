"""A client of executions:stream: sends lines while it reads results, over one connection."""
import json
import socket
from urllib.parse import quote

PATIENCE = 60  # seconds until a test gives up


class Stream:
    """with Stream(server, "name", ordered="false") as stream: stream.send("{}\\n"); stream.results(1)"""

    def __init__(self, server, machine, headers=(), **query):
        self.socket = socket.create_connection(("127.0.0.1", server.port), PATIENCE)
        self.target = f"/v1/state-machines/{quote(machine, safe='')}/executions:stream"
        if query:
            self.target += "?" + "&".join(f"{key}={value}" for key, value in query.items())
        lines = [f"POST {self.target} HTTP/1.1", "Host: localhost", "Transfer-Encoding: chunked",
                 *(f"{name}: {value}" for name, value in headers), "", ""]
        self.socket.sendall("\r\n".join(lines).encode())
        self.file = self.socket.makefile("rb")
        self.status = None
        self.headers = {}
        self.rest = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.file.close()
        self.socket.close()

    def send(self, text):
        data = text if isinstance(text, bytes) else text.encode()
        self.socket.sendall(f"{len(data):x}\r\n".encode() + data + b"\r\n")

    def end(self):
        self.socket.sendall(b"0\r\n\r\n")

    def head(self):
        if self.status is None:
            line = self.file.readline()
            if not line:
                raise ConnectionError("no answer")
            self.status = int(line.split()[1])
            while (field := self.file.readline().strip()):
                name, _, value = field.decode().partition(":")
                self.headers[name.lower()] = value.strip()
        return self.status

    def refusal(self):
        """Status and error type of an answer that is no stream."""
        status = self.head()
        body = json.loads(self.file.read(int(self.headers["content-length"])))
        return status, body["__type"]

    def lines(self):
        """Every line until the end of the stream; ConnectionError where it breaks off."""
        assert self.head() == 200, self.status
        while True:
            size = self.file.readline()
            if not size.endswith(b"\r\n"):
                raise ConnectionError("the stream broke off")
            count = int(size, 16)
            chunk = self.file.read(count + 2)
            if len(chunk) < count + 2:
                raise ConnectionError("the stream broke off")
            if count == 0:
                assert self.rest == b"", self.rest
                return
            *whole, self.rest = (self.rest + chunk[:-2]).split(b"\n")
            yield from whole

    def results(self, count=None):
        """So many results, or all until the end."""
        if not hasattr(self, "_lines"):
            self._lines = self.lines()
        if count is None:
            return [json.loads(line) for line in self._lines]
        return [json.loads(next(self._lines)) for _ in range(count)]
