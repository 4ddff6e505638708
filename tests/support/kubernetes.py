"""The API server of a Kubernetes cluster, as far as jobs, pods and their logs: over TLS, for callers whose token is an
Amazon EKS one."""
import base64
import hashlib
import hmac
import json
import re
import ssl
import tempfile
import threading
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from support.services import make_certificate

JOBS = re.compile(r"/apis/batch/v1/namespaces/([^/]+)/jobs(?:/([^/]+))?$")
LOG = re.compile(r"/api/v1/namespaces/([^/]+)/pods/([^/]+)/log$")
LOOKS_UNTIL_DONE = 2
PATIENCE = 60  # seconds; nothing here takes that long


def identity_of(token, cluster, secret):
    """The access key id in a token that was signed for the cluster with the secret; None of any other.

    AWS Signature Version 4, "Create a signed AWS API request", for a request whose query holds the signature."""
    prefix, _, encoded = token.partition(".")
    if prefix != "k8s-aws-v1":
        return None
    url = urllib.parse.urlsplit(base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)).decode())
    query = urllib.parse.parse_qsl(url.query)
    given = dict(query)
    if url.path != "/" or given.get("Action") != "GetCallerIdentity":
        return None
    quote = lambda text: urllib.parse.quote(text, safe="-_.~")  # noqa: E731
    signed = "&".join(sorted(f"{quote(k)}={quote(v)}" for k, v in query if k != "X-Amz-Signature"))
    headers = f"host:{url.netloc}\nx-k8s-aws-id:{cluster}\n"
    canonical = "\n".join(["GET", "/", signed, headers, "host;x-k8s-aws-id", hashlib.sha256(b"").hexdigest()])
    key_id, day, region, service, end = given["X-Amz-Credential"].split("/")
    to_sign = "\n".join(["AWS4-HMAC-SHA256", given["X-Amz-Date"], f"{day}/{region}/{service}/{end}",
                         hashlib.sha256(canonical.encode()).hexdigest()])
    key = ("AWS4" + secret).encode()
    for part in (day, region, service, end, to_sign):
        key = hmac.digest(key, part.encode(), "sha256")
    return key_id if hmac.compare_digest(key.hex(), given["X-Amz-Signature"]) else None


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def reply(self, status, body, text=None):
        data = (json.dumps(body) if text is None else text).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json" if text is None else "text/plain")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def refuse(self, status, reason):
        self.reply(status, {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure",
                            "message": reason, "reason": reason, "code": status})

    def handle_one(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        url = urllib.parse.urlsplit(self.path)
        query = urllib.parse.parse_qs(url.query)
        server = self.server.cluster
        with server.changed:
            server.requests.append((self.command, url.path, query, self.headers.get("Content-Type"), body.decode()))
            server.changed.notify_all()
            kind, _, token = self.headers.get("Authorization", "").partition(" ")
            if kind != "Bearer" or identity_of(token, server.name, server.secret) != server.key_id:
                return self.refuse(401, "Unauthorized")
            return self.answer(server, url.path, query, body)

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = handle_one

    def answer(self, server, path, query, body):
        if job := JOBS.match(path):
            return self.answer_job(server, *job.groups(), body)
        if log := LOG.match(path):
            text = server.logs.get((log[2], query["container"][0]))
            return self.refuse(400, "BadRequest") if text is None else self.reply(200, None, text)
        if path.endswith("/pods"):
            pods = {pod: [] for pod, _ in server.containers}
            for pod, container in server.containers:
                pods[pod].append({"name": container})
            return self.reply(200, {"kind": "PodList", "items": [
                {"metadata": {"name": pod}, "spec": {"containers": names}} for pod, names in pods.items()]})
        return self.refuse(404, "NotFound")

    def answer_job(self, server, space, name, body):
        if self.command == "POST":
            job = json.loads(body)
            name = job["metadata"].get("name") or job["metadata"]["generateName"] + "x1"
            if (space, name) in server.jobs:
                return self.refuse(409, "AlreadyExists")
            job["metadata"].update(name=name, namespace=space)
            server.jobs[space, name] = {**job, "status": {}}
            server.looks[space, name] = 0
            if server.loses_answers:
                self.close_connection = True
                server.changed.wait_for(lambda: not server.loses_answers, PATIENCE)
                return None
            return self.reply(201, server.jobs[space, name])
        if (space, name) not in server.jobs:
            return self.refuse(404, "NotFound")
        if self.command == "DELETE":
            del server.jobs[space, name]
            return self.reply(200, {"kind": "Status", "status": "Success"})
        job = server.jobs[space, name]
        server.looks[space, name] += 1
        if server.outcome and server.looks[space, name] >= LOOKS_UNTIL_DONE:
            job["status"] = {"conditions": [{"type": "Suspended", "status": "False"},
                                            {"type": server.outcome, "status": "True"}]}
        return self.reply(200, job)


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_):  # of callers that do not trust it
        pass


class KubernetesServer:
    """With what it is asked in `requests`; `outcome` is what becomes of jobs ("Complete", "Failed", None: nothing)."""

    def __init__(self, name, key_id, secret):
        self.name, self.key_id, self.secret = name, key_id, secret
        self.changed = threading.Condition()
        self.reset()

    def reset(self):
        self.requests, self.jobs, self.looks = [], {}, {}
        self.outcome = "Complete"
        self.containers, self.logs = [], {}
        self.loses_answers = False  # those to jobs that are made; until it is False again

    def asked(self):
        """[(method, path), ...]"""
        return [(method, path) for method, path, *_ in self.requests]

    def wait_for(self, method, path):
        with self.changed:
            assert self.changed.wait_for(lambda: (method, path) in self.asked(), PATIENCE), self.asked()

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="treadle-kubernetes-")
        whole = Path(self.folder.name, "server.pem")
        make_certificate(whole)
        self.certificate = base64.b64encode(whole.with_suffix(".crt").read_bytes()).decode()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(whole)
        self.server = Server(("127.0.0.1", 0), Handler)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True, do_handshake_on_connect=False)
        self.server.cluster = self
        self.url = f"https://127.0.0.1:{self.server.server_address[1]}"
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()
        self.folder.cleanup()
