"""The approval listing of the mission as it stands: its state in a machine that holds it, its two TypeScript handlers as local
functions, and a Slack of the tests' own. Cut out of ../shared/mission to the byte; skipped where that is not there."""
import json
import subprocess
import tempfile
import unittest
from pathlib import Path

from cli.orders_test import block, import_terraform
from support.services import JS, WITHOUT_NPM
from support.slack import HAS_SLACK, SECRETS, FakeSlack, http, signed
from support.treadle import SHARED, Server, free_port

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
APPROVALS = """
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

    def begin(self):
        """An execution, and the message that the listing's own handler posted with Slack's own client."""
        status, started = self.server.call("StartExecution", stateMachineArn=self.machine, input=json.dumps(
            {"orderId": "1001", "amount": 250, "requestedBy": "sam"}))
        self.assertEqual(status, 200, started)
        message, = self.slack.calls("chat.postMessage", 1)
        return started["executionArn"], message

    def press(self, message, action, path):
        headers, body = signed(self.slack.click(message, action))
        return http("POST", self.public + path, body, headers)[0]


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
        headers, body = signed(self.slack.click(message, "approve"), secret="other")
        self.assertEqual(http("POST", self.public + "/hooks/slack", body, headers)[0], 401)
        self.assertEqual(self.server.call("DescribeExecution", executionArn=execution)[1]["status"], "RUNNING")

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
