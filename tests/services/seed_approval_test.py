"""The approval listing of the mission as it stands: its state in a machine that holds it, its two TypeScript handlers as local
functions, and a Slack of the tests' own. Cut out of ../shared/mission to the byte; skipped where that is not there."""
import concurrent.futures
import datetime
import json
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

from cli.orders_test import block, import_terraform
from support.services import JS, WITHOUT_NPM
from support.slack import HAS_SLACK, SECRETS, FakeSlack, http, signed
from support.treadle import SHARED, Server, free_port, treadle
from support.wait import until

STATE, HANDLERS, END = "WaitForApproval = {", "// Lambda sends approval request", "The workflow pauses for up to"
# The state is a fragment: it says neither what comes next nor what it catches into.
WRAPPER = """
locals {
%s
}
resource "aws_sfn_state_machine" "approval" {
  name     = "approval"
  role_arn = "arn:aws:iam::123456789012:role/any"
  definition = jsonencode({
    StartAt = "WaitForApproval"
    States = {
      WaitForApproval  = merge(local.WaitForApproval, { Next = "Approved" })
      Approved         = { Type = "Succeed" }
      ApprovalTimedOut = { Type = "Fail", Error = "ApprovalTimedOut", Cause = "nobody decided" }
    }
  })
}
resource "aws_lambda_function" "request_approval" {}
"""
PROJECT = """
functions:
  request_approval: {runtime: nodejs, handler: seed.requestApproval, code: ../handlers, environment: &environment {%s}}
  handleApproval: {runtime: nodejs, handler: seed.handleApproval, code: ../handlers, environment: *environment}
"""
# With the reminder each of them is announced to the audit log, and so is its end, whatever that is.
APPROVALS = """
rules:
  - {state: WaitForApproval, reminders: [99%%]}
channels:
  slack:
    botToken: {environment: SLACK_BOT_TOKEN}
    signingSecret: {environment: SLACK_SIGNING_SECRET}
    apiUrl: %s
  webhooks:
    /hooks/slack: {function: handleApproval, verify: slack}
"""


def mission_listing():
    """(the state, the handlers) in the mission's text, to the character; None where that is not there."""
    for page in sorted((SHARED / "mission").glob("*.txt")):
        text = page.read_text()
        begin = text.find(STATE)
        if begin >= 0:
            return block(text, begin), text[text.index(HANDLERS):text.index(END)]
    return None


@unittest.skipUnless(HAS_SLACK, WITHOUT_NPM)
@unittest.skipUnless(mission_listing(), "../shared/mission is not there")
class SeedApproval(unittest.TestCase):
    time_scale = 1

    def setUp(self):
        state, handlers = mission_listing()
        folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        (folder / "handlers").mkdir()
        (folder / "listing.ts").write_text(handlers)
        subprocess.run(["node", JS / "bundle_seed.mjs", folder / "listing.ts", folder / "handlers/seed.cjs"], check=True, timeout=60)
        (folder / "main.tf").write_text(WRAPPER % state)
        self.slack = self.enterContext(FakeSlack())
        project = folder / "project"
        project.mkdir()
        environment = {"SLACK_BOT_TOKEN": "xoxb-test", "SLACK_API_URL": self.slack.api + "/", "AWS_ACCESS_KEY_ID": "any",
                       "AWS_SECRET_ACCESS_KEY": "any", "AWS_REGION": "us-east-1"}
        (project / "treadle.yaml").write_text(PROJECT % ", ".join(f"{k}: '{v}'" for k, v in environment.items()))
        import_terraform(folder / "main.tf", folder)
        (project / "approvals.yaml").write_text(APPROVALS % self.slack.api)
        port = free_port()
        self.public = f"http://127.0.0.1:{port}"
        self.server = self.enterContext(Server(
            "--project", project, "--public-listen", f"127.0.0.1:{port}", "--public-url", self.public,
            "--time-scale", self.time_scale, environment=SECRETS))
        machine, = self.server.call("ListStateMachines")[1]["stateMachines"]
        self.machine = machine["stateMachineArn"]

    def begin(self, number=1):
        """An execution, and the message that the listing's own handler posted with Slack's own client, the `number`th of all."""
        status, started = self.server.call("StartExecution", stateMachineArn=self.machine, input=json.dumps(
            {"orderId": "1001", "amount": 250, "requestedBy": "sam"}))
        self.assertEqual(status, 200, started)
        messages = self.slack.calls("chat.postMessage", number)
        self.assertEqual(len(messages), number)
        return started["executionArn"], messages[-1]

    def press(self, message, action, path):
        headers, body = signed(self.slack.click(message, action))
        return http("POST", self.public + path, body, headers)[0]

    def records(self, *kinds, count):
        """The audit log's records of these kinds, once there are so many."""
        def found():
            lines = http("GET", f"{self.server.endpoint}/v1/audit?limit=10000")[2].splitlines()
            records = [record for record in map(json.loads, lines) if record["kind"] in kinds]
            return len(records) >= count and records
        records = until(found, f"{count} records of {kinds}")
        self.assertEqual(len(records), count)
        return records

    def check_chain(self):
        self.server.stop()
        status, out, err = treadle("audit", "verify", "--data", self.server.data)
        self.assertEqual(status, 0, out + err)


class SeedTest(SeedApproval):
    def test_its_message_is_what_it_says(self):
        _, message = self.begin()
        self.assertEqual(message["channel"], "#approvals")
        section, actions = message["blocks"]
        self.assertEqual(section["text"], {"type": "mrkdwn", "text": "*Approval Required*\nOrder: 1001\nAmount: $250"})
        self.assertEqual([element["action_id"] for element in actions["elements"]], ["approve", "reject"])
        tokens = {element["value"] for element in actions["elements"]}
        self.assertEqual(len(tokens), 1)
        self.assertLess(len(tokens.pop()), 300)

    def test_its_handler_approves(self):
        execution, message = self.begin()
        self.assertEqual(self.press(message, "approve", "/hooks/slack"), 200)
        ended = self.server.wait_for_end(execution)
        self.assertEqual((ended["status"], json.loads(ended["output"])), ("SUCCEEDED", {"approved": True}))

    def test_its_handler_rejects(self):
        execution, message = self.begin()
        self.assertEqual(self.press(message, "reject", "/hooks/slack"), 200)
        ended = self.server.wait_for_end(execution)
        self.assertEqual((ended["status"], ended.get("error"), ended["cause"]), ("FAILED", None, "Rejected by approver"))

    def test_a_hook_takes_only_slacks_requests(self):
        execution, message = self.begin()
        click, now = self.slack.click(message, "approve"), time.time()
        good, body = signed(click)
        for name, (headers, sent) in {"another secret": signed(click, secret="other"), "six minutes old": signed(click, at=now - 360),
                                      "not signed": ({"Content-Type": good["Content-Type"]}, body), "changed": (good, body + "&x=1")}.items():
            with self.subTest(name):
                self.assertEqual(http("POST", self.public + "/hooks/slack", sent, headers)[0], 401)
        self.assertEqual(self.server.call("DescribeExecution", executionArn=execution)[1]["status"], "RUNNING")
        self.assertEqual(http("POST", self.public + "/hooks/slack", body, good)[0], 200)
        self.assertEqual(http("POST", self.public + "/hooks/slack", body, good)[0], 401, "a replay")
        self.assertEqual(self.server.wait_for_end(execution)["status"], "SUCCEEDED")

    def test_a_second_click_on_the_handler_fails_and_changes_nothing(self):
        execution, message = self.begin()
        self.assertEqual(self.press(message, "approve", "/hooks/slack"), 200)
        self.server.wait_for_end(execution)
        self.assertEqual(self.press(message, "reject", "/hooks/slack"), 502)
        self.assertEqual(self.server.wait_for_end(execution)["status"], "SUCCEEDED")

    def test_without_its_handler_treadle_takes_the_click(self):
        execution, message = self.begin()
        self.assertEqual(self.press(message, "approve", "/slack/interactions"), 200)
        ended = self.server.wait_for_end(execution)
        self.assertEqual(ended["status"], "SUCCEEDED")
        output = json.loads(ended["output"])
        self.assertEqual((output["approved"], output["approver"]), (True, "kim@example.com"))
        told, = self.slack.calls("response_url", 1)
        self.assertTrue(told["replace_original"])
        self.assertIn("Approved by Kim Lee via slack", told["text"])

    def test_without_its_handler_treadle_rejects_with_the_same_words(self):
        execution, message = self.begin()
        self.assertEqual(self.press(message, "reject", "/slack/interactions"), 200)
        ended = self.server.wait_for_end(execution)
        self.assertEqual((ended["status"], ended["error"], ended["cause"]),
                         ("FAILED", "Approval.Rejected", "Rejected by approver"))


class OnceTest(SeedApproval):
    """Clicks that come twice, at once, or behind a crash: one decision, and a whole audit log that knows of it once."""

    def test_two_clicks_at_once(self):
        execution, message = self.begin()
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            clicks = [pool.submit(self.press, message, action, "/slack/interactions") for action in ("approve", "reject")]
            self.assertEqual([click.result() for click in clicks], [200, 200])
        ended = self.server.wait_for_end(execution)
        told = sorted(answer["text"] for answer in self.slack.calls("response_url", 2))
        decision = "Approved" if ended["status"] == "SUCCEEDED" else "Rejected"
        self.assertTrue(told[0].startswith(f"Already {decision.lower()} by Kim Lee via slack"), told)
        self.assertTrue(told[1].startswith(f"{decision} by Kim Lee via slack"), told)
        decided, = self.records("approval.decided", count=1)
        self.assertEqual((decided["execution"], decided["status"]), (execution, decision.lower()))
        self.check_chain()

    def test_a_click_behind_kill_9(self):
        execution, message = self.begin()
        self.server.kill()
        self.server.start()
        self.assertEqual(self.press(message, "approve", "/slack/interactions"), 200)
        self.assertEqual(self.server.wait_for_end(execution)["status"], "SUCCEEDED")
        self.slack.calls("response_url", 1)
        self.server.kill()
        self.server.start()
        self.assertEqual(self.press(message, "reject", "/slack/interactions"), 200)
        told = self.slack.calls("response_url", 2)[-1]
        self.assertTrue(told["text"].startswith("Already approved by Kim Lee via slack"), told)
        self.records("approval.decided", count=1)
        self.records("approval.requested", count=1)
        self.check_chain()

    def test_its_handler_behind_kill_9(self):
        execution, message = self.begin()
        self.server.kill()
        self.server.start()
        self.assertEqual(self.press(message, "approve", "/hooks/slack"), 200)
        self.assertEqual(self.server.wait_for_end(execution)["status"], "SUCCEEDED")
        closed, = self.records("approval.closed-by-api", count=1)
        self.assertEqual((closed["decidedVia"], closed["receipt"]["call"], closed["receipt"]["authenticated"]),
                         ("api", "SendTaskSuccess", "none"))
        self.check_chain()


class RaceTest(SeedApproval):
    time_scale = 0.00006  # 24 hours are 5.2 seconds: the handler's first message takes its time

    def test_clicks_around_the_time_out(self):
        ends = []
        for number, offset in enumerate((-0.02, -0.004, 0.004, 0.02), 1):
            execution, message = self.begin(number)
            waits, = until(lambda: self.approvals("pending") or self.approvals("decided")[:1], "the approval")
            expires = datetime.datetime.fromisoformat(waits["expiresAt"].replace("Z", "+00:00")).timestamp()
            while time.time() < expires + offset:
                self.approvals("pending")
            self.assertEqual(self.press(message, "approve", "/slack/interactions"), 200)
            ended = self.server.wait_for_end(execution)
            ends.append(ended["status"])
            self.assertIn((ended["status"], ended.get("error")), (("SUCCEEDED", None), ("FAILED", "ApprovalTimedOut")))
            self.slack.calls("response_url", number)
        records = self.records("approval.decided", "approval.timed-out", count=len(ends))
        self.assertEqual([record["kind"] == "approval.decided" for record in records], [end == "SUCCEEDED" for end in ends])
        self.check_chain()

    def approvals(self, status):
        return json.loads(http("GET", f"{self.server.endpoint}/v1/approvals?status={status}")[2])["approvals"]


class TimeOutTest(SeedApproval):
    time_scale = 0.00005  # 24 hours are 4.3 seconds

    def test_a_day_without_a_decision_ends_its_way(self):
        execution, message = self.begin()
        ended = self.server.wait_for_end(execution)
        self.assertEqual((ended["status"], ended["error"]), ("FAILED", "ApprovalTimedOut"))
        self.assertEqual(self.press(message, "approve", "/slack/interactions"), 200)
        told, = self.slack.calls("response_url", 1)
        self.assertEqual(told["response_type"], "ephemeral")
        self.assertIn("Too late: timed out at", told["text"])


if __name__ == "__main__":
    unittest.main()
