"""A web server that keeps what is posted to it and answers as it is told."""
import queue
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Webhook:
    """with Webhook() as hook: ... hook.url ... hook.posted.get(timeout=20) -> (headers, body)

    `statuses` are the first answers; then it says 200.
    """

    def __init__(self, *statuses):
        self.posted, self.statuses = queue.Queue(), list(statuses)
        hook = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                status = hook.statuses.pop(0) if hook.statuses else 200
                hook.posted.put((dict(self.headers.items()), body))
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.web = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.web.server_port}/hook"

    def __enter__(self):
        threading.Thread(target=self.web.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.web.shutdown()
        self.web.server_close()
