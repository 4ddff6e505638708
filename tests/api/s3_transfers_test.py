"""Large bodies, and signatures as SDKs send them to S3."""
import base64
import concurrent.futures
import hashlib
import hmac
import os
import socket
import subprocess
import tempfile
import unittest
import urllib.error
import urllib.request
import xml.etree.ElementTree as xml
import zlib
from datetime import datetime, timedelta, timezone
from pathlib import Path

import boto3
from boto3.s3.transfer import TransferConfig
from botocore.auth import S3SigV4Auth, S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from support import aws
from support.treadle import Server

CLI = "/usr/bin/aws" if Path("/usr/bin/aws").exists() else "aws"
MIB = 1 << 20
KEYS = "[owner]\naws_access_key_id = AKIDOWNER\naws_secret_access_key = secret of the owner\n"


def client(server, service="s3", key=("test", "test"), **config):
    return boto3.client(service, endpoint_url=server.endpoint, region_name="us-east-1", aws_access_key_id=key[0],
                        aws_secret_access_key=key[1], config=Config(retries={"total_max_attempts": 1}, **config))


def send(url, method="GET", body=None, headers=None):
    request = urllib.request.Request(url, body, headers or {}, method=method)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def code(body):
    return xml.fromstring(body).findtext("Code")


class LargeBodiesTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = cls.enterClassContext(Server())
        cls.s3 = client(cls.server)
        cls.s3.create_bucket(Bucket="large")

    def test_a_file_goes_up_in_parts_and_comes_back(self):
        folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        (folder / "up").write_bytes(os.urandom(20 * MIB + 7))
        self.s3.upload_file(str(folder / "up"), "large", "parts", Config=TransferConfig(
            multipart_threshold=5 * MIB, multipart_chunksize=5 * MIB, max_concurrency=4))
        self.assertTrue(self.s3.head_object(Bucket="large", Key="parts")["ETag"].endswith('-5"'))
        self.s3.download_file("large", "parts", str(folder / "down"))
        self.assertEqual((folder / "down").read_bytes(), (folder / "up").read_bytes())

    def test_one_put_of_many_bytes(self):
        body = os.urandom(30 * MIB)
        self.s3.put_object(Bucket="large", Key="one", Body=body)
        self.assertEqual(self.s3.get_object(Bucket="large", Key="one")["Body"].read(), body)

    def test_the_command_line_copies_20_mib_both_ways(self):
        folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        (folder / "up").write_bytes(os.urandom(20 * MIB))
        for source, target in ((folder / "up", "s3://large/cli"), ("s3://large/cli", folder / "down")):
            done = subprocess.run([CLI, "--endpoint-url", self.server.endpoint, "s3", "cp", "--no-progress", source, target],
                                  capture_output=True, text=True, env=aws.environment(), timeout=120, check=False)
            self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual((folder / "down").read_bytes(), (folder / "up").read_bytes())

    def test_what_is_too_large(self):
        head = "PUT /large/k HTTP/1.1\r\nHost: large.s3.localhost\r\nContent-Length: {}\r\n\r\n"
        api = "POST / HTTP/1.1\r\nHost: localhost\r\nX-Amz-Target: AWSStepFunctions.ListStateMachines\r\nContent-Length: {}\r\n\r\n"
        for request, expected in ((head.format(64 * MIB + 1), "<Code>EntityTooLarge</Code>"),
                                  (api.format(3 * MIB), "RequestEntityTooLargeException")):
            with socket.create_connection(("127.0.0.1", self.server.port), timeout=20) as connection:
                connection.sendall(request.encode())
                answer = connection.makefile("rb").read().decode()
            self.assertTrue(answer.startswith("HTTP/1.1 413 "), answer[:80])
            self.assertIn(expected, answer)

    def test_large_bodies_share_a_budget_that_comes_back(self):
        """Twelve bodies that stop a byte before their end: the budget has room for eight of them."""
        head = f"PUT /k HTTP/1.1\r\nHost: large.s3.localhost\r\nContent-Length: {60 * MIB}\r\n\r\n".encode()
        body = bytes(60 * MIB - 1)

        def begin(_):
            connection = socket.create_connection(("127.0.0.1", self.server.port), timeout=60)
            self.addCleanup(connection.close)
            try:
                connection.sendall(head + body)
                connection.settimeout(1)
                return connection, connection.recv(65536)
            except TimeoutError:
                return connection, b""
            except ConnectionError:
                return connection, b"broken"
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            begun = list(pool.map(begin, range(12)))
        refused = [answer for _, answer in begun if answer]
        self.assertEqual(len(refused), 4)
        for answer in refused:
            if answer != b"broken":
                self.assertTrue(answer.startswith(b"HTTP/1.1 503 "), answer[:80])
                self.assertIn(b"SlowDown", answer)
        self.assertEqual(self.server.call("ListStateMachines")[0], 200)
        for connection, _ in begun:
            connection.close()

        def put_again():
            try:
                return self.s3.put_object(Bucket="large", Key="again", Body=bytes(30 * MIB))
            except ClientError as error:
                self.assertEqual(error.response["Error"]["Code"], "SlowDown")
                return None
        self.assertTrue(any(put_again() for _ in range(20)))


class SignaturesTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        (folder / "credentials").write_text(KEYS)
        (folder / "credentials").chmod(0o600)
        cls.server = cls.enterClassContext(Server("--credentials", folder / "credentials"))
        cls.key = Credentials("AKIDOWNER", "secret of the owner")
        cls.s3 = client(cls.server, key=("AKIDOWNER", "secret of the owner"), signature_version="s3v4")
        cls.s3.create_bucket(Bucket="signed")

    def url(self, key):
        return f"{self.server.endpoint}/signed/{key}"

    def signed(self, url, method, payload, headers=None, key=None):
        """Headers of a request whose X-Amz-Content-SHA256 says `payload`."""
        class Auth(S3SigV4Auth):
            def payload(self, _):
                return payload

            def _should_sha256_sign_payload(self, _):
                return True
        request = AWSRequest(method, url, {"X-Amz-Content-SHA256": payload, **(headers or {})})
        Auth(key or self.key, "s3", "us-east-1").add_auth(request)
        return dict(request.headers.items())

    def test_all_services_take_signed_calls(self):
        self.s3.put_object(Bucket="signed", Key="a/b c+ä", Body=b"x" * 3 * MIB)
        self.assertEqual(len(self.s3.get_object(Bucket="signed", Key="a/b c+ä")["Body"].read()), 3 * MIB)
        key = ("AKIDOWNER", "secret of the owner")
        url = client(self.server, "sqs", key).create_queue(QueueName="q")["QueueUrl"]
        client(self.server, "sqs", key).send_message(QueueUrl=url, MessageBody="x")
        client(self.server, "sns", key).list_topics()
        client(self.server, "events", key).list_rules()
        client(self.server, "timestream-write", key).list_databases()

    def test_unsigned_and_streamed_payloads(self):
        chunks = b"3\r\nabc\r\n2\r\nde\r\n0\r\n"
        crc = base64.b64encode(zlib.crc32(b"abcde").to_bytes(4, "big"))
        trailer = chunks + b"x-amz-checksum-crc32:" + crc + b"\r\n\r\n"
        stream = {"content-encoding": "aws-chunked", "x-amz-decoded-content-length": "5"}
        for payload, body, headers in (
                ("UNSIGNED-PAYLOAD", b"abcde", {}),
                ("STREAMING-UNSIGNED-PAYLOAD-TRAILER", trailer, {**stream, "x-amz-trailer": "x-amz-checksum-crc32"})):
            with self.subTest(payload):
                url = self.url(payload)
                headers = self.signed(url, "PUT", payload, headers)
                self.assertEqual(send(url, "PUT", body, headers)[0], 200)
                self.assertEqual(self.s3.get_object(Bucket="signed", Key=payload)["Body"].read(), b"abcde")
                status, refusal = send(url, "PUT", body, {**headers, "x-amz-meta-more": "1"})
                self.assertEqual((status, code(refusal)), (403, "SignatureDoesNotMatch"))
                wrong = self.signed(url, "PUT", payload, key=Credentials("AKIDOWNER", "guessed"))
                status, refusal = send(url, "PUT", body, wrong)
                self.assertEqual((status, code(refusal)), (403, "SignatureDoesNotMatch"))

    def chunked(self, headers, *chunks):
        """The body of a request with these headers, each chunk signed after the one before it."""
        seed = headers["Authorization"].rsplit("Signature=", 1)[1]
        date = headers["X-Amz-Date"]
        key, scope = b"AWS4secret of the owner", (date[:8], "us-east-1", "s3", "aws4_request")
        for part in scope:
            key = hmac.new(key, part.encode(), "sha256").digest()
        body = b""
        for chunk in (*chunks, b""):
            text = "\n".join(("AWS4-HMAC-SHA256-PAYLOAD", date, "/".join(scope), seed,
                              hashlib.sha256(b"").hexdigest(), hashlib.sha256(chunk).hexdigest()))
            seed = hmac.new(key, text.encode(), "sha256").hexdigest()
            body += f"{len(chunk):x};chunk-signature={seed}\r\n".encode() + chunk + b"\r\n"
        return body

    def test_signed_chunks(self):
        url, payload = self.url("chunks"), "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"
        headers = self.signed(url, "PUT", payload, {"content-encoding": "aws-chunked", "x-amz-decoded-content-length": "100000"})
        body = self.chunked(headers, b"a" * 65_536, b"b" * 34_464)
        self.assertEqual(send(url, "PUT", body, headers)[0], 200)
        whole = b"a" * 65_536 + b"b" * 34_464
        self.assertEqual(self.s3.get_object(Bucket="signed", Key="chunks")["Body"].read(), whole)
        first = body.index(b"\r\n", 65_000) + 2
        for name, wrong in (("a byte", body.replace(b"ab", b"cb").replace(b"bbb", b"bcb", 1)),
                            ("a chunk left out", body[first:]), ("no end", body[:body.index(b"\r\n0;") + 2]),
                            ("unsigned", b"5\r\nabcde\r\n0\r\n\r\n"), ("nothing", b"")):
            with self.subTest(name):
                status, refusal = send(url, "PUT", wrong, headers)
                self.assertEqual((status, code(refusal)), (403, "SignatureDoesNotMatch"))
        self.assertEqual(self.s3.get_object(Bucket="signed", Key="chunks")["Body"].read(), whole)

    def test_a_wrong_checksum_in_the_trailer(self):
        url = self.url("sum")
        body = b"5\r\nabcde\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n"
        headers = self.signed(url, "PUT", "STREAMING-UNSIGNED-PAYLOAD-TRAILER", {
            "content-encoding": "aws-chunked", "x-amz-decoded-content-length": "5", "x-amz-trailer": "x-amz-checksum-crc32"})
        status, refusal = send(url, "PUT", body, headers)
        self.assertEqual((status, code(refusal)), (400, "BadDigest"))

    def test_a_body_that_was_signed_must_be_that_body(self):
        url = self.url("k")
        headers = self.signed(url, "PUT", hashlib.sha256(b"right").hexdigest())
        self.assertEqual(send(url, "PUT", b"right", headers)[0], 200)
        status, refusal = send(url, "PUT", b"wrong", headers)
        self.assertEqual((status, code(refusal)), (403, "SignatureDoesNotMatch"))

    def test_unsigned_payloads_are_for_s3_alone(self):
        for service, target in (("states", "AWSStepFunctions.ListStateMachines"), ("events", "AWSEvents.ListRules")):
            with self.subTest(service):
                class Auth(S3SigV4Auth):
                    def payload(self, _):
                        return "UNSIGNED-PAYLOAD"
                request = AWSRequest("POST", self.server.endpoint + "/", {
                    "X-Amz-Target": target, "Content-Type": "application/x-amz-json-1.0"}, "{}")
                Auth(self.key, service, "us-east-1").add_auth(request)
                status, refusal = send(request.url, "POST", b"{}", dict(request.headers.items()))
                self.assertEqual(status, 400)
                self.assertIn(b"InvalidSignatureException", refusal)

    def test_presigned_urls(self):
        put = self.s3.generate_presigned_url("put_object", Params={"Bucket": "signed", "Key": "pre signed+"})
        get = self.s3.generate_presigned_url("get_object", Params={"Bucket": "signed", "Key": "pre signed+"})
        self.assertEqual(send(put, "PUT", b"body")[0], 200)
        self.assertEqual(send(get), (200, b"body"))
        elsewhere = get.replace("/pre%20signed", "/other")
        without = get[:get.index("&X-Amz-Signature")]
        twice = get + "&X-Amz-Expires=604800"
        for url, method, name in ((elsewhere, "GET", "SignatureDoesNotMatch"), (get, "DELETE", "SignatureDoesNotMatch"),
                                  (without, "GET", "AccessDenied"), (twice, "GET", "AccessDenied"),
                                  (get.replace("AKIDOWNER", "AKIDOTHER"), "GET", "InvalidAccessKeyId"),
                                  (self.url("k"), "GET", None)):
            with self.subTest(url):
                status, refusal = send(url, method)
                self.assertGreaterEqual(status, 400)
                if name:
                    self.assertEqual((status, code(refusal)), (403, name))
        self.assertEqual(send(get), (200, b"body"))

    def test_presigned_urls_expire(self):
        def presigned(age, expires):
            class Auth(S3SigV4QueryAuth):
                def add_auth(self, request):
                    request.context["timestamp"] = (datetime.now(timezone.utc) - timedelta(seconds=age)).strftime("%Y%m%dT%H%M%SZ")
                    self._modify_request_before_signing(request)
                    canonical = self.canonical_request(request)
                    string = self.string_to_sign(request, canonical)
                    self._inject_signature_to_request(request, self.signature(string, request))
            request = AWSRequest("GET", self.url("k"))
            Auth(self.key, "s3", "us-east-1", expires=expires).add_auth(request)
            return request.url
        self.s3.put_object(Bucket="signed", Key="k", Body=b"x")
        for age, expires, status in ((5, 60, 200), (50, 60, 200), (70, 60, 403), (604_000, 604_800, 200), (5, 604_801, 403),
                                     (5, 0, 403), (-3_600, 60, 403)):
            with self.subTest(age=age, expires=expires):
                self.assertEqual(send(presigned(age, expires))[0], status)

    def test_events_are_read_with_a_signature(self):
        self.assertEqual(send(self.server.endpoint + "/v1/events")[0], 400)
        done = subprocess.run(["curl", "-sS", "--aws-sigv4", "aws:amz:us-east-1:events", "--user",
                               "AKIDOWNER:secret of the owner", self.server.endpoint + "/v1/events?limit=1"],
                              capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual((done.returncode, done.stdout), (0, '{"events":[]}'))


if __name__ == "__main__":
    unittest.main()
