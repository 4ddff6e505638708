"""A CloudWatch Logs endpoint that takes what PutLogEvents' documentation allows, and nothing else."""
import json
import queue
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

BYTES_MAX, EVENTS_MAX, EVENT_BYTES, EVENT_MAX, DAY = 1 << 20, 10_000, 26, 256 << 10, 86_400_000


class CloudWatch:
    """with CloudWatch() as logs: ... logs.url ... logs.events(group) -> messages

    `denied` operations are answered with AccessDeniedException; `refusals` are what the first PutLogEvents are answered with: (status, code), or None for a connection that breaks.
    """

    def __init__(self, *refusals):
        self.streams, self.refusals, self.denied, self.wrong = {}, list(refusals), set(), []
        self.calls, self.lock = queue.Queue(), threading.Lock()
        logs = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                operation = self.headers["X-Amz-Target"].removeprefix("Logs_20140328.")
                if "Credential=" not in self.headers["Authorization"]:
                    logs.wrong.append("not signed")
                with logs.lock:
                    status, answer = logs.answer(operation, body)
                if status is None:
                    self.close_connection = True
                    return
                text = json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/x-amz-json-1.1")
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)
                logs.calls.put((operation, status))

            def log_message(self, *_):
                pass

        self.web = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.web.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.web.server_port}"

    def __enter__(self):
        threading.Thread(target=self.web.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.web.shutdown()
        self.web.server_close()

    def answer(self, operation, body):
        group, stream = body["logGroupName"], body.get("logStreamName")
        if operation in self.denied:
            return refusal("AccessDeniedException")
        if operation == "CreateLogGroup":
            if group in self.streams:
                return refusal("ResourceAlreadyExistsException")
            self.streams[group] = {}
            return 200, {}
        if operation == "CreateLogStream":
            if group not in self.streams:
                return refusal("ResourceNotFoundException")
            if stream in self.streams[group]:
                return refusal("ResourceAlreadyExistsException")
            self.streams[group][stream] = []
            return 200, {}
        if operation != "PutLogEvents":
            return refusal("UnknownOperationException")
        if self.refusals:
            told = self.refusals.pop(0)
            return (None, None) if told is None else refusal(told[1], told[0])
        if stream not in self.streams.get(group, {}):
            return refusal("ResourceNotFoundException")
        wrong = self.what_is_wrong(body["logEvents"])
        if wrong:
            self.wrong.append(wrong)
            return refusal("InvalidParameterException")
        self.streams[group][stream] += body["logEvents"]
        return 200, {"nextSequenceToken": "1"}

    @staticmethod
    def what_is_wrong(events):
        times = [event["timestamp"] for event in events]
        sizes = [len(event["message"].encode()) + EVENT_BYTES for event in events]
        if not events or len(events) > EVENTS_MAX:
            return f"{len(events)} events"
        if sum(sizes) > BYTES_MAX or max(sizes) > EVENT_MAX:
            return f"{sum(sizes)} bytes, one of {max(sizes)}"
        if times != sorted(times) or times[-1] - times[0] > DAY:
            return "out of order"
        return None

    def events(self, group):
        """Records of a group, stream after stream."""
        with self.lock:
            return [json.loads(event["message"]) for _, events in sorted(self.streams.get(group, {}).items())
                    for event in events]


def refusal(code, status=400):
    return status, {"__type": code, "message": f"{code} of the test"}
