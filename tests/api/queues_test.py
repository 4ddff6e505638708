"""SQS, SNS, EventBridge and Timestream where it gets tight: protocols, order, many who wait, restarts."""
import http.client
import json
import selectors
import socket
import sqlite3
import tempfile
import threading
import time
import unittest
import urllib.error
import urllib.parse
import urllib.request
import xml.etree.ElementTree as xml
from pathlib import Path

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from support.machines import ROLE, machine, unique
from support.treadle import Server

SQS = "{http://queue.amazonaws.com/doc/2012-11-05/}"
POLLERS = 500


def client(server, service):
    return boto3.client(service, endpoint_url=server.endpoint, region_name="us-east-1", aws_access_key_id="test",
                        aws_secret_access_key="test", config=Config(retries={"total_max_attempts": 1}, max_pool_connections=50))


def local(case):
    """A project whose tasks call treadle's own services, whatever the environment has."""
    folder = case.enterContext(tempfile.TemporaryDirectory())
    Path(folder, "treadle.yaml").write_text("services: {s3: local, sqs: local}\n")
    return "--project", folder


def post(server, body, **headers):
    request = urllib.request.Request(server.endpoint + "/", body.encode(), {k.replace("_", "-"): v for k, v in headers.items()})
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, answer.headers, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read().decode()


class ProtocolsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = cls.enterClassContext(Server())

    def query(self, **parameters):
        form = urllib.parse.urlencode({"Version": "2012-11-05", **parameters})
        status, _, body = post(self.server, form, Content_Type="application/x-www-form-urlencoded")
        return status, xml.fromstring(body)

    def json(self, operation, **parameters):
        status, headers, body = post(self.server, json.dumps(parameters), Content_Type="application/x-amz-json-1.0",
                                     X_Amz_Target="AmazonSQS." + operation)
        return status, headers, json.loads(body)

    def test_both_protocols_of_sqs_see_one_queue(self):
        _, made = self.query(Action="CreateQueue", QueueName="both", **{"Attribute.1.Name": "VisibilityTimeout",
                                                                       "Attribute.1.Value": "0"})
        url = made.findtext(f"{SQS}CreateQueueResult/{SQS}QueueUrl")
        status, sent = self.query(Action="SendMessage", QueueUrl=url, MessageBody="a<&>é", **{
            "MessageAttribute.1.Name": "n", "MessageAttribute.1.Value.DataType": "Number",
            "MessageAttribute.1.Value.StringValue": "7"})
        self.assertEqual(status, 200)
        _, _, got = self.json("ReceiveMessage", QueueUrl=url, MessageAttributeNames=["All"])
        message = got["Messages"][0]
        self.assertEqual((message["Body"], message["MessageAttributes"]),
                         ("a<&>é", {"n": {"DataType": "Number", "StringValue": "7"}}))
        self.assertEqual(message["MD5OfMessageAttributes"],
                         sent.findtext(f"{SQS}SendMessageResult/{SQS}MD5OfMessageAttributes"))
        _, received = self.query(Action="ReceiveMessage", QueueUrl=url)
        self.assertEqual(received.findtext(f".//{SQS}Message/{SQS}Body"), "a<&>é")
        self.assertEqual(self.json("DeleteMessage", QueueUrl=url, ReceiptHandle=received.findtext(f".//{SQS}ReceiptHandle"))[0], 200)
        self.assertNotIn("Messages", self.json("ReceiveMessage", QueueUrl=url)[2])

    def test_both_protocols_refuse_in_their_own_way(self):
        status, refusal = self.query(Action="GetQueueUrl", QueueName="none")
        self.assertEqual((status, refusal.findtext(f".//{SQS}Code")), (400, "AWS.SimpleQueueService.NonExistentQueue"))
        status, headers, body = self.json("GetQueueUrl", QueueName="none")
        self.assertEqual((status, body["__type"].split("#")[-1], headers["x-amzn-query-error"]),
                         (400, "QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue;Sender"))

    def test_batches_in_both_protocols(self):
        _, _, made = self.json("CreateQueue", QueueName="batch")
        url = made["QueueUrl"]
        _, answer = self.query(Action="SendMessageBatch", QueueUrl=url, **{
            "SendMessageBatchRequestEntry.1.Id": "a", "SendMessageBatchRequestEntry.1.MessageBody": "1",
            "SendMessageBatchRequestEntry.2.Id": "b", "SendMessageBatchRequestEntry.2.MessageBody": ""})
        self.assertEqual([e.findtext(f"{SQS}Id") for e in answer.iter(f"{SQS}SendMessageBatchResultEntry")], ["a"])
        self.assertEqual([e.findtext(f"{SQS}Id") for e in answer.iter(f"{SQS}BatchResultErrorEntry")], ["b"])
        _, _, answer = self.json("SendMessageBatch", QueueUrl=url, Entries=[{"Id": "c", "MessageBody": "2"}])
        self.assertEqual([e["Id"] for e in answer["Successful"]], ["c"])
        _, _, got = self.json("ReceiveMessage", QueueUrl=url, MaxNumberOfMessages=10)
        self.assertEqual([m["Body"] for m in got["Messages"]], ["1", "2"])

    def test_a_fifo_topic_keeps_order_and_drops_repetitions(self):
        sqs, sns = client(self.server, "sqs"), client(self.server, "sns")
        url = sqs.create_queue(QueueName=unique("q") + ".fifo", Attributes={"FifoQueue": "true"})["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        topic = sns.create_topic(Name=unique("t") + ".fifo", Attributes={"FifoTopic": "true"})["TopicArn"]
        sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes={"RawMessageDelivery": "true"})
        for n in (1, 2, 2, 3):
            sns.publish(TopicArn=topic, Message=f"m{n}", MessageGroupId="g", MessageDeduplicationId=str(n))
        got = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, AttributeNames=["All"])["Messages"]
        self.assertEqual([(m["Body"], m["Attributes"]["MessageGroupId"]) for m in got],
                         [("m1", "g"), ("m2", "g"), ("m3", "g")])
        with self.assertRaises(ClientError):
            sns.publish(TopicArn=topic, Message="no group")

    def test_multi_records_are_one_row_each_measure(self):
        write = client(self.server, "timestream-write")
        write.create_database(DatabaseName="multi")
        write.create_table(DatabaseName="multi", TableName="t_1")
        record = {"Dimensions": [{"Name": "d", "Value": "1"}], "Time": "1700000000000", "MeasureName": "m",
                  "MeasureValueType": "MULTI", "MeasureValues": [{"Name": "a", "Value": "1.5", "Type": "DOUBLE"},
                                                                 {"Name": "b", "Value": "x", "Type": "VARCHAR"}]}
        self.assertEqual(write.write_records(DatabaseName="multi", TableName="t_1", Records=[record])["RecordsIngested"]["Total"], 1)
        with sqlite3.connect(f"file:{self.server.data}/services/timestream.db?mode=ro", uri=True) as database:
            database.row_factory = sqlite3.Row
            rows = [dict(r) for r in database.execute("select * from records where database='multi'")]
        self.assertTrue(rows)
        text = json.dumps(rows)
        for part in ("1.5", "DOUBLE", "VARCHAR"):
            self.assertIn(part, text)
        with self.assertRaises(ClientError):
            write.write_records(DatabaseName="multi", TableName="t_1", Records=[{**record, "MeasureValues": []}])


class LongPolls(unittest.TestCase):
    def poll(self, server, url, seconds):
        """A socket that has asked for a message."""
        body = json.dumps({"QueueUrl": url, "WaitTimeSeconds": seconds})
        connection = socket.create_connection(("127.0.0.1", server.port), timeout=60)
        self.addCleanup(connection.close)
        connection.sendall((f"POST / HTTP/1.1\r\nHost: localhost\r\nX-Amz-Target: AmazonSQS.ReceiveMessage\r\n"
                            f"Content-Type: application/x-amz-json-1.0\r\nContent-Length: {len(body)}\r\n\r\n{body}").encode())
        return connection

    @staticmethod
    def answer(connection):
        response = http.client.HTTPResponse(connection)
        response.begin()
        return response.status, json.loads(response.read())

    @staticmethod
    def threads(server):
        with open(f"/proc/{server.process.pid}/status", encoding="ascii") as status:
            return next(int(line.split()[1]) for line in status if line.startswith("Threads:"))

    def answered(self, polls, count):
        """The first `count` of them to be answered."""
        found = []
        with selectors.DefaultSelector() as selector:
            for poll in polls:
                selector.register(poll, selectors.EVENT_READ)
            while len(found) < count:
                ready = selector.select(30)
                self.assertTrue(ready, f"{len(found)} of {count} answered")
                for key, _ in ready:
                    found.append(key.fileobj)
                    selector.unregister(key.fileobj)
        return found

    def test_hundreds_wait_at_once(self):
        with Server() as server:
            sqs = client(server, "sqs")
            url = sqs.create_queue(QueueName="q")["QueueUrl"]
            before = self.threads(server)
            polls = [self.poll(server, url, 20) for _ in range(POLLERS)]
            for n in range(10):
                sqs.send_message_batch(QueueUrl=url, Entries=[{"Id": str(i), "MessageBody": f"{n}-{i}"} for i in range(10)])
            self.assertLessEqual(self.threads(server), before)
            got = [self.answer(c) for c in self.answered(polls, 100)]
            self.assertEqual({m["Body"] for _, body in got for m in body["Messages"]},
                             {f"{n}-{i}" for n in range(10) for i in range(10)})

    def test_hundreds_of_waits_end_together(self):
        with Server() as server:
            url = client(server, "sqs").create_queue(QueueName="q")["QueueUrl"]
            began = time.monotonic()
            polls = [self.poll(server, url, 2) for _ in range(POLLERS)]
            for connection in polls:
                self.assertEqual(self.answer(connection), (200, {}))
            self.assertLess(time.monotonic() - began, 10)

    def test_more_than_may_wait_are_answered_at_once(self):
        with Server() as server:
            url = client(server, "sqs").create_queue(QueueName="q")["QueueUrl"]
            polls = [self.poll(server, url, 20) for _ in range(1_100)]
            for connection in self.answered(polls, 100):
                self.assertEqual(self.answer(connection), (200, {}))

    def test_a_stop_does_not_wait_for_them(self):
        with Server() as server:
            sqs = client(server, "sqs")
            url = sqs.create_queue(QueueName="q")["QueueUrl"]
            polls = [self.poll(server, url, 20) for _ in range(50)]
            # An answer to the last one's successor shows that all of them wait.
            sqs.send_message(QueueUrl=url, MessageBody="x")
            first, = self.answered(polls, 1)
            polls.remove(first)
            began = time.monotonic()
            self.assertEqual(server.stop(), 0)
            self.assertLess(time.monotonic() - began, 3)
            for connection in polls:
                self.assertEqual(self.answer(connection), (200, {}))

    def test_a_stop_does_not_wait_for_a_task_that_polls(self):
        definition = machine(Poll={
            "Type": "Task", "Resource": "arn:aws:states:::aws-sdk:sqs:receiveMessage", "End": True,
            "Parameters": {"QueueUrl.$": "$.url", "WaitTimeSeconds": 20}})
        with Server(*local(self)) as server:
            url = client(server, "sqs").create_queue(QueueName="q")["QueueUrl"]
            arn = server.call("CreateStateMachine", name="polls", definition=definition, roleArn=ROLE)[1]["stateMachineArn"]
            execution = server.call("StartExecution", stateMachineArn=arn, input=json.dumps({"url": url}))[1]["executionArn"]
            give_up = time.monotonic() + 20
            while "TaskStarted" not in json.dumps(server.call("GetExecutionHistory", executionArn=execution)[1]):
                self.assertLess(time.monotonic(), give_up)
            began = time.monotonic()
            self.assertEqual(server.stop(), 0)
            self.assertLess(time.monotonic() - began, 5)
            server.start()
            self.assertEqual(server.wait_for_end(execution)["status"], "SUCCEEDED")


class RestartTest(unittest.TestCase):
    def test_topics_rules_and_records_survive_kill_9(self):
        with Server() as server:
            sqs, sns, events, write = (client(server, s) for s in ("sqs", "sns", "events", "timestream-write"))
            url = sqs.create_queue(QueueName="q")["QueueUrl"]
            arn = "arn:aws:sqs:us-east-1:123456789012:q"
            topic = sns.create_topic(Name="t")["TopicArn"]
            sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes={
                "RawMessageDelivery": "true", "FilterPolicy": '{"k": ["yes"]}'})
            events.create_event_bus(Name="shop")
            events.put_rule(Name="r", EventBusName="shop", EventPattern='{"source": ["s"]}')
            events.put_targets(Rule="r", EventBusName="shop", Targets=[{"Id": "1", "Arn": arn, "InputPath": "$.detail"}])
            write.create_database(DatabaseName="kept")
            write.create_table(DatabaseName="kept", TableName="t_1")
            record = {"Dimensions": [{"Name": "d", "Value": "1"}], "Time": "1700000000000", "MeasureName": "m",
                      "MeasureValue": "1", "MeasureValueType": "BIGINT", "Version": 5}
            write.write_records(DatabaseName="kept", TableName="t_1", Records=[record])
            server.kill()
            server.start()
            for value in ("no", "yes"):
                sns.publish(TopicArn=topic, Message=value, MessageAttributes={"k": {"DataType": "String", "StringValue": value}})
            events.put_events(Entries=[{"EventBusName": "shop", "Source": "s", "DetailType": "t", "Detail": '{"n":1}'}])
            got = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
            self.assertEqual([m["Body"] for m in got], ["yes", '{"n":1}'])
            with self.assertRaises(ClientError) as caught:
                write.write_records(DatabaseName="kept", TableName="t_1", Records=[{**record, "MeasureValue": "2"}])
            self.assertEqual(caught.exception.response["RejectedRecords"][0]["ExistingVersion"], 5)


class LoadTest(unittest.TestCase):
    def test_a_full_queue_of_requests_is_answered(self):
        """Thousands of requests at once: each is done or refused in the service's form, and the API answers."""
        with Server() as server:
            events = client(server, "events")
            events.put_rule(Name="r", EventPattern='{"source": ["s"]}')
            body = json.dumps({"Entries": [{"Source": "s", "DetailType": "t", "Detail": "{}"}] * 10})
            one = (f"POST / HTTP/1.1\r\nHost: localhost\r\nX-Amz-Target: AWSEvents.PutEvents\r\n"
                   f"Content-Type: application/x-amz-json-1.1\r\nContent-Length: {len(body)}\r\n\r\n{body}").encode()
            statuses, codes = [], set()

            def send():
                with socket.create_connection(("127.0.0.1", server.port), timeout=60) as connection:
                    connection.sendall(one * 40)
                    reader = connection.makefile("rb")
                    for _ in range(40):
                        status = int(reader.readline().split()[1])
                        length = int(http.client.parse_headers(reader)["Content-Length"])
                        answer = json.loads(reader.read(length))
                        statuses.append(status)
                        if status != 200:
                            codes.add(answer["__type"])
            threads = [threading.Thread(target=send) for _ in range(60)]
            began = time.monotonic()
            for thread in threads:
                thread.start()
            self.assertEqual(server.call("ListStateMachines")[0], 200)
            for thread in threads:
                thread.join()
            taken = statuses.count(200)
            print(f"putEvents: {taken} calls of 10 events taken, {len(statuses) - taken} refused, "
                  f"{taken * 10 / (time.monotonic() - began):.0f} events/s")
            self.assertEqual(len(statuses), 2_400)
            self.assertLessEqual(codes, {"ThrottlingException"})
            self.assertLessEqual(set(statuses), {200, 503})
            self.assertGreaterEqual(taken, 1_000)
            with urllib.request.urlopen(server.endpoint + "/v1/events?limit=1000", timeout=20) as answer:
                self.assertEqual(len(json.load(answer)["events"]), 1_000)

    def test_tasks_put_objects_in_process(self):
        definition = machine(Puts={
            "Type": "Map", "End": True, "ItemsPath": "$.keys", "ResultPath": None, "ItemProcessor": {
                "StartAt": "Put", "States": {"Put": {
                    "Type": "Task", "Resource": "arn:aws:states:::aws-sdk:s3:putObject", "End": True,
                    "Parameters": {"Bucket": "bucket", "Key.$": "$", "Body": {"n": 1}}}}}})
        with Server(*local(self)) as server:
            s3 = client(server, "s3")
            s3.create_bucket(Bucket="bucket")
            arn = server.call("CreateStateMachine", name="puts", definition=definition, roleArn=ROLE, type="EXPRESS")[1]["stateMachineArn"]
            began = time.monotonic()
            status, done = server.call("StartSyncExecution", stateMachineArn=arn,
                                       input=json.dumps({"keys": [f"k{i:03}" for i in range(500)]}))
            print(f"putObject: 500 from an Express execution, {500 / (time.monotonic() - began):.0f}/s")
            self.assertEqual((status, done["status"]), (200, "SUCCEEDED"), done)
            self.assertEqual(s3.list_objects_v2(Bucket="bucket")["KeyCount"], 500)


if __name__ == "__main__":
    unittest.main()
