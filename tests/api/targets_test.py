"""The services that treadle answers itself, through boto3 and the AWS CLI."""
import hashlib
import json
import queue
import sqlite3
import subprocess
import threading
import unittest
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from support import aws
from support.machines import unique
from support.treadle import Server

SMALL_BYTES_MAX = 32_768  # objects of at most so many are rows of the database
CLI = "/usr/bin/aws" if Path("/usr/bin/aws").exists() else "aws"


def client(server, service, **config):
    return boto3.client(service, endpoint_url=server.endpoint, region_name="us-east-1", aws_access_key_id="test",
                        aws_secret_access_key="test", config=Config(retries={"total_max_attempts": 1}, **config))


def stored(server):
    """How many bodies are rows, and how many files."""
    with sqlite3.connect(f"file:{server.data}/services/s3.db?mode=ro", uri=True) as database:
        (rows,), = database.execute("SELECT count(*) FROM bodies")
    return rows, len(list((server.data / "services/objects").iterdir()))


class ServicesTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = cls.enterClassContext(Server())
        cls.s3, cls.sqs, cls.sns, cls.events, cls.timestream = (
            client(cls.server, s) for s in ("s3", "sqs", "sns", "events", "timestream-write"))

    def refused(self, code, call, **parameters):
        with self.assertRaises(ClientError) as caught:
            call(**parameters)
        self.assertEqual(caught.exception.response["Error"]["Code"], code)
        return caught.exception.response

    def bucket(self):
        name = unique("bucket").lower().replace("_", "-")
        self.s3.create_bucket(Bucket=name)
        return name

    def queue(self, name=None, **attributes):
        url = self.sqs.create_queue(QueueName=name or unique("queue"), Attributes=attributes)["QueueUrl"]
        arn = self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        return url, arn

    def bodies(self, url, **parameters):
        return [m["Body"] for m in self.sqs.receive_message(QueueUrl=url, **parameters).get("Messages", [])]

    def test_an_object_comes_back(self):
        bucket, body = self.bucket(), bytes(range(256)) * 40
        put = self.s3.put_object(Bucket=bucket, Key="a/../ä b+c.bin", Body=body, ContentType="image/png",
                                 Metadata={"team": "orders"})
        self.assertEqual(put["ETag"], '"' + hashlib.md5(body).hexdigest() + '"')
        got = self.s3.get_object(Bucket=bucket, Key="a/../ä b+c.bin")
        self.assertEqual((got["Body"].read(), got["ContentType"], got["Metadata"]), (body, "image/png", {"team": "orders"}))
        head = self.s3.head_object(Bucket=bucket, Key="a/../ä b+c.bin")
        self.assertEqual((head["ContentLength"], head["ServerSideEncryption"]), (len(body), "AES256"))
        part = self.s3.get_object(Bucket=bucket, Key="a/../ä b+c.bin", Range="bytes=-3")
        self.assertEqual((part["Body"].read(), part["ContentRange"]), (body[-3:], f"bytes {len(body) - 3}-{len(body) - 1}/{len(body)}"))

    def test_what_s3_refuses(self):
        bucket = self.bucket()
        self.refused("NoSuchBucket", self.s3.put_object, Bucket="no-such-bucket", Key="k", Body=b"")
        self.refused("NoSuchKey", self.s3.get_object, Bucket=bucket, Key="k")
        self.refused("404", self.s3.head_object, Bucket=bucket, Key="k")
        etag = self.s3.put_object(Bucket=bucket, Key="k", Body=b"abc")["ETag"]
        if "IfNoneMatch" in self.s3.meta.service_model.operation_model("PutObject").input_shape.members:
            self.refused("PreconditionFailed", self.s3.put_object, Bucket=bucket, Key="k", Body=b"", IfNoneMatch="*")
        self.refused("PreconditionFailed", self.s3.get_object, Bucket=bucket, Key="k", IfMatch='"other"')
        self.refused("304", self.s3.get_object, Bucket=bucket, Key="k", IfNoneMatch=etag)
        self.refused("InvalidRange", self.s3.get_object, Bucket=bucket, Key="k", Range="bytes=3-")
        self.refused("BucketNotEmpty", self.s3.delete_bucket, Bucket=bucket)
        self.refused("BadDigest", self.s3.put_object, Bucket=bucket, Key="k", Body=b"x", ChecksumCRC32="AAAAAA==")

    def test_a_listing_in_pages(self):
        bucket = self.bucket()
        keys = [f"{d}/{i}" for d in ("a", "b", "c d") for i in range(3)] + ["b-", "z&<"]
        for key in keys:
            self.s3.put_object(Bucket=bucket, Key=key, Body=b"1")
        for operation in ("list_objects", "list_objects_v2"):
            pages = self.s3.get_paginator(operation).paginate(Bucket=bucket, PaginationConfig={"PageSize": 2})
            self.assertEqual([o["Key"] for p in pages for o in p.get("Contents", [])], sorted(keys))
            pages = list(self.s3.get_paginator(operation).paginate(Bucket=bucket, Delimiter="/", PaginationConfig={"PageSize": 1}))
            self.assertEqual([o["Prefix"] for p in pages for o in p.get("CommonPrefixes", [])], ["a/", "b/", "c d/"])
            self.assertEqual([o["Key"] for p in pages for o in p.get("Contents", [])], ["b-", "z&<"])
        after = self.s3.list_objects_v2(Bucket=bucket, Prefix="b", StartAfter="b/0")
        self.assertEqual([o["Key"] for o in after["Contents"]], ["b/1", "b/2"])
        gone = self.s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": k} for k in keys]})
        self.assertEqual(len(gone["Deleted"]), len(keys))
        self.s3.delete_bucket(Bucket=bucket)

    def test_parts_and_copies(self):
        bucket = self.bucket()
        upload = self.s3.create_multipart_upload(Bucket=bucket, Key="big", ContentType="text/csv")["UploadId"]
        place = {"Bucket": bucket, "Key": "big", "UploadId": upload}
        part = self.s3.upload_part(**place, PartNumber=7, Body=b"a,b\n")["ETag"]
        self.assertEqual([p["PartNumber"] for p in self.s3.list_parts(**place)["Parts"]], [7])
        self.refused("InvalidPart", self.s3.complete_multipart_upload, **place,
                     MultipartUpload={"Parts": [{"PartNumber": 7, "ETag": '"0"'}]})
        done = self.s3.complete_multipart_upload(**place, MultipartUpload={"Parts": [{"PartNumber": 7, "ETag": part}]})
        self.assertEqual(done["ETag"], '"' + hashlib.md5(hashlib.md5(b"a,b\n").digest()).hexdigest() + '-1"')
        self.refused("NoSuchUpload", self.s3.abort_multipart_upload, **place)
        self.s3.copy_object(Bucket=bucket, Key="copy", CopySource={"Bucket": bucket, "Key": "big"})
        copy = self.s3.get_object(Bucket=bucket, Key="copy")
        self.assertEqual((copy["Body"].read(), copy["ContentType"]), (b"a,b\n", "text/csv"))

    def test_small_and_large_bodies(self):
        """Small objects are rows and large ones files: each size comes back, and what nothing names is removed."""
        bucket = self.bucket()
        before = stored(self.server)

        def since():
            return tuple(now - then for now, then in zip(stored(self.server), before))
        sizes = {0: (1, 0), 1: (1, 0), SMALL_BYTES_MAX: (1, 0), SMALL_BYTES_MAX + 1: (0, 1), 17: (1, 0)}
        for size, wanted in sizes.items():
            body = (bytes(range(256)) * (size // 256 + 1))[:size]
            self.s3.put_object(Bucket=bucket, Key="one", Body=body)
            self.assertEqual(self.s3.get_object(Bucket=bucket, Key="one")["Body"].read(), body)
            self.assertEqual(since(), wanted, size)
            if size > 8:
                part = self.s3.get_object(Bucket=bucket, Key="one", Range="bytes=3-7")["Body"].read()
                self.assertEqual(part, body[3:8])
            self.s3.copy_object(Bucket=bucket, Key="two", CopySource={"Bucket": bucket, "Key": "one"})
            self.s3.copy_object(Bucket=bucket, Key="two", CopySource={"Bucket": bucket, "Key": "two"},
                                MetadataDirective="REPLACE", Metadata={"again": "yes"})
            self.assertEqual(self.s3.get_object(Bucket=bucket, Key="two")["Body"].read(), body)
            self.assertEqual(since(), tuple(2 * n for n in wanted), size)
            self.s3.delete_object(Bucket=bucket, Key="two")
        self.s3.delete_object(Bucket=bucket, Key="one")
        self.assertEqual(since(), (0, 0))
        upload = self.s3.create_multipart_upload(Bucket=bucket, Key="parts")["UploadId"]
        bodies = [b"a" * (5 << 20), b"b" * 10]
        parts = [{"PartNumber": n, "ETag": self.s3.upload_part(Bucket=bucket, Key="parts", UploadId=upload, PartNumber=n,
                                                                Body=body)["ETag"]} for n, body in enumerate(bodies, 1)]
        self.s3.complete_multipart_upload(Bucket=bucket, Key="parts", UploadId=upload, MultipartUpload={"Parts": parts})
        self.assertEqual(self.s3.get_object(Bucket=bucket, Key="parts")["Body"].read(), b"".join(bodies))
        self.assertEqual(since(), (0, 1))

    def test_a_presigned_url(self):
        bucket = self.bucket()
        self.s3.put_object(Bucket=bucket, Key="k", Body=b"abc")
        url = client(self.server, "s3", signature_version="s3v4").generate_presigned_url(
            "get_object", Params={"Bucket": bucket, "Key": "k"})
        with urllib.request.urlopen(url, timeout=30) as answer:
            self.assertEqual(answer.read(), b"abc")

    def test_a_queue(self):
        url, _ = self.queue(VisibilityTimeout="0")
        sent = self.sqs.send_message(QueueUrl=url, MessageBody="hi <&>", MessageAttributes={
            "n": {"DataType": "Number", "StringValue": "1"}, "b": {"DataType": "Binary", "BinaryValue": b"\0\1"}})
        got = self.sqs.receive_message(QueueUrl=url, AttributeNames=["All"], MessageAttributeNames=["All"])["Messages"][0]
        self.assertEqual((got["Body"], got["MessageId"]), ("hi <&>", sent["MessageId"]))
        self.assertEqual(got["MD5OfMessageAttributes"], sent["MD5OfMessageAttributes"])
        self.assertEqual(got["Attributes"]["ApproximateReceiveCount"], "1")
        again = self.sqs.receive_message(QueueUrl=url, AttributeNames=["All"])["Messages"][0]
        self.assertEqual(again["Attributes"]["ApproximateReceiveCount"], "2")
        self.sqs.delete_message(QueueUrl=url, ReceiptHandle=again["ReceiptHandle"])
        self.assertEqual(self.bodies(url), [])
        self.refused("AWS.SimpleQueueService.NonExistentQueue", self.sqs.get_queue_url, QueueName="none")

    def test_a_long_poll_ends_with_a_message(self):
        url, _ = self.queue()
        poll = threading.Thread(target=lambda: got.extend(self.bodies(url, WaitTimeSeconds=20)))
        got = []
        poll.start()
        client(self.server, "sqs").send_message(QueueUrl=url, MessageBody="late", DelaySeconds=1)
        poll.join(15)
        self.assertEqual(got, ["late"])

    def test_a_fifo_queue_keeps_groups_in_order(self):
        url, _ = self.queue(unique("q") + ".fifo", FifoQueue="true", ContentBasedDeduplication="true")
        for body in ("1", "2", "2"):
            self.sqs.send_message(QueueUrl=url, MessageBody=body, MessageGroupId="g")
        self.sqs.send_message(QueueUrl=url, MessageBody="other", MessageGroupId="h")
        first = self.sqs.receive_message(QueueUrl=url)["Messages"][0]
        self.assertEqual(first["Body"], "1")
        self.assertEqual(self.bodies(url, MaxNumberOfMessages=10), ["other"])
        self.sqs.delete_message(QueueUrl=url, ReceiptHandle=first["ReceiptHandle"])
        self.assertEqual(self.bodies(url, MaxNumberOfMessages=10), ["2"])

    def test_dead_letters(self):
        dead, arn = self.queue()
        url, _ = self.queue(VisibilityTimeout="0", RedrivePolicy=json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 2}))
        self.sqs.send_message_batch(QueueUrl=url, Entries=[{"Id": "a", "MessageBody": "x"}])
        self.assertEqual([self.bodies(url) for _ in range(3)], [["x"], ["x"], []])
        self.assertEqual(self.bodies(dead), ["x"])

    def test_a_topic_with_filters(self):
        url, arn = self.queue()
        raw, raw_arn = self.queue()
        topic = self.sns.create_topic(Name=unique("topic"))["TopicArn"]
        self.sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn,
                           Attributes={"FilterPolicy": json.dumps({"n": [{"numeric": [">", 5]}]})})
        self.sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=raw_arn, Attributes={"RawMessageDelivery": "true"})
        for n in ("3", "7"):
            self.sns.publish(TopicArn=topic, Message="m" + n, Subject="s",
                             MessageAttributes={"n": {"DataType": "Number", "StringValue": n}})
        envelopes = [json.loads(b) for b in self.bodies(url, MaxNumberOfMessages=10)]
        self.assertEqual([(e["Message"], e["Subject"], e["TopicArn"]) for e in envelopes], [("m7", "s", topic)])
        self.assertEqual(sorted(self.bodies(raw, MaxNumberOfMessages=10)), ["m3", "m7"])
        answer = self.refused("NotFound", self.sns.publish, TopicArn=topic + "x", Message="m")
        self.assertEqual(answer["Error"]["Message"], "Topic does not exist")

    def test_a_webhook_of_the_link_is_not_called(self):
        topic = self.sns.create_topic(Name=unique("topic"))["TopicArn"]
        self.sns.subscribe(TopicArn=topic, Protocol="http", Endpoint="http://169.254.169.254/latest/")
        self.sns.publish(TopicArn=topic, Message="m")
        for _ in range(200):
            if "169.254.169.254 port 80: its address is not allowed" in self.server.log.read_text():
                return
            threading.Event().wait(0.05)
        self.fail(self.server.log.read_text())

    def test_events_reach_a_queue(self):
        url, arn = self.queue()
        rule = unique("rule")
        self.events.put_rule(Name=rule, EventPattern=json.dumps({"source": [rule]}))
        self.events.put_targets(Rule=rule, Targets=[{"Id": "1", "Arn": arn, "InputTransformer": {
            "InputPathsMap": {"id": "$.detail.id"}, "InputTemplate": '{"order": <id>, "text": "no <id>"}'}}])
        entry = {"Source": rule, "DetailType": "t", "Detail": '{"id": 7}'}
        answer = self.events.put_events(Entries=[entry, {**entry, "Detail": '"x"'}, {"DetailType": "t", "Detail": "{}"}])
        self.assertEqual(answer["FailedEntryCount"], 2)
        self.assertEqual([e.get("ErrorCode") for e in answer["Entries"]], [None, "MalformedDetail", "InvalidArgument"])
        self.assertEqual([json.loads(b) for b in self.bodies(url)], [{"order": 7, "text": "no 7"}])
        self.refused("InvalidEventPatternException", self.events.put_rule, Name=rule, EventPattern='{"a": 1}')
        self.refused("ResourceNotFoundException", self.events.describe_rule, Name="none")

    def test_records_are_rows(self):
        write = self.timestream.write_records
        name = unique("db")
        self.refused("ResourceNotFoundException", write, DatabaseName=name, TableName="t_1", Records=[{"Time": "1"}])
        self.timestream.create_database(DatabaseName=name)
        self.timestream.create_table(DatabaseName=name, TableName="orders")
        common = {"Dimensions": [{"Name": "region", "Value": "eu"}], "Time": "1700000000000", "MeasureName": "total"}
        record = {"MeasureValue": "1.5", "MeasureValueType": "DOUBLE"}
        done = write(DatabaseName=name, TableName="orders", CommonAttributes=common, Records=[record])
        self.assertEqual(done["RecordsIngested"]["Total"], 1)
        refused = self.refused("RejectedRecordsException", write, DatabaseName=name, TableName="orders",
                               CommonAttributes=common, Records=[{**record, "MeasureValue": "2"}])
        self.assertEqual(refused["RejectedRecords"][0]["ExistingVersion"], 1)
        write(DatabaseName=name, TableName="orders", CommonAttributes=common, Records=[{**record, "MeasureValue": "2", "Version": 2}])
        with sqlite3.connect(f"file:{self.server.data}/services/timestream.db?mode=ro", uri=True) as database:
            rows = database.execute("select time, measure_value, dimensions from records where database=?", (name,)).fetchall()
        self.assertEqual(rows, [(1700000000000000000, "2", '{"region":"eu"}')])

    def test_the_command_line(self):
        def run(*words):
            done = subprocess.run([CLI, "--endpoint-url", self.server.endpoint, "--output", "json", *words],
                                  capture_output=True, text=True, env=aws.environment(), timeout=120, check=False)
            self.assertEqual(done.returncode, 0, done.stderr)
            return json.loads(done.stdout) if done.stdout.strip().startswith("{") else done.stdout
        bucket = unique("cli").lower().replace("_", "-")
        run("s3", "mb", f"s3://{bucket}")
        run("s3", "cp", __file__, f"s3://{bucket}/test.py")
        self.assertIn("test.py", run("s3", "ls", f"s3://{bucket}/"))
        url = run("sqs", "create-queue", "--queue-name", unique("cli"))["QueueUrl"]
        run("sqs", "send-message", "--queue-url", url, "--message-body", "x")
        self.assertEqual(run("sqs", "receive-message", "--queue-url", url)["Messages"][0]["Body"], "x")
        topic = run("sns", "create-topic", "--name", unique("cli"))["TopicArn"]
        self.assertIn("MessageId", run("sns", "publish", "--topic-arn", topic, "--message", "x"))
        self.assertEqual(run("events", "put-events", "--entries", '[{"Source":"s","DetailType":"t","Detail":"{}"}]')["FailedEntryCount"], 0)
        self.assertIn("Databases", run("timestream-write", "list-databases"))

    def test_the_api_is_still_there(self):
        self.assertEqual(self.server.call("ListStateMachines")[0], 200)
        self.assertTrue(self.server.is_ready())


class CrashTest(unittest.TestCase):
    def test_what_was_answered_survives(self):
        with Server() as server:
            s3, sqs = client(server, "s3"), client(server, "sqs")
            s3.create_bucket(Bucket="bucket")
            url = sqs.create_queue(QueueName="q")["QueueUrl"]
            sqs.send_message(QueueUrl=url, MessageBody="kept")
            answered, enough = [], threading.Event()

            def put():
                for i in range(100_000):
                    body = f"{i}".encode() * (1_000, SMALL_BYTES_MAX)[i % 2]
                    try:
                        client_of_thread.put_object(Bucket="bucket", Key=f"{i % 7}-{i}", Body=body)
                    except Exception:  # the server is gone
                        return
                    answered.append((f"{i % 7}-{i}", body))
                    if len(answered) == 20:
                        enough.set()
            client_of_thread = client(server, "s3")
            thread = threading.Thread(target=put)
            thread.start()
            self.assertTrue(enough.wait(60))
            server.kill()
            thread.join(60)
            server.start()
            for key, body in answered:
                self.assertEqual(s3.get_object(Bucket="bucket", Key=key)["Body"].read(), body)
            sizes = [entry["Size"] for page in s3.get_paginator("list_objects_v2").paginate(Bucket="bucket")
                     for entry in page["Contents"]]
            self.assertEqual(stored(server), (sum(size <= SMALL_BYTES_MAX for size in sizes),
                                              sum(size > SMALL_BYTES_MAX for size in sizes)))
            self.assertEqual(sqs.receive_message(QueueUrl=url)["Messages"][0]["Body"], "kept")


class Function(BaseHTTPRequestHandler):
    """Lambda, as far as an asynchronous call needs it."""
    requests = queue.Queue()

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.requests.put((self.path, self.headers["Authorization"]))
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_):
        pass


class FunctionsElsewhereTest(unittest.TestCase):
    def test_a_function_is_called_in_the_region_of_the_process(self):
        functions = ThreadingHTTPServer(("127.0.0.1", 0), Function)
        threading.Thread(target=functions.serve_forever, daemon=True).start()
        self.addCleanup(functions.server_close)
        self.addCleanup(functions.shutdown)
        address = f"http://127.0.0.1:{functions.server_port}"
        with Server(environment={"AWS_ENDPOINT_URL_LAMBDA": address}) as server:
            sns = client(server, "sns")
            topic = sns.create_topic(Name="t")["TopicArn"]
            sns.subscribe(TopicArn=topic, Protocol="lambda",
                          Endpoint="arn:aws:lambda:us-east-1:123456789012:function:f")
            sns.publish(TopicArn=topic, Message="m")
            path, authorization = Function.requests.get(timeout=20)
        self.assertIn("function%3Af", path)
        self.assertIn("/us-east-1/lambda/aws4_request", authorization)


if __name__ == "__main__":
    unittest.main()
