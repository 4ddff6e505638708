"""Many API calls of a server over connections that are kept."""
import concurrent.futures
import http.client
import json
import threading
import time

THREADS = 8
PATIENCE_SECONDS = 30  # with a server that throttles


class Connection:
    """One connection of one thread."""

    def __init__(self, port):
        self.http = http.client.HTTPConnection("127.0.0.1", port, timeout=90)

    def call(self, operation, headers=None, **parameters):
        """The answer's body. A throttled call is made again, as an SDK would; any other refusal is an AssertionError."""
        give_up = time.monotonic() + PATIENCE_SECONDS
        while True:
            self.http.request("POST", "/", json.dumps(parameters), {
                "X-Amz-Target": f"AWSStepFunctions.{operation}", "Content-Type": "application/x-amz-json-1.0",
                **(headers or {})})
            answer = self.http.getresponse()
            body = json.load(answer)
            if answer.status == 200:
                return body
            is_throttled = body["__type"].endswith("ThrottlingException")
            assert is_throttled and time.monotonic() < give_up, (operation, answer.status, body)

    def ended(self, arn):
        """DescribeExecution's answer once the execution has ended."""
        while True:
            body = self.call("DescribeExecution", {"treadle-wait": "20"}, executionArn=arn)
            if body["status"] != "RUNNING":
                return body


class Crowd:
    """Callers that work at the same time."""

    def __init__(self, port):
        self.port = port
        self.local = threading.local()
        self.connections = []
        self.pool = concurrent.futures.ThreadPoolExecutor(THREADS)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.pool.shutdown()
        for connection in self.connections:
            connection.http.close()

    def connection(self):
        """That of the calling thread."""
        if not hasattr(self.local, "connection"):
            self.local.connection = Connection(self.port)
            self.connections.append(self.local.connection)
        return self.local.connection

    def start(self, machine, count):
        """Starts `count` executions: their ARNs."""
        def one(_):
            return self.connection().call("StartExecution", stateMachineArn=machine)["executionArn"]
        return list(self.pool.map(one, range(count)))

    def ends(self, arns):
        """DescribeExecution's answers once all have ended."""
        return list(self.pool.map(lambda arn: self.connection().ended(arn), arns))


def latencies(connection, machine, count):
    """Seconds that `count` StartExecution and DescribeExecution each took, one after the other; sorted."""
    seconds = []
    for _ in range(count):
        begin = time.monotonic()
        arn = connection.call("StartExecution", stateMachineArn=machine)["executionArn"]
        middle = time.monotonic()
        connection.call("DescribeExecution", executionArn=arn)
        seconds += [middle - begin, time.monotonic() - middle]
    return sorted(seconds)


def percentile(seconds, percent):
    return seconds[min(len(seconds) - 1, len(seconds) * percent // 100)]
