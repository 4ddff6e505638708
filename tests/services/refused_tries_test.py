"""10,000 tries with what is forged, stale, replayed, cut or mixed up: none is accepted, and the audit log accounts for each."""
import concurrent.futures
import http.client
import json
import random
import tempfile
import time
import unittest
from pathlib import Path

import boto3

from services.mail_test import PLAIN, Mailed
from support.machines import ROLE, machine
from support.slack import signed
from support.treadle import treadle
from support.wait import until

TRIES = 10_000
THREADS = 6
SLACK = """
  slack:
    botToken: {environment: SLACK_BOT_TOKEN}
    signingSecret: {environment: SLACK_SIGNING_SECRET}
    apiUrl: http://127.0.0.1:9/api
"""
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
URL_SAFE = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
# What a record of the log says was tried.
KINDS = {"link", "approval", "token", "stale-token", "signature", "form", "late"}


class Tries:
    """Requests that nobody may take, each with the statuses that refuse it. Genuine things are what they are made of."""

    def __init__(self, links, tokens, used_token, ids, decided, replay):
        self.random = random.Random(20261127)
        self.links, self.tokens, self.ids = links, tokens, ids
        self.used_token, self.decided, self.replay = used_token, decided, replay
        self.genuine = set(links) | set(tokens) | set(ids)

    def spoilt(self, texts):
        """Another text than any of these: a character changed, cut, the halves of two, all but the first made up."""
        while True:
            text, other = self.random.choice(texts), self.random.choice(texts)
            at = self.random.randrange(1, len(text))
            new = self.random.choice((text[:at] + self.random.choice(URL_SAFE) + text[at + 1:], text[:at], text[:at] + other[at:],
                                      text[0] + "".join(self.random.choices(URL_SAFE, k=len(text) - 1))))
            if new not in self.genuine:
                return new

    def link(self):
        form = self.random.random() < 0.5
        return "public", "POST" if form else "GET", "/a/" + self.spoilt(self.links), "decision=approve" if form else None, FORM, (404,)

    def form(self):
        nonce = self.random.choice(("", "decision=approve", f"nonce={self.random.randrange(10**8)}.{'A' * 32}&decision=approve"))
        return "public", "POST", "/a/" + self.random.choice(self.links), nonce, FORM, (403,)

    def approval(self):
        path = f"/v1/approvals/{self.spoilt(self.ids)}"
        if self.random.random() < 0.5:
            return "own", "GET", path, None, {}, (404,)
        return "own", "POST", path + "/decision", json.dumps({"decision": "approve", "approver": "kim@example.com"}), {}, (404,)

    def late(self):
        body = json.dumps({"decision": self.random.choice(("approve", "reject")), "approver": "kim@example.com"})
        return "own", "POST", f"/v1/approvals/{self.decided}/decision", body, {}, (409,)

    def token(self, text=None):
        operation = self.random.choice(("SendTaskSuccess", "SendTaskFailure", "SendTaskHeartbeat"))
        body = {"taskToken": text or self.spoilt(self.tokens)} | ({"output": "{}"} if operation == "SendTaskSuccess" else {})
        return "own", "POST", "/", json.dumps(body), {"X-Amz-Target": f"AWSStepFunctions.{operation}",
                                                       "Content-Type": "application/x-amz-json-1.0"}, (400,)

    def stale_token(self):
        return self.token(self.used_token)

    def signature(self):
        click = {"type": "block_actions", "n": self.random.random()}
        now = time.time()
        headers, body = self.random.choice((
            lambda: signed(click, secret="other"), lambda: signed(click, at=now - 360), lambda: signed(click, at=now + 360),
            lambda: self.replay, lambda: (FORM, signed(click)[1]), lambda: (self.replay[0], self.replay[1] + "&x=1"),
            lambda: ({**signed(click)[0], "X-Slack-Signature": "v0=" + "0" * 64}, signed(click)[1])))()
        return "public", "POST", "/slack/interactions", body, headers, (401,)

    def all(self, count):
        makers = (self.link, self.form, self.approval, self.late, self.token, self.stale_token, self.signature)
        return [makers[number % len(makers)]() for number in range(count)]


class RefusedTriesTest(Mailed):
    def serve_all(self):
        project = Path(self.enterContext(tempfile.TemporaryDirectory()))
        (project / "treadle.yaml").write_text("services: {sqs: local}\n")
        return self.serve(channels=PLAIN + SLACK, arguments=("--project", project))

    def tokens_of(self, count):
        """Task tokens that a queue's messages carry."""
        options = {"endpoint_url": self.server.endpoint, "region_name": "us-east-1", "aws_access_key_id": "any", "aws_secret_access_key": "any"}
        sqs = boto3.client("sqs", **options)
        url = sqs.create_queue(QueueName="tasks")["QueueUrl"]
        _, made = self.server.call("CreateStateMachine", name="queued", roleArn=ROLE, definition=machine(
            Work={"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken", "End": True,
                  "Parameters": {"QueueUrl": url, "MessageBody": {"token.$": "$$.Task.Token"}}}))
        for _ in range(count):
            self.server.call("StartExecution", stateMachineArn=made["stateMachineArn"])
        tokens = []
        while len(tokens) < count:
            for message in sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=20).get("Messages", ()):
                tokens.append(json.loads(message["Body"])["token"])
        return tokens

    def genuine(self):
        """What the tries are made of, some of it used up."""
        self.serve_all()
        links = [self.link(mail).rsplit("/", 1)[1] for mail in self.mail.mails(2).values()]
        *tokens, used = self.tokens_of(5)
        self.assertEqual(self.server.call("SendTaskSuccess", taskToken=used, output="{}")[0], 200)
        decided, *self.open_ids = [approval["id"] for approval in self.server.approvals()]
        self.send_one("own", "POST", f"/v1/approvals/{decided}/decision",
                      json.dumps({"decision": "approve", "approver": "kim@example.com"}), {}, (200,))
        replay = signed({"type": "block_actions", "actions": [{"action_id": "another"}], "user": {"id": "U1"}})
        self.send_one("public", "POST", "/slack/interactions", replay[1], replay[0], (200, 400))
        return Tries(links, tokens, used, self.open_ids, decided, replay)

    def send_one(self, *one):
        self.send([one])

    def send(self, tries):
        """Sends them over two connections and checks the status of each."""
        connections = {"public": http.client.HTTPConnection("127.0.0.1", self.server.public_port, timeout=60),
                       "own": http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=60)}
        try:
            for where, method, target, body, headers, statuses in tries:
                connections[where].request(method, target, body, headers)
                answer = connections[where].getresponse()
                said = answer.read()
                self.assertIn(answer.status, statuses, (method, target, body, said))
        finally:
            for connection in connections.values():
                connection.close()

    def refused(self):
        """(records of one try, records of many) in the whole log."""
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=60)
        connection.request("GET", "/v1/audit?limit=10000")
        records = [json.loads(line) for line in connection.getresponse().read().splitlines()]
        connection.close()
        return ([r for r in records if r["kind"] == "approval.refused"], [r for r in records if r["kind"] == "approval.refused-more"])

    def accounted(self):
        single, many = self.refused()
        return len(single) + sum(record["count"] for record in many)

    def test_each_of_ten_thousand_is_refused_and_accounted_for(self):
        tries = self.genuine()
        before = self.accounted()
        all_tries = tries.all(TRIES)
        with concurrent.futures.ThreadPoolExecutor(THREADS) as pool:
            for done in [pool.submit(self.send, all_tries[n::THREADS]) for n in range(THREADS)]:
                done.result()
        self.assertEqual({a["id"] for a in self.server.approvals()}, set(self.open_ids), "all that waited still wait")
        until(lambda: self.accounted() - before >= TRIES, "all tries in the log")
        self.assertEqual(self.accounted() - before, TRIES)
        single, many = self.refused()
        self.assertEqual({record["what"] for record in single + many}, KINDS)
        self.assertLess(len(single) + len(many), TRIES // 3, "a flood is bounded")
        for record in many:
            self.assertEqual((record["firstIp"], record["lastIp"]), ("127.0.0.1", "127.0.0.1"))
            self.assertRegex(record["triedHash"], "^[0-9a-f]{64}$")
            self.assertTrue(record["tried"])
        self.check_the_log(tries)

    def check_the_log(self, tries):
        self.assertEqual(treadle("audit", "verify", "--endpoint", self.server.endpoint)[0], 0)
        self.server.stop()
        text = treadle("audit", "export", "--data", self.server.data)[1]
        for secret in (*tries.tokens, tries.used_token, *tries.links):
            self.assertNotIn(secret, text, "what is tried is not told to those who read the log")

    def test_a_stop_loses_no_count(self):
        tries = self.genuine()
        before = self.accounted()
        self.send([tries.token() for _ in range(400)])
        self.server.stop()           # at once: what is counted is not written yet
        self.server.start()
        self.assertEqual(self.accounted() - before, 400)


if __name__ == "__main__":
    unittest.main()
