"""A server with one state machine that waits for approval, and what it says about approvals."""
import json
import re
from pathlib import Path

from support.machines import ROLE
from support.slack import SECRETS, http
from support.treadle import Server, free_port
from support.wait import until

# Waits for whoever has the token: treadle's own way to ask, without any function.
MACHINE = {
    "StartAt": "Ask",
    "States": {
        "Ask": {"Type": "Task", "Resource": "arn:aws:states:::treadle:approval.waitForTaskToken",
                "Parameters": {"Title.$": "States.Format('Refund of order {}', $.orderId)",
                               "Fields": {"Order.$": "$.orderId", "Amount.$": "$.amount"}},
                "TimeoutSeconds": 3600, "Next": "Granted",
                "Catch": [{"ErrorEquals": ["Approval.Rejected"], "ResultPath": "$.error", "Next": "Refused"}]},
        "Granted": {"Type": "Succeed"},
        "Refused": {"Type": "Fail", "Error": "Refused", "CausePath": "$.error.Cause"},
    },
}


class ApprovalServer(Server):
    """Serves `rules` and `channels`, YAML texts; --public-listen is at `public`."""

    def __init__(self, rules, channels, *arguments, environment=None):
        self.public_port = free_port()
        self.public = f"http://127.0.0.1:{self.public_port}"
        super().__init__(*arguments, "--public-listen", f"127.0.0.1:{self.public_port}", "--public-url", self.public,
                         environment={**SECRETS, **(environment or {})})
        self.settings = Path(self.folder.name, "approvals.yaml")
        self.settings.write_text(f"rules:\n{rules}\nchannels:\n{channels}\n")
        self.arguments += ["--approvals", str(self.settings)]

    def __enter__(self):
        super().__enter__()
        status, made = self.call("CreateStateMachine", name="refunds", definition=json.dumps(MACHINE), roleArn=ROLE)
        assert status == 200, made
        self.machine = made["stateMachineArn"]
        return self

    def begin(self, **given):
        """Starts an execution: its ARN."""
        status, started = self.call("StartExecution", stateMachineArn=self.machine,
                                    input=json.dumps({"orderId": "1001", "amount": 250, **given}))
        assert status == 200, started
        return started["executionArn"]

    def approvals(self, status="pending"):
        return json.loads(http("GET", f"{self.endpoint}/v1/approvals?status={status}")[2])["approvals"]

    def pending(self):
        """The one approval that waits, once it does."""
        one, = until(self.approvals, "an approval")
        return one

    def audit(self):
        return [json.loads(line) for line in http("GET", f"{self.endpoint}/v1/audit?limit=1000")[2].splitlines()]

    def recorded(self, kind):
        """Records of that kind in the audit log, once there are some: they are written a moment after what they tell of."""
        return until(lambda: [record for record in self.audit() if record["kind"] == kind], f"a record {kind}")

    def status(self, execution):
        return self.call("DescribeExecution", executionArn=execution)[1]["status"]


def form_of(page):
    """The hidden nonce of a page's form."""
    return re.search(r'name="nonce" value="([^"]+)"', page).group(1)
