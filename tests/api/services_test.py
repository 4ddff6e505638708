"""Tasks that call services: what they are sent, what becomes of their answers, and of hostile ones."""
import json
import re
import socket
import struct
import tempfile
import threading
import unittest
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from support.treadle import Server

DYNAMODB = "arn:aws:states:::dynamodb:putItem"
SDK_DYNAMODB = "arn:aws:states:::aws-sdk:dynamodb:getItem"
SNS_ANSWER = """<PublishResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishResult>
<MessageId>m-1</MessageId></PublishResult><ResponseMetadata><RequestId>r-1</RequestId></ResponseMetadata>
</PublishResponse>"""


class Services(BaseHTTPRequestHandler):
    """DynamoDB and SNS, which do what a table's name asks for."""
    protocol_version = "HTTP/1.1"
    seen = []
    let_go = threading.Event()

    def log_message(self, *_):
        pass

    def answer(self, status, body, content_type="application/x-amz-json-1.0", **headers):
        self.send_response(status)
        for name, value in {"Content-Type": content_type, "Content-Length": str(len(body)),
                            "x-amzn-RequestId": "r-1", **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body.encode())

    def do_GET(self):
        self.answer(200, '{"ok":[1,2.0]}', "application/json")

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        Services.seen.append((self.headers, body))
        if "Action=Publish" in body:
            return self.answer(200, SNS_ANSWER, "text/xml")
        table = json.loads(body)["TableName"]
        behaviour = getattr(self, "do_" + table, None)
        return behaviour() if behaviour else self.answer(200, '{"Item":{"id":{"S":"1"}}}')

    def do_missing(self):
        self.answer(400, json.dumps({"__type": "com.amazonaws.dynamodb.v20120810#ResourceNotFoundException",
                                     "message": "Requested resource not found"}))

    def do_broken(self):
        self.answer(500, '{"__type":"InternalServerError","message":"oh"}')

    def do_garbage(self):
        self.answer(200, "<html>not what you think</html>")

    def do_redirect(self):
        self.answer(302, "", Location="http://127.0.0.1:1/")

    def do_hang(self):
        Services.let_go.wait(60)
        self.close_connection = True

    def do_reset(self):
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        self.connection.close()

    def do_no_http(self):
        self.wfile.write(b"SSH-2.0-OpenSSH\r\n\r\n" * 4)
        self.close_connection = True

    def do_huge(self):
        """1 GiB, as far as somebody reads."""
        self.send_response(200)
        self.send_header("Content-Length", str(1 << 30))
        self.end_headers()
        block = b"a" * (1 << 20)
        try:
            for _ in range(1 << 10):
                self.wfile.write(block)
        except OSError:
            pass
        self.close_connection = True


class ServicesTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.services = ThreadingHTTPServer(("127.0.0.1", 0), Services)
        cls.services.daemon_threads = True
        cls.services.handle_error = lambda *_: None
        threading.Thread(target=cls.services.serve_forever, daemon=True).start()
        cls.address = f"127.0.0.1:{cls.services.server_address[1]}"
        cls.project = tempfile.TemporaryDirectory(prefix="treadle-test-")
        Path(cls.project.name, "treadle.yaml").write_text(f"""
services:
  dynamodb: http://{cls.address}
connections:
  shop:
    authorization: API_KEY
    apiKey: {{name: X-Key, value: {{environment: SHOP_KEY}}}}
httpTask:
  allow: [127.0.0.1]
  allowHttp: ["{cls.address}"]
""")
        cls.server = Server("--project", cls.project.name, environment={
            "AWS_ENDPOINT_URL_SNS": f"http://{cls.address}", "AWS_ENDPOINT_URL": "",
            # No credentials, whoever runs this.
            "AWS_ACCESS_KEY_ID": "", "AWS_PROFILE": "", "AWS_CONFIG_FILE": "/dev/null",
            "AWS_SHARED_CREDENTIALS_FILE": "/dev/null", "AWS_EC2_METADATA_DISABLED": "true",
            "SHOP_KEY": "k3y-that-nobody-sees"})
        cls.server.start()

    @classmethod
    def tearDownClass(cls):
        Services.let_go.set()
        cls.server.stop()
        cls.services.shutdown()
        cls.services.server_close()
        cls.project.cleanup()

    def run_task(self, resource, parameters, **fields):
        """What an execution of one such task came to."""
        name = re.sub("[^a-zA-Z0-9]", "-", f"{self.id()[-30:]}-{hash((resource, str(parameters)))}")
        definition = {"StartAt": "T", "States": {
            "T": {"Type": "Task", "Resource": resource, "Parameters": parameters, "End": True, **fields}}}
        status, machine = self.server.call("CreateStateMachine", name=name, definition=json.dumps(definition),
                                           roleArn="arn:aws:iam::123456789012:role/r")
        self.assertEqual(status, 200, machine)
        status, started = self.server.call("StartExecution", stateMachineArn=machine["stateMachineArn"])
        self.assertEqual(status, 200, started)
        return self.server.wait_for_end(started["executionArn"])

    def put(self, table, **fields):
        return self.run_task(DYNAMODB, {"TableName": table, "Item": {"id": {"S": "1"}}}, **fields)

    def get(self, table, **fields):
        return self.run_task(SDK_DYNAMODB, {"TableName": table, "Key": {"id": {"S": "1"}}}, **fields)

    def test_outputs(self):
        self.assertEqual(json.loads(self.get("fine")["output"]), {"Item": {"id": {"S": "1"}}})
        headers, body = Services.seen[-1]
        self.assertEqual(headers["X-Amz-Target"], "DynamoDB_20120810.GetItem")
        self.assertIn("/us-east-1/dynamodb/aws4_request", headers["Authorization"])
        self.assertTrue(headers["Treadle-Idempotency-Key"])
        self.assertEqual(json.loads(body), {"TableName": "fine", "Key": {"id": {"S": "1"}}})
        put = json.loads(self.put("fine")["output"])
        self.assertEqual(put["SdkHttpMetadata"]["HttpStatusCode"], 200)
        self.assertEqual(put["SdkResponseMetadata"], {"RequestId": "r-1"})

    def test_sns_by_its_variable(self):
        for resource in ("arn:aws:states:::sns:publish", "arn:aws:states:::aws-sdk:sns:publish"):
            end = self.run_task(resource, {"TopicArn": "arn:aws:sns:us-east-1:123456789012:t", "Message": "m"})
            self.assertEqual(json.loads(end["output"])["MessageId"], "m-1")

    def test_errors(self):
        put, get = self.put("missing"), self.get("missing")
        self.assertEqual(put["error"], "DynamoDB.ResourceNotFoundException")
        self.assertEqual(put["cause"], "Requested resource not found (Service: AmazonDynamoDBv2; Status Code: 400; "
                                       "Error Code: ResourceNotFoundException; Request ID: r-1; Proxy: null)")
        self.assertEqual(get["error"], "DynamoDb.ResourceNotFoundException")
        self.assertEqual(get["cause"], "Requested resource not found (Service: DynamoDb, Status Code: 400, "
                                       "Request ID: r-1)")

    def test_parameters(self):
        before = len(Services.seen)
        end = self.run_task(SDK_DYNAMODB, {"Key": {"id": {"S": "1"}}})
        self.assertEqual(end["error"], "States.Runtime")
        self.assertIn("could not be used to start the Task: [The field 'TableName' is required but was missing]",
                      end["cause"])
        end = self.run_task("arn:aws:states:::aws-sdk:dynamodb:eatItem", {})
        self.assertEqual(end["error"], "States.Runtime")
        self.assertEqual(len(Services.seen), before)

    def test_nowhere_to_go(self):
        # A service that nobody optimized means its API, with or without "aws-sdk".
        for resource in ("arn:aws:states:::aws-sdk:kms:listKeys", "arn:aws:states:::kms:listKeys"):
            end = self.run_task(resource, {})
            self.assertEqual(end["error"], "Kms.SdkClientException")
            self.assertIn("AWS_ENDPOINT_URL_KMS", end["cause"])

    def test_hostile_answers(self):
        expected = {
            "broken": ("DynamoDb.InternalServerErrorException", "oh (Service: DynamoDb, Status Code: 500"),
            "garbage": ("DynamoDb.SdkClientException", "Unable to unmarshall response"),
            "redirect": ("DynamoDb.DynamoDbException", "Status Code: 302"),
            "reset": ("DynamoDb.SdkClientException", "Unable to execute HTTP request: "),
            "no_http": ("DynamoDb.SdkClientException", "Unable to execute HTTP request: "),
            "huge": ("States.DataLimitExceeded", "exceeding the maximum number of bytes"),
        }
        for table, (error, cause) in expected.items():
            with self.subTest(table):
                end = self.get(table)
                self.assertEqual(end.get("error"), error, end)
                self.assertIn(cause, end["cause"])
        self.assertEqual(sum('"broken"' in body for _, body in Services.seen), 3)
        self.assertEqual(sum('"reset"' in body for _, body in Services.seen), 1)

    def test_hanging(self):
        end = self.get("hang", TimeoutSeconds=1)
        self.assertEqual(end["error"], "States.Timeout")

    def test_memory_stays_flat(self):
        self.get("huge")
        before = self.peak_kib()
        for _ in range(10):
            self.assertEqual(self.get("huge")["error"], "States.DataLimitExceeded")
        self.assertLess(self.peak_kib() - before, 32 * 1024)

    def peak_kib(self):
        status = Path(f"/proc/{self.server.process.pid}/status").read_text()
        return int(re.search(r"VmHWM:\s+(\d+)", status)[1])

    def test_http_task(self):
        connection = {"ConnectionArn": "arn:aws:events:us-east-1:123456789012:connection/shop/1"}
        end = self.run_task("arn:aws:states:::http:invoke", {
            "ApiEndpoint": f"http://{self.address}/x", "Method": "GET", "InvocationConfig": connection})
        self.assertEqual(json.loads(end["output"])["ResponseBody"], {"ok": [1, 2.0]})
        end = self.run_task("arn:aws:states:::http:invoke", {
            "ApiEndpoint": "https://169.254.169.254/latest/meta-data", "Method": "GET",
            "InvocationConfig": connection})
        self.assertEqual(end["error"], "States.Http.Socket")
        self.assertNotIn("k3y-that-nobody-sees", self.server.log.read_text())


if __name__ == "__main__":
    unittest.main()
