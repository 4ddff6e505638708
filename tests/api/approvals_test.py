"""The inbox over HTTP and on the command line: decisions, races, restarts, the audit log."""
import concurrent.futures
import datetime
import http.client
import json
import subprocess
import tempfile
import threading
import time
import unittest
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

import boto3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials

from support.machines import ARN, ROLE, machine, unique
from support.treadle import BINARY, ROOT, Server, treadle

EDIT_ROWS = BINARY.parent / "tests/edit_rows"
ASK = "arn:aws:states:::treadle:approval.waitForTaskToken"
CAUGHT = {"Catch": [{"ErrorEquals": ["Approval.Rejected"], "ResultPath": "$.refused", "Next": "Refused"}]}


def ask(parameters=None, **fields):
    refused = {"Refused": {"Type": "Pass", "End": True}} if "Catch" in fields else {}
    return machine(Ask={"Type": "Task", "Resource": ASK, "End": True, "Parameters": parameters or {}, **fields}, **refused)


class Inbox:
    """The JSON API of a server."""

    def __init__(self, server, headers=None):
        self.server = server
        self.headers = headers or (lambda method, url, body: {})

    def send(self, target, body=None):
        """(status, body) of a request; text where the answer is no JSON."""
        url = self.server.endpoint + target
        data = None if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = self.headers("GET" if data is None else "POST", url, data)
        if data is not None:
            headers["Content-Type"] = "application/json"
        try:
            with urllib.request.urlopen(urllib.request.Request(url, data, headers), timeout=60) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)

    def pending(self, **filters):
        query = urllib.parse.urlencode({"status": "pending", **filters})
        status, page = self.send(f"/v1/approvals?{query}")
        assert status == 200, page
        return page["approvals"]

    def decide(self, approval_id, decision="approve", **more):
        return self.send(f"/v1/approvals/{approval_id}/decision", {"decision": decision, **more})

    def records(self, *kinds, count, approval=None):
        """The audit log's records of these kinds (about one approval): what was decided is written down soon after."""
        give_up = time.monotonic() + 30
        while True:
            url = self.server.endpoint + "/v1/audit?limit=10000"
            with urllib.request.urlopen(urllib.request.Request(url, headers=self.headers("GET", url, None)), timeout=60) as answer:
                found = [r for r in map(json.loads, answer.read().splitlines())
                         if r["kind"] in kinds and approval in (None, r.get("approval"))]
            if len(found) >= count or time.monotonic() > give_up:
                return found


def signed_headers(key, secret):
    """Headers for Inbox of requests that are signed by an access key."""
    def headers(method, url, body, more=None):
        request = AWSRequest(method=method, url=url, data=body, headers=more)
        SigV4Auth(Credentials(key, secret), "states", "us-east-1").add_auth(request)
        return dict(request.headers)
    return headers


def start(server, definition, payload="{}"):
    """(ARN of the machine, ARN of an execution that waits)."""
    status, made = server.call("CreateStateMachine", name=unique("ask"), definition=definition, roleArn=ROLE)
    assert status == 200, made
    status, started = server.call("StartExecution", stateMachineArn=made["stateMachineArn"], input=payload)
    assert status == 200, started
    return made["stateMachineArn"], started["executionArn"]


class InboxTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = cls.enterClassContext(Server())
        cls.inbox = Inbox(cls.server)

    def waiting(self, definition=None, payload="{}"):
        """An execution that waits and its approval."""
        machine_arn, arn = start(self.server, definition or ask(), payload)
        found, = self.inbox.pending(machine=machine_arn)
        return arn, found

    def test_what_waits_is_shown_and_approved(self):
        parameters = {"Title": "Refund", "Fields": {"Amount.$": "$.amount"}, "Approvers": ["kim@example.com"]}
        arn, waits = self.waiting(ask(parameters, TimeoutSeconds=600), '{"amount": 12.50}')
        self.assertEqual((waits["title"], waits["facts"], waits["status"], waits["stateName"]),
                         ("Refund", [{"label": "Amount", "value": "12.50"}], "pending", "Ask"))
        self.assertEqual(waits["executionArn"], arn)
        self.assertIn("expiresAt", waits)
        self.assertRegex(waits["requestHash"], "^[0-9a-f]{64}$")
        status, shown = self.inbox.send(f"/v1/approvals/{waits['id']}")
        self.assertEqual((status, shown), (200, waits))
        status, answer = self.inbox.decide(waits["id"], approver="eve@example.com")
        self.assertEqual((status, answer["error"]["code"]), (403, "NotAllowed"))
        status, answer = self.inbox.decide(waits["id"], approver="kim@example.com", comment="fine")
        self.assertEqual((status, answer["outcome"]), (200, "decided"), answer)
        output = json.loads(self.server.wait_for_end(arn)["output"])
        self.assertEqual({k: output[k] for k in ("approved", "approver", "comment", "via")},
                         {"approved": True, "approver": "kim@example.com", "comment": "fine", "via": "api"})
        status, answer = self.inbox.decide(waits["id"], "reject", approver="kim@example.com")
        self.assertEqual((status, answer["outcome"]), (409, "already-closed"))
        self.assertRegex(answer["message"], "^Already approved by kim@example.com via api at ")

    def test_a_rejection_can_be_caught(self):
        arn, waits = self.waiting(ask(**CAUGHT), '{"x": 1}')
        self.assertEqual(self.inbox.decide(waits["id"], "reject", comment="too dear")[0], 200)
        self.assertEqual(json.loads(self.server.wait_for_end(arn)["output"]),
                         {"x": 1, "refused": {"Error": "Approval.Rejected", "Cause": "too dear"}})

    def test_bad_requests_are_told_why(self):
        _, waits = self.waiting()
        decision = f"/v1/approvals/{waits['id']}/decision"
        for target, body, status, words in (
                (decision, b"{", 400, "not JSON"),
                (decision, [], 400, "must be a JSON object"),
                (decision, {}, 400, "'decision' is missing"),
                (decision, {"decision": True}, 400, "'decision' must be a string"),
                (decision, {"decision": "yes"}, 400, '"approve" or "reject"'),
                (decision, {"decision": "Approve"}, 400, '"approve" or "reject"'),
                (decision, {"decision": "approve", "why": "x"}, 400, "'why' is not known"),
                (decision, None, 405, "Use POST"),
                ("/v1/approvals/nothing", None, 404, "no such approval"),
                ("/v1/approvals/nothing/decision", {"decision": "approve"}, 404, "no such approval"),
                ("/v1/approvals?status=open", None, 400, "pending or decided"),
                ("/v1/approvals?limit=0", None, 400, "1 to 200"),
                ("/v1/approvals?limit=x", None, 400, "1 to 200"),
                ("/v1/approvals?next=x", None, 400, "'next' is not"),
                ("/v1/approvals?stat=x", None, 400, "no parameter 'stat'"),
                ("/v1/approvals?%ff=x", None, 400, "not UTF-8"),
                ("/v1/approvals", {}, 405, "Use GET"),
                ("/v1/audit", {}, 405, "can be read"),
                ("/v1/audit?after=-1", None, 400, "record's number")):
            with self.subTest(target=target, body=body):
                found, answer = self.inbox.send(target, body)
                self.assertEqual(found, status, answer)
                self.assertIn(words, answer["error"]["message"])
        self.assertEqual(len(self.inbox.pending(machine=waits["stateMachineArn"])), 1)

    def test_parameters_that_nobody_could_decide_on_fail_the_task(self):
        for parameters, words in (({"Approver": ["kim"]}, "Parameters.Approver: there is no 'Approver' here"),
                                  ({"Approvers": []}, "Parameters.Approvers: expected one approver"),
                                  ({"Quorum": 3, "Approvers": ["a", "b"]}, "Parameters.Quorum: 3 approvals")):
            with self.subTest(parameters):
                _, arn = start(self.server, ask(parameters))
                ended = self.server.wait_for_end(arn)
                self.assertEqual((ended["status"], ended["error"]), ("FAILED", "Approval.InvalidParameters"))
                self.assertIn(words, ended["cause"])

    def test_pages_hold_all_that_waits(self):
        machine_arn, _ = start(self.server, ask())
        for _ in range(24):
            self.server.call("StartExecution", stateMachineArn=machine_arn)
        seen, query = [], f"/v1/approvals?limit=10&machine={machine_arn.rsplit(':', 1)[1]}"
        target = query
        for _ in range(4):
            status, page = self.inbox.send(target)
            self.assertEqual(status, 200, page)
            seen += [a["id"] for a in page["approvals"]]
            if "next" not in page:
                break
            target = f"{query}&next={page['next']}"
        self.assertEqual((len(seen), len(set(seen))), (25, 25))

    def test_one_of_many_clicks_decides(self):
        arn, waits = self.waiting()
        barrier = threading.Barrier(16)

        def click(number):
            barrier.wait()
            return self.inbox.decide(waits["id"], "approve" if number % 2 else "reject", approver=f"a{number}")[0]
        with concurrent.futures.ThreadPoolExecutor(16) as pool:
            statuses = sorted(pool.map(click, range(16)))
        self.assertEqual(statuses, [200] + [409] * 15)
        self.server.wait_for_end(arn)
        # What came before another decision is written down before it.
        _, other = self.waiting()
        self.inbox.decide(other["id"])
        self.assertEqual(len(self.inbox.records("approval.decided", count=1, approval=other["id"])), 1)
        self.assertEqual(len(self.inbox.records("approval.decided", count=1, approval=waits["id"])), 1)

    def test_commands(self):
        arn, waits = self.waiting(ask({"Title": "Go?"}))
        run = lambda *arguments: treadle("approvals", *arguments, "--endpoint", self.server.endpoint)
        status, out, _ = run("list", "--machine", waits["stateMachineArn"])
        self.assertEqual(status, 0)
        self.assertIn(waits["id"], out)
        self.assertIn("Go?", out)
        status, out, _ = run("list", "--format", "json", "--limit", "100000")
        self.assertIn(waits["id"], [a["id"] for a in json.loads(out)["approvals"]])
        status, out, _ = run("show", waits["id"])
        self.assertEqual(status, 0)
        self.assertIn("Go?", out)
        status, out, err = run("approve", waits["id"], "--as", "kim", "--comment", "ok")
        self.assertEqual(status, 0, err)
        self.assertRegex(out, "^Approved by kim via api at ")
        self.assertEqual(self.server.wait_for_end(arn)["status"], "SUCCEEDED")
        status, _, err = run("reject", waits["id"], "--as", "lee")
        self.assertEqual(status, 1)
        self.assertIn("Already approved by kim", err)
        self.assertEqual(run("show", "nothing")[0], 1)
        self.assertEqual(run("approve")[0], 2)


class RestartTest(unittest.TestCase):
    def test_clicks_around_kill_9_decide_once_and_are_written_down_once(self):
        server = self.enterContext(Server())
        inbox = Inbox(server)
        machine_arn, _ = start(server, ask())
        for _ in range(39):
            server.call("StartExecution", stateMachineArn=machine_arn)
        ids = [a["id"] for a in inbox.pending(machine=machine_arn, limit=200)]
        self.assertEqual(len(ids), 40)
        told, cut = {}, threading.Event()

        def click(approval_id):
            try:
                told[approval_id] = inbox.decide(approval_id, approver="kim")[0]
            except (OSError, http.client.HTTPException, ValueError):
                pass                                          # it may be decided, or not
            if len(told) >= 12:
                cut.set()
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            clicks = [pool.submit(click, i) for i in ids]
            cut.wait(60)
            server.kill()
            concurrent.futures.wait(clicks)
        server.start()
        after = {i: inbox.send(f"/v1/approvals/{i}")[1]["status"] for i in ids}
        for approval_id, status in told.items():
            self.assertEqual((status, after[approval_id]), (200, "approved"))
        for approval_id in ids:
            status, answer = inbox.decide(approval_id, approver="lee")
            self.assertEqual(status, 409 if after[approval_id] == "approved" else 200, answer)
        inbox.records("approval.decided", count=40)
        server.stop()
        status, out, err = treadle("audit", "verify", "--data", server.data)
        self.assertEqual(status, 0, out + err)
        status, out, _ = treadle("audit", "export", "--data", server.data)
        decided = [r["approval"] for r in map(json.loads, out.splitlines()) if r["kind"] == "approval.decided"]
        self.assertEqual(sorted(decided), sorted(ids))

    def test_a_click_races_the_time_out(self):
        server = self.enterContext(Server())
        inbox = Inbox(server)
        for offset in (-0.03, -0.01, -0.004, -0.002, 0, 0.002, 0.01):
            machine_arn, arn = start(server, ask(TimeoutSeconds=1))
            waits, = inbox.pending(machine=machine_arn)
            expires = datetime.datetime.fromisoformat(waits["expiresAt"].replace("Z", "+00:00")).timestamp()
            while time.time() < expires + offset:
                inbox.pending(machine=machine_arn)
            status, answer = inbox.decide(waits["id"], approver="kim")
            ended = server.wait_for_end(arn)
            self.assertEqual((status, ended["status"]),
                             (200, "SUCCEEDED") if status == 200 else (409, "FAILED"), answer)
            now = inbox.send(f"/v1/approvals/{waits['id']}")[1]
            self.assertEqual(now["status"], "approved" if status == 200 else "timed-out")
            status, later = inbox.decide(waits["id"], approver="lee")
            self.assertEqual((status, later["approval"]["status"]), (409, now["status"]))
        self.assertEqual(len(inbox.records("approval.decided", "approval.timed-out", count=7)), 7)


class AuditTest(unittest.TestCase):
    def setUp(self):
        self.server = self.enterContext(Server())
        inbox = Inbox(self.server)
        for _ in range(3):
            machine_arn, arn = start(self.server, ask())
            inbox.decide(inbox.pending(machine=machine_arn)[0]["id"], approver="kim")
            self.server.wait_for_end(arn)
        inbox.records("approval.decided", count=3)

    def verify(self, *arguments):
        status, out, err = treadle("audit", "verify", "--format", "json", *arguments)
        return status, json.loads(out or "null") or err

    def edit(self, *arguments):
        subprocess.run([EDIT_ROWS, self.server.data, *map(str, arguments)], check=True, capture_output=True)

    def test_it_is_sound_online_and_offline(self):
        status, online = self.verify("--endpoint", self.server.endpoint)
        self.assertEqual((status, online["sound"]), (0, True), online)
        self.server.stop()
        status, offline = self.verify("--data", self.server.data)
        self.assertEqual((status, offline["sound"]), (0, True))
        self.assertGreaterEqual(offline["records"], online["records"])
        status, _ = self.verify("--data", self.server.data, "--expect", online["lastHash"])
        self.assertEqual(status, 0, "what was noted is still in it")
        status, found = self.verify("--data", self.server.data, "--expect", "0" * 63 + "1")
        self.assertEqual((status, found["sound"]), (1, False))
        self.assertEqual(self.verify("--data", "/nowhere")[0], 2)

    def test_a_record_that_is_gone_is_found(self):
        self.server.stop()
        self.edit("audit", "erase", 1)
        status, found = self.verify("--data", self.server.data)
        self.assertEqual((status, found["sound"], found["brokenAt"]), (1, False, 2), found)
        self.assertIn("missing", found["problem"])


class KeysTest(unittest.TestCase):
    def test_a_server_with_keys_asks_for_them(self):
        folder = Path(self.enterContext(tempfile.TemporaryDirectory()), "keys")
        folder.write_text("[o]\naws_access_key_id = AKIDO\naws_secret_access_key = s\n"
                          "[g]\naws_access_key_id = AKIDG\naws_secret_access_key = g\nactions = List*\n")
        folder.chmod(0o600)
        server = self.enterContext(Server("--credentials", folder))

        def signed(key, secret):
            return Inbox(server, signed_headers(key, secret))
        for inbox, target, code in ((Inbox(server), "/v1/approvals", "MissingAuthenticationTokenException"),
                                    (Inbox(server), "/v1/audit", "MissingAuthenticationTokenException"),
                                    (signed("AKIDO", "wrong"), "/v1/approvals", "InvalidSignatureException"),
                                    (signed("AKIDG", "g"), "/v1/approvals", "AccessDeniedException"),
                                    (signed("AKIDG", "g"), "/v1/audit", "AccessDeniedException")):
            with self.subTest(target=target, code=code):
                self.assertEqual(inbox.send(target)[1]["error"]["code"], code)
        sfn = boto3.client("stepfunctions", endpoint_url=server.endpoint, region_name="us-east-1",
                           aws_access_key_id="AKIDO", aws_secret_access_key="s",
                           config=Config(inject_host_prefix=False))
        made = sfn.create_state_machine(name="keys", definition=ask(), roleArn=ROLE)
        sfn.start_execution(stateMachineArn=made["stateMachineArn"])
        inbox = signed("AKIDO", "s")
        waits, = inbox.pending()
        status, answer = inbox.decide(waits["id"])
        self.assertEqual(status, 200, answer)
        self.assertEqual(answer["approval"]["decision"]["approver"]["authenticated"], "access-key AKIDO")


class SettingsTest(unittest.TestCase):
    def project(self, **files):
        folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        for name, text in files.items():
            Path(folder, name.replace("_", ".")).write_text(text)
        return folder

    def refused(self, *arguments):
        status, _, err = treadle("server", "--store", "memory", "--listen", "127.0.0.1:0", *arguments)
        self.assertEqual(status, 2, err)
        return err

    def test_rules_come_from_the_project_or_a_file(self):
        rules = "rules: [{state: Ask, title: From the rules, approvers: [kim]}]\n"
        definition = ask()
        for name, project in (("beside", {"treadle_yaml": "", "approvals_yaml": rules}),
                              ("inside", {"treadle_yaml": f"approvals:\n  {rules}"}),
                              ("named", {"treadle_yaml": "approvals: who.yaml", "who_yaml": rules}),
                              ("option", None)):
            with self.subTest(name):
                if project is None:
                    arguments = ("--approvals", Path(self.project(a_yaml=rules), "a.yaml"))
                else:
                    arguments = ("--project", self.project(**project))
                with Server("--store", "memory", *arguments) as server:
                    start(server, definition)
                    waits, = Inbox(server).pending()
                    self.assertEqual((waits["title"], waits["approvers"]), ("From the rules", [{"id": "kim"}]))

    def test_tags_of_a_machine_say_who(self):
        with Server("--store", "memory") as server:
            inbox = Inbox(server)
            for tags, who, status in (({"treadle:approvers": "kim lee"}, "max", 403),
                                      ({"treadle:approvers": "kim lee"}, "lee", 200),
                                      ({"treadle:approvers": "kim lee", "treadle:approval-quorum": "2"}, "kim", 202),
                                      ({"treadle:approval-quorum": "two"}, "kim", 403),
                                      ({"treadle:approval-qourum": "2"}, "kim", 403),
                                      ({"team": "x"}, "kim", 200)):
                with self.subTest(tags=tags, who=who):
                    machine_arn, _ = start(server, ask())
                    server.call("TagResource", resourceArn=machine_arn,
                                tags=[{"key": k, "value": v} for k, v in tags.items()])
                    waits, = inbox.pending(machine=machine_arn)
                    self.assertEqual(inbox.decide(waits["id"], approver=who)[0], status)

    def test_errors_say_where(self):
        wrong = "rules:\n  - quorum: none\n"
        folder = self.project(treadle_yaml="", approvals_yaml=wrong)
        self.assertIn("approvals.yaml:2:13: expected a number", self.refused("--project", folder))
        folder = self.project(treadle_yaml="approvals:\n  rules:\n    - quorum: none\n")
        self.assertIn("treadle.yaml:3:15: expected a number", self.refused("--project", folder))
        folder = self.project(treadle_yaml="approvals: none.yaml\n")
        self.assertIn("treadle.yaml:1:12: there is no file", self.refused("--project", folder))
        self.assertIn("can't read it", self.refused("--approvals", Path(folder, "none")))


class ExampleTest(unittest.TestCase):
    def test_two_of_three_and_not_who_asked(self):
        with Server("--project", ROOT / "examples/approval") as server:
            inbox = Inbox(server)
            refund = json.dumps({"orderId": "o-17", "amount": 120, "reason": "broken", "requestedBy": "max@example.com"})
            status, started = server.call("StartExecution", stateMachineArn=f"{ARN}:stateMachine:refund", input=refund)
            self.assertEqual(status, 200, started)
            waits, = inbox.pending()
            self.assertEqual((waits["title"], waits["quorum"], waits["requester"]),
                             ("Refund order o-17", 2, "max@example.com"))
            statuses = [inbox.decide(waits["id"], approver=f"{who}@example.com")[0]
                        for who in ("max", "eve", "kim", "kim", "ada", "max")]
            self.assertEqual(statuses, [403, 403, 202, 202, 200, 409])
            output = json.loads(server.wait_for_end(started["executionArn"])["output"])
            self.assertEqual((output["refunded"], output["decision"]["approver"]), (True, "ada@example.com"))
            self.assertEqual(treadle("audit", "verify", "--endpoint", server.endpoint)[0], 0)


if __name__ == "__main__":
    unittest.main()
