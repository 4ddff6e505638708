"""A Slack for tests (tests/js/slack_server.mjs), and the requests that Slack would send, signed as Slack signs."""
import hashlib
import hmac
import itertools
import json
import ssl
import time
import urllib.error
import urllib.parse
import urllib.request

from support.services import JS, Service
from support.wait import until

HAS_SLACK = (JS / "node_modules/@slack/web-api").is_dir()
SECRETS = {"SLACK_BOT_TOKEN": "xoxb-test", "SLACK_SIGNING_SECRET": "8f742231b10e8888abcd99yyyzzz85a5",
           "SLACK_APP_TOKEN": "xapp-test"}
KIM, STRANGER, NO_MAIL = "U024BE7LH", "U0STRANGER", "U0NOMAIL"


def http(method, url, body=None, headers=None):
    """(status, headers, body as text) whatever the status."""
    request = urllib.request.Request(url, body.encode() if body is not None else None, headers or {}, method=method)
    unchecked = ssl._create_unverified_context() if url.startswith("https:") else None  # a server of the test's own
    try:
        with urllib.request.urlopen(request, timeout=30, context=unchecked) as answer:
            return answer.status, answer.headers, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read().decode()


class FakeSlack(Service):
    """with FakeSlack() as slack: ... slack.api ... slack.calls("chat.postMessage"); with a certificate it speaks TLS"""

    def __init__(self, certificate=None):
        super().__init__("node", JS / "slack_server.mjs", *([certificate] if certificate else []))
        self.scheme = "https" if certificate else "http"
        self.numbers = itertools.count(1)

    def url(self, name="slack", scheme=None):
        return super().url(name, scheme or self.scheme)

    @property
    def api(self):
        return self.url("slack") + "/api"

    def calls(self, method, count=0):
        """Bodies of the calls of `method`, once there are `count`."""
        def found():
            log = json.loads(http("GET", self.url("slack") + "/log")[2])
            bodies = [call["body"] for call in log if call["method"] == method]
            return bodies if len(bodies) >= count else None
        return until(found, f"{count} calls of {method}") if count else found()

    def answer_next(self, method, **answer):
        """The next call of `method` is not carried out but answered so: status=, headers=, body=."""
        http("POST", f"{self.url('slack')}/next/{method}", json.dumps(answer))

    def socket(self, message=None):
        """The state of Socket Mode, after `message` was sent to every connection."""
        method, body = ("GET", None) if message is None else ("POST", json.dumps(message))
        return json.loads(http(method, self.url("slack") + "/socket", body)[2])

    def click(self, message, action, user=KIM, team="T1"):
        """What Slack says when `user` presses the button `action` of a posted message."""
        button, = (element for block in message["blocks"] if block["type"] == "actions"
                   for element in block["elements"] if element["action_id"] == action)
        number = next(self.numbers)
        return {"type": "block_actions", "user": {"id": user, "username": user.lower(), "team_id": team},
                "api_app_id": "A1", "team": {"id": team, "domain": "test"}, "trigger_id": f"trigger-{number}",
                "channel": {"id": "C0ORDERS", "name": "orders"},
                "container": {"type": "message", "message_ts": "1.1", "channel_id": "C0ORDERS", "is_ephemeral": False},
                "message": {"ts": "1.1"}, "state": {"values": {}},
                "response_url": f"{self.url('slack')}/response/{number}",
                "actions": [{**button, "block_id": "b", "action_ts": "1.2"}]}

    @staticmethod
    def submission(view, reason, user=KIM):
        """What Slack says when the modal is sent."""
        return {"type": "view_submission", "team": {"id": "T1"}, "user": {"id": user, "name": user.lower()},
                "view": {**view, "id": "V1",
                         "state": {"values": {"treadle-comment": {"comment": {"type": "plain_text_input",
                                                                              "value": reason}}}}}}


def signed(payload, secret=SECRETS["SLACK_SIGNING_SECRET"], at=None):
    """(headers, body) of Slack's request."""
    body = "payload=" + urllib.parse.quote_plus(json.dumps(payload))
    stamp = str(int(at if at is not None else time.time()))
    mac = hmac.new(secret.encode(), f"v0:{stamp}:{body}".encode(), hashlib.sha256).hexdigest()
    return {"Content-Type": "application/x-www-form-urlencoded", "X-Slack-Request-Timestamp": stamp,
            "X-Slack-Signature": f"v0={mac}"}, body
