"""What leaves EventBridge and SNS: to machines, functions, webhooks and queues; kept until it has arrived."""
import json
import sqlite3
import tempfile
import threading
import time
import unittest
import urllib.request
from pathlib import Path

import boto3
from botocore.config import Config

from support.machines import ARN, PASS
from support.treadle import Server, free_port, treadle
from support.webhook import Webhook

REACT = f"{ARN}:stateMachine:react"
FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:note"
QUEUE = "arn:aws:sqs:us-east-1:123456789012:"
FUNCTION_CODE = """
import json, os
def handler(event, context):
    with open(os.environ["NOTES"], "a") as notes:
        notes.write(json.dumps(event) + "\\n")
"""


def client(server, service):
    return boto3.client(service, endpoint_url=server.endpoint, region_name="us-east-1", aws_access_key_id="test",
                        aws_secret_access_key="test", config=Config(retries={"total_max_attempts": 1}))


def eventually(look, seconds=20):
    """What `look` says once it says something."""
    give_up = time.monotonic() + seconds
    while not (seen := look()):
        if time.monotonic() > give_up:
            raise AssertionError("nothing came")
        threading.Event().wait(0.05)
    return seen


def event(source, detail):
    return {"Source": source, "DetailType": "t", "Detail": json.dumps(detail)}


class Case(unittest.TestCase):
    def project(self, text):
        folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        (folder / "react.asl.json").write_text(PASS)
        (folder / "note.py").write_text(FUNCTION_CODE)
        (folder / "treadle.yaml").write_text(text)
        return folder

    def receive(self, server, queue):
        sqs = client(server, "sqs")
        url = sqs.get_queue_url(QueueName=queue)["QueueUrl"]
        messages = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=20).get("Messages", [])
        return [m["Body"] for m in messages]


class RulesTest(Case):
    def test_a_rule_reaches_all_kinds_of_targets(self):
        notes = Path(self.enterContext(tempfile.TemporaryDirectory()), "notes")
        with Webhook() as hook:
            project = self.project(f"""
stateMachines: {{react: {{definition: react.asl.json}}}}
functions: {{note: {{runtime: python, handler: note.handler, code: ., environment: {{NOTES: "{notes}"}}}}}}
sqs: {{queues: {{work: {{}}}}}}
events:
  rules:
    paid:
      pattern: {{source: [shop]}}
      targets:
        - {{arn: "{REACT}", inputPath: $.detail}}
        - {{arn: "{QUEUE}work", input: {{fixed: true}}}}
        - {{arn: "{hook.url}"}}
        - {{arn: "{FUNCTION}", inputPath: $.source}}
    again:
      pattern: {{source: [shop]}}
      targets: [{{arn: "{REACT}", input: {{second: true}}}}]
""")
            with Server("--project", project) as server:
                put = client(server, "events").put_events(Entries=[event("shop", {"id": 7})])["Entries"][0]
                headers, body = hook.posted.get(timeout=20)
                self.assertEqual((json.loads(body)["id"], json.loads(body)["detail"]), (put["EventId"], {"id": 7}))
                self.assertTrue(headers["Content-Type"].startswith("application/json"))
                self.assertEqual([json.loads(b) for b in self.receive(server, "work")], [{"fixed": True}])
                self.assertEqual(eventually(lambda: notes.exists() and notes.read_text()), '"shop"\n')

                def both():
                    found = server.call("ListExecutions", stateMachineArn=REACT)[1]["executions"]
                    return found if len(found) == 2 else None
                inputs = [json.loads(server.wait_for_end(e["executionArn"])["input"]) for e in eventually(both)]
                self.assertCountEqual(inputs, [{"id": 7}, {"second": True}])

    def test_the_newest_events_are_read_with_curl(self):
        with Server() as server:
            put = client(server, "events").put_events
            for n in range(3):
                put(Entries=[event("log", {"n": n})])
            with urllib.request.urlopen(server.endpoint + "/v1/events?limit=2", timeout=20) as answer:
                events = json.load(answer)["events"]
            self.assertEqual([(e["eventBus"], e["event"]["detail"]) for e in events],
                             [("default", {"n": 2}), ("default", {"n": 1})])


class TopicsTest(Case):
    def test_a_topic_reaches_a_queue_and_a_webhook(self):
        with Webhook(500) as hook:
            project = self.project(f"""
sqs: {{queues: {{work: {{}}}}}}
sns:
  topics: [news]
  subscriptions:
    - {{topic: news, protocol: sqs, endpoint: "{QUEUE}work", rawMessageDelivery: true}}
    - {{topic: news, protocol: http, endpoint: "{hook.url}"}}
""")
            with Server("--project", project, "--time-scale", "0.01") as server:
                client(server, "sns").publish(TopicArn="arn:aws:sns:us-east-1:123456789012:news", Message="hi")
                self.assertEqual(self.receive(server, "work"), ["hi"])
                first, second = (hook.posted.get(timeout=20) for _ in range(2))  # the first was answered 500
                self.assertEqual(first[1], second[1])
                told = json.loads(first[1])
                self.assertEqual((told["Type"], told["Message"]), ("Notification", "hi"))
                self.assertEqual(first[0]["x-amz-sns-message-type"], "Notification")


class RetriesTest(Case):
    def with_target(self, server, arn, **more):
        events = client(server, "events")
        events.put_rule(Name="r", EventPattern='{"source": ["shop"]}')
        events.put_targets(Rule="r", Targets=[{"Id": "1", "Arn": arn, **more}])
        return events

    def test_a_delivery_is_tried_until_the_webhook_answers(self):
        with Webhook(500, 503, 404) as hook, Server("--time-scale", "0.01") as server:
            self.with_target(server, hook.url).put_events(Entries=[event("shop", {})])
            bodies = {hook.posted.get(timeout=20)[1] for _ in range(4)}
            self.assertEqual(len(bodies), 1)
            self.wait_until_none_waits(server)
            self.assertTrue(hook.posted.empty())

    def test_what_is_given_up_is_a_dead_letter(self):
        with Webhook(*[500] * 100) as hook, Server("--time-scale", "0.001") as server:
            client(server, "sqs").create_queue(QueueName="dead")
            self.with_target(server, hook.url, DeadLetterConfig={"Arn": QUEUE + "dead"}).put_events(
                Entries=[event("shop", {"n": 1})])
            dead, = self.receive(server, "dead")
            self.assertEqual(json.loads(dead)["detail"], {"n": 1})
            self.assertEqual(hook.posted.qsize(), 8)
            self.wait_until_none_waits(server)

    def test_a_delivery_outlives_kill_9(self):
        port = free_port()
        project = self.project("stateMachines: {react: {definition: react.asl.json}}\n")
        with Server("--project", project, "--time-scale", "0.1") as server:
            events = self.with_target(server, f"http://127.0.0.1:{port}/hook")
            events.put_targets(Rule="r", Targets=[{"Id": "2", "Arn": REACT}])
            events.put_events(Entries=[event("shop", {"n": 1})])
            server.kill()
            with Webhook() as hook:
                with sqlite3.connect(server.data / "services/messages.db") as database:
                    changed = database.execute("update deliveries set target=? where target like 'http:%'",
                                               (hook.url,)).rowcount
                self.assertEqual(changed, 1)
                server.start()
                self.assertEqual(json.loads(hook.posted.get(timeout=20)[1])["detail"], {"n": 1})
                self.wait_until_none_waits(server)
                started = server.call("ListExecutions", stateMachineArn=REACT)[1]["executions"]
                self.assertEqual(len(started), 1)

    def test_a_machine_is_started_once_however_often_it_is_tried(self):
        project = self.project("stateMachines: {react: {definition: react.asl.json}}\n")
        with Server("--project", project, "--time-scale", "0.01") as server:
            self.with_target(server, REACT).put_events(Entries=[event("shop", {})])
            first, = eventually(lambda: server.call("ListExecutions", stateMachineArn=REACT)[1]["executions"])
            self.wait_until_none_waits(server)
            server.kill()
            # As if it had been killed before it noted that the machine had started.
            with sqlite3.connect(server.data / "services/messages.db") as database:
                database.execute("insert into deliveries(id,kind,target,payload,headers,attempts,due,dead_letters) "
                                 "values(?,0,?,?,'{}',0,0,'')",
                                 (first["name"], REACT, "{}"))
            server.start()
            self.wait_until_none_waits(server)
            self.assertEqual(len(server.call("ListExecutions", stateMachineArn=REACT)[1]["executions"]), 1)

    @staticmethod
    def wait_until_none_waits(server):
        def none():
            with sqlite3.connect(f"file:{server.data}/services/messages.db?mode=ro", uri=True) as database:
                return database.execute("select count(*) from deliveries").fetchone()[0] == 0
        eventually(none)


class SettingsTest(unittest.TestCase):
    def test_settings_that_make_no_sense_are_refused_with_their_place(self):
        sub = "sns: {subscriptions: [{topic: t, protocol: sqs, endpoint: 'http://x'}]}"
        for text, complaint in (
                ("sqs: {queues: {q: {DelaySeconds: 901}}}", ":1:34: expected a number from 0 to 900 as 'DelaySeconds'"),
                ("sqs: {queues: {q: {DelaySeconds: soon}}}", ":1:34: expected a number"),
                ("sqs: {queues: {q: {ContentBasedDeduplication: true}}}", ":1:47: only a queue whose name ends in"),
                ("sqs: {queues: {q: {RedrivePolicy: {deadLetterTargetArn: x, maxReceiveCount: 1}}}}",
                 ":1:57: expected the ARN of a queue"),
                (sub, ":1:59: expected the ARN of a queue")):
            with self.subTest(text), tempfile.TemporaryDirectory() as project:
                Path(project, "treadle.yaml").write_text(text)
                status, _, error = treadle("server", "--project", project, "--data", Path(project, "data"))
                self.assertEqual(status, 2)
                self.assertIn("treadle.yaml" + complaint, error)


if __name__ == "__main__":
    unittest.main()
