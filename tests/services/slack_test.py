"""Approvals in Slack: messages, clicks, modals, refusals, Socket Mode, against a Slack of the tests' own."""
import json
import socket
import tempfile
import time
import unittest
from pathlib import Path

from support.approvals import ApprovalServer
from support.services import WITHOUT_NPM, make_certificate
from support.slack import HAS_SLACK, KIM, NO_MAIL, SECRETS, STRANGER, FakeSlack, http, signed
from support.treadle import ROOT, Server, free_port, treadle
from support.wait import until

RULES = """
- state: Ask
  approvers: [{id: kim@example.com, name: Kim Lee}]
  channels: {slack: "#orders"}
"""
CHANNELS = """
  slack:
    botToken: {environment: SLACK_BOT_TOKEN}
    signingSecret: {environment: SLACK_SIGNING_SECRET}
    apiUrl: %s
"""


@unittest.skipUnless(HAS_SLACK, WITHOUT_NPM)
class SlackTest(unittest.TestCase):
    channels = CHANNELS
    rules = RULES

    certificate = None

    def setUp(self):
        self.slack = self.enterContext(FakeSlack(self.certificate))
        trusted = {"SSL_CERT_FILE": str(self.certificate.with_suffix(".crt"))} if self.certificate else {}
        self.server = self.enterContext(ApprovalServer(self.rules, self.channels % self.slack.api, environment=trusted))

    def send(self, payload, where=None, **signing):
        headers, body = signed(payload, **signing)
        return http("POST", f"{where or self.server.public}/slack/interactions", body, headers)

    def begin(self):
        """An execution and the message that announces it."""
        execution = self.server.begin()
        message, = self.slack.calls("chat.postMessage", 1)
        return execution, message

    def ended(self, execution):
        return self.server.wait_for_end(execution)


class MessagesTest(SlackTest):
    def test_a_click_approves_and_the_message_tells(self):
        execution, message = self.begin()
        self.assertEqual(message["channel"], "#orders")
        self.assertIn("Refund of order 1001", message["text"])
        status, _, said = self.send(self.slack.click(message, "treadle-approve"))
        self.assertEqual((status, said), (200, ""))
        ended = self.ended(execution)
        self.assertEqual(ended["status"], "SUCCEEDED")
        output = json.loads(ended["output"])
        self.assertEqual((output["approved"], output["approver"], output["via"]), (True, "kim@example.com", "slack"))
        changed, = self.slack.calls("chat.update", 1)
        self.assertEqual(changed["channel"], "C0ORDERS")
        self.assertIn("Approved by Kim Lee via slack", changed["text"])
        self.assertNotIn("actions", [block["type"] for block in changed["blocks"]])

    def test_rejecting_asks_why(self):
        execution, message = self.begin()
        self.assertEqual(self.send(self.slack.click(message, "treadle-reject"))[0], 200)
        opened, = self.slack.calls("views.open", 1)
        self.assertEqual(self.server.status(execution), "RUNNING")
        self.assertEqual(self.send(self.slack.submission(opened["view"], "too dear"))[:3:2], (200, ""))
        ended = self.ended(execution)
        self.assertEqual((ended["status"], ended["error"], ended["cause"]), ("FAILED", "Refused", "too dear"))
        changed, = self.slack.calls("chat.update", 1)
        self.assertIn("Rejected by Kim Lee via slack", changed["text"])

    def test_others_are_told_that_they_may_not(self):
        execution, message = self.begin()
        for number, user in enumerate((STRANGER, NO_MAIL, "U0UNKNOWN"), 1):
            self.assertEqual(self.send(self.slack.click(message, "treadle-approve", user=user))[0], 200)
            told = self.slack.calls("response_url", number)[-1]
            self.assertEqual((told["response_type"], told["replace_original"]), ("ephemeral", False))
        self.assertEqual(self.server.status(execution), "RUNNING")
        self.assertEqual(self.slack.calls("chat.update"), [])

    def test_a_second_click_is_told_who_was_first(self):
        execution, message = self.begin()
        self.send(self.slack.click(message, "treadle-approve"))
        self.ended(execution)
        self.send(self.slack.click(message, "treadle-approve"))
        told, = self.slack.calls("response_url", 1)
        self.assertIn("Already approved by Kim Lee via slack", told["text"])
        self.assertEqual(len(self.server.recorded("approval.decided")), 1)

    def test_the_message_changes_wherever_it_was_decided(self):
        execution, _ = self.begin()
        approval = self.server.pending()
        self.assertEqual(http("POST", f"{self.server.endpoint}/v1/approvals/{approval['id']}/decision",
                              json.dumps({"decision": "approve", "approver": "kim@example.com"}),
                              {"Content-Type": "application/json"})[0], 200)
        self.assertEqual(self.ended(execution)["status"], "SUCCEEDED")
        changed, = self.slack.calls("chat.update", 1)
        self.assertIn("Approved by Kim Lee via", changed["text"])

    def test_what_slack_refuses_for_now_is_sent_again(self):
        self.slack.answer_next("chat.postMessage", status=429, headers={"Retry-After": "1"})
        self.slack.answer_next("chat.postMessage", status=503)
        execution = self.server.begin()
        message = self.slack.calls("chat.postMessage", 3)[-1]
        self.send(self.slack.click(message, "treadle-approve"))
        self.assertEqual(self.ended(execution)["status"], "SUCCEEDED")


class RequestsTest(SlackTest):
    def test_only_slacks_own_fresh_requests_are_taken(self):
        execution, message = self.begin()
        click = self.slack.click(message, "treadle-approve")
        now = time.time()
        headers, body = signed(click)
        rows = (("another secret", signed(click, secret="other")),
                ("six minutes old", signed(click, at=now - 360)),
                ("six minutes ahead", signed(click, at=now + 360)),
                ("not signed", ({"Content-Type": headers["Content-Type"]}, body)),
                ("another body", (headers, body + "&x=1")))
        for name, (its_headers, its_body) in rows:
            with self.subTest(name):
                answer = http("POST", f"{self.server.public}/slack/interactions", its_body, its_headers)
                self.assertEqual(answer[0], 401)
        self.assertEqual(self.server.status(execution), "RUNNING")
        self.assertEqual(http("POST", f"{self.server.public}/slack/interactions", body, headers)[0], 200)
        self.assertEqual(http("POST", f"{self.server.public}/slack/interactions", body, headers)[0], 401, "a replay")
        self.assertEqual(self.ended(execution)["status"], "SUCCEEDED")
        self.assertTrue(self.server.recorded("approval.refused"))

    def test_the_public_port_serves_nothing_else(self):
        for method, path in (("GET", "/healthz"), ("GET", "/approvals"), ("GET", "/v1/approvals"), ("GET", "/v1/audit"),
                             ("POST", "/"), ("GET", "/hooks/slack"), ("GET", "/")):
            with self.subTest(path):
                status, _, body = http(method, self.server.public + path, None if method == "GET" else "{}",
                                       {"X-Amz-Target": "AWSStepFunctions.ListStateMachines"})
                self.assertEqual((status, body), (404, "There is nothing here.\n"))


class CommandLineTest(unittest.TestCase):
    def refused(self, *arguments, settings="channels: {}"):
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, "approvals.yaml").write_text(settings)
            status, _, said = treadle("server", "--data", f"{folder}/data", "--listen", f"127.0.0.1:{free_port()}",
                                      "--approvals", f"{folder}/approvals.yaml", *arguments)
            self.assertEqual(status, 2, said)
            return said.replace(folder, "")

    def test_what_can_not_be_listened_at(self):
        self.assertIn("--public-listen nonsense is not HOST:PORT", self.refused("--public-listen", "nonsense"))
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            self.assertIn("--public-listen: cannot listen on 127.0.0.1",
                          self.refused("--public-listen", f"127.0.0.1:{taken.getsockname()[1]}"))

    def test_settings_that_can_not_be_right(self):
        rows = (("channels:\n  pager: {}", "approvals.yaml:2:3: expected one of slack, email, links, webhooks, but not 'pager'"),
                ("channels:\n  links: {key: 1, oldestKey: 2}", "approvals.yaml:2:10: expected 'oldestKey' to be at most 'key'"),
                ("channels:\n  webhooks: {/hooks/slack: {function: f, verify: slack}}",
                 "approvals.yaml:2:13: hooks that Slack calls need 'signingSecret' under 'slack'"))
        for settings, expected in rows:
            with self.subTest(expected):
                self.assertIn(expected, self.refused(settings=settings))


class SocketModeTest(SlackTest):
    channels = CHANNELS + "    appToken: {environment: SLACK_APP_TOKEN}\n"

    def envelope(self, number, payload):
        return {"envelope_id": f"e-{number}", "type": "interactive", "accepts_response_payload": True, "payload": payload}

    def open(self, count):
        return until(lambda: self.slack.socket()["open"] == count, f"{count} connections")

    def test_clicks_come_by_the_socket(self):
        execution, message = self.begin()
        self.open(1)
        self.slack.socket(self.envelope(1, self.slack.click(message, "treadle-approve", user=KIM)))
        self.assertEqual(self.ended(execution)["status"], "SUCCEEDED")
        until(lambda: self.slack.socket()["acknowledged"] == ["e-1"], "the acknowledgement")

    def test_it_connects_again_where_slack_asks_for_it(self):
        execution, message = self.begin()
        self.open(1)
        self.slack.answer_next("apps.connections.open", status=500)
        self.slack.socket({"type": "disconnect", "reason": "refresh_requested"})
        self.slack.calls("apps.connections.open", 3)
        self.open(1)
        until(lambda: self.slack.socket(self.envelope(2, self.slack.click(message, "treadle-approve")))["acknowledged"],
              "a click after the new connection")
        self.assertEqual(self.ended(execution)["status"], "SUCCEEDED")


class TlsSocketModeTest(SocketModeTest):
    """The same by https and wss."""

    def setUp(self):
        self.certificate = Path(self.enterContext(tempfile.TemporaryDirectory()), "certificate.pem")
        make_certificate(self.certificate)
        super().setUp()


@unittest.skipUnless(HAS_SLACK, WITHOUT_NPM)
class ExampleTest(unittest.TestCase):
    def setUp(self):
        self.slack = self.enterContext(FakeSlack())
        port = free_port()
        self.hook = f"http://127.0.0.1:{port}/hooks/slack"
        self.server = self.enterContext(Server(
            "--project", ROOT / "examples/approval-slack", "--public-listen", f"127.0.0.1:{port}",
            environment={**SECRETS, "SLACK_API_URL": self.slack.api, "SLACK_CHANNEL": "#refunds"}))

    def decide(self, action):
        machine, = self.server.call("ListStateMachines")[1]["stateMachines"]
        _, started = self.server.call("StartExecution", stateMachineArn=machine["stateMachineArn"], input=json.dumps(
            {"orderId": "<o-17>", "amount": 120, "requestedBy": "max"}))
        message = self.slack.calls("chat.postMessage", 1)[-1]
        self.assertIn("order &lt;o-17&gt;", message["text"])
        headers, body = signed(self.slack.click(message, action))
        self.assertEqual(http("POST", self.hook, body, headers)[0], 200)
        ended = self.server.wait_for_end(started["executionArn"])
        self.assertEqual(ended["status"], "SUCCEEDED", ended)
        return json.loads(ended["output"])

    def test_approve(self):
        output = self.decide("approve")
        self.assertEqual((output["refunded"], output["decision"]), (True, {"approved": True, "approver": KIM}))

    def test_reject(self):
        output = self.decide("reject")
        self.assertEqual((output["refunded"], output["decision"]["Cause"]), (False, f"Rejected by {KIM}"))


if __name__ == "__main__":
    unittest.main()
