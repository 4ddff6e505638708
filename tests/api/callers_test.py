"""Whose call it was: what the audit log says of decisions, stops and redrives by the API."""
import json
import tempfile
import unittest
import urllib.request
from pathlib import Path

import boto3
from botocore.config import Config

from api.approvals_test import Inbox, ask, signed_headers, start
from support.machines import ROLE, machine, unique
from support.treadle import Server


class CallersTest(unittest.TestCase):
    """What is decided, stopped or redriven by a call of the API is in the audit log with whose key it was."""

    def tasks(self, client, count):
        """Of executions that wait: (ARN, task token)."""
        sqs = client("sqs")
        url = sqs.create_queue(QueueName=unique("tasks"))["QueueUrl"]
        sfn = client("stepfunctions")
        made = sfn.create_state_machine(name=unique("queued"), roleArn=ROLE, definition=machine(
            Work={"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken", "End": True,
                  "Parameters": {"QueueUrl": url, "MessageBody": {"token.$": "$$.Task.Token", "arn.$": "$$.Execution.Id"}}}))
        for _ in range(count):
            sfn.start_execution(stateMachineArn=made["stateMachineArn"])
        found = []
        while len(found) < count:
            for message in sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=20).get("Messages", ()):
                body = json.loads(message["Body"])
                found.append((body["arn"], body["token"]))
        return found

    def check(self, server, client, headers, authenticated):
        inbox = Inbox(server, headers)
        sfn = client("stepfunctions")
        (first, approve), (second, reject), (third, _) = self.tasks(client, 3)
        sfn.send_task_success(taskToken=approve, output="{}")
        sfn.send_task_failure(taskToken=reject, error="No", cause="too dear")
        sfn.stop_execution(executionArn=third, cause="by hand")
        self.redrive(server, headers, third)
        with self.assertRaises(sfn.exceptions.TaskTimedOut):
            sfn.send_task_success(taskToken=approve, output="{}")
        closed = {r["execution"]: r for r in inbox.records("approval.closed-by-api", count=2)}
        for arn, call in ((first, "SendTaskSuccess"), (second, "SendTaskFailure")):
            self.assertEqual((closed[arn]["decidedVia"], closed[arn]["status"]), ("api", "closed-by-api"))
            self.assertEqual((closed[arn]["receipt"]["call"], closed[arn]["receipt"]["authenticated"]), (call, authenticated))
        stopped, redriven = inbox.records("execution.stopped", "execution.redriven", count=2)
        for record, kind, call in ((stopped, "execution.stopped", "StopExecution"), (redriven, "execution.redriven", "RedriveExecution")):
            caller = record["caller"]
            self.assertEqual((record["kind"], record["execution"], caller["call"], caller["authenticated"], caller["ip"]),
                             (kind, third, call, authenticated, "127.0.0.1"))
            self.assertIn("Boto3", caller["userAgent"])
        refused, = inbox.records("approval.refused", count=1)
        self.assertEqual((refused["what"], refused["via"], refused["approval"]), ("stale-token", "api", closed[first]["approval"]))
        self.assertNotIn(approve, json.dumps(refused))

    @staticmethod
    def redrive(server, headers, arn):
        """Debian's boto3 is older than this operation."""
        body = json.dumps({"executionArn": arn}).encode()
        target = {"X-Amz-Target": "AWSStepFunctions.RedriveExecution", "Content-Type": "application/x-amz-json-1.0",
                  "User-Agent": "Boto3/another"}
        signed = headers("POST", server.endpoint + "/", body, target) if headers else target
        with urllib.request.urlopen(urllib.request.Request(server.endpoint + "/", body, signed), timeout=60) as answer:
            assert answer.status == 200

    def client(self, server, key, secret):
        def make(service):
            client = boto3.client(service, endpoint_url=server.endpoint, region_name="us-east-1", aws_access_key_id=key,
                                  aws_secret_access_key=secret, config=Config(inject_host_prefix=False))
            self.addCleanup(client.close)
            return client
        return make

    def server_with(self, *arguments):
        folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        (folder / "treadle.yaml").write_text("services: {sqs: local}\n")
        return self.enterContext(Server("--project", folder, *arguments))

    def test_without_keys_nobody_knows(self):
        server = self.server_with()
        self.check(server, self.client(server, "any", "any"), None, "none")

    def test_with_keys_it_is_the_key(self):
        keys = Path(self.enterContext(tempfile.TemporaryDirectory()), "keys")
        keys.write_text("[o]\naws_access_key_id = AKIDO\naws_secret_access_key = s\n")
        keys.chmod(0o600)
        server = self.server_with("--credentials", keys)
        self.check(server, self.client(server, "AKIDO", "s"), signed_headers("AKIDO", "s"), "access-key AKIDO")

    def test_what_a_task_of_the_server_does_is_a_tasks(self):
        server = self.server_with()
        _, waits = start(server, ask())
        stop = machine(Stop={"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:sfn:stopExecution", "End": True,
                             "Parameters": {"ExecutionArn": waits}})
        _, arn = start(server, stop)
        self.assertEqual(server.wait_for_end(arn)["status"], "SUCCEEDED")
        stopped, = Inbox(server).records("execution.stopped", count=1)
        self.assertEqual((stopped["execution"], stopped["caller"]), (waits, {"call": "StopExecution", "authenticated": "task"}))


if __name__ == "__main__":
    unittest.main()
