"""Recorded executions that call S3, SQS, SNS, EventBridge, DynamoDB and Secrets Manager, compared with what AWS answered.
All services but DynamoDB (an independent server) and Secrets Manager (the one refusal that is recorded) are treadle's own."""
import concurrent.futures
import http.server
import json
import threading
import unittest

import boto3
from botocore import xform_name
from botocore.config import Config

from support import aws, recorded
from support.services import HAS_NPM, WITHOUT_NPM, NpmServers
from support.services_project import ProjectServer

STAGES = ("foundation", "language", "express", "integrations")
OWN_SERVICES = ("s3", "sqs", "sns", "events")
AT_ONCE = 8
PERCENT_MIN = 90

# Cases that differ, and why; docs/compatibility.md names them too. One that passes must leave the list.
KNOWN_DIFFERENCES = {
    "services/sns_task_service.publish_base_error_topic_arn":
        "the recording has lost what was wrong with the topic's ARN: the case names one that is there",
}

# What stood outside when these were recorded: somebody who reads the queue and answers with the token found there.
ANSWERS = {
    "callback/callback.sns_publish_wait_for_task_token":
        lambda sfn, token: sfn.send_task_success(taskToken=token, output="{}"),
    "callback/callback.sqs_failure_in_wait_for_task_tok_no_error_field.SQS_WAIT_FOR_TASK_TOKEN_CATCH":
        lambda sfn, token: sfn.send_task_failure(taskToken=token),
}


class Secrets(http.server.BaseHTTPRequestHandler):
    """Secrets Manager, which refuses every name."""

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        body = json.dumps({"__type": "ValidationException", "message": "Invalid name. Must be a valid name containing "
                           "alphanumeric characters, or any of the following: -/_+=.@!"}).encode()
        self.send_response(400)
        self.send_header("Content-Type", "application/x-amz-json-1.1")
        self.send_header("x-amzn-RequestId", "5d2bcbf6-5a1c-4a7e-9c64-9dd0ab9a9f0f")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def token_in(body):
    """The task token of a message that SQS or, in an envelope, SNS delivered."""
    message = json.loads(body)
    return message["TaskToken"] if "TaskToken" in message else token_in(message["Message"])


@unittest.skipUnless(recorded.PLAYER.exists(), f"there is no {recorded.FOLDER}")
@unittest.skipUnless(HAS_NPM, WITHOUT_NPM)
class RecordedCasesTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.player = recorded.Player()
        cls.addClassCleanup(cls.player.close)
        secrets = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Secrets)
        threading.Thread(target=secrets.serve_forever, daemon=True).start()
        cls.addClassCleanup(secrets.server_close)
        cls.addClassCleanup(secrets.shutdown)
        npm = cls.enterClassContext(NpmServers("dynamodb"))
        cls.server = cls.enterClassContext(ProjectServer({"services": {
            **dict.fromkeys(OWN_SERVICES, "local"), "dynamodb": npm.url("dynamodb"),
            "secretsmanager": f"http://127.0.0.1:{secrets.server_port}"}},
            {"AWS_ENDPOINT_URL_LAMBDA": cls.player.lambda_url}))
        cls.account = cls.player.use(cls.server.endpoint)
        cls.endpoints = {"dynamodb": npm.url("dynamodb")}
        cls.clients = {}

    def client(self, service):
        if service not in self.clients:
            # Path style: the bucket's name in front of 127.0.0.1 would lead nowhere.
            self.clients[service] = boto3.Session(
                aws_access_key_id="test", aws_secret_access_key="test", region_name="us-east-1").client(
                    service, endpoint_url=self.endpoints.get(service, self.server.endpoint),
                    config=Config(s3={"addressing_style": "path"}, retries={"total_max_attempts": 1}))
        return self.clients[service]

    def set_up(self, case):
        for step in case.get("setup", []):
            getattr(self.client(step["service"]), xform_name(step["op"]))(**step["params"])
            if step["op"] == "CreateTable":
                self.client("dynamodb").get_waiter("table_exists").wait(
                    TableName=step["params"]["TableName"], WaiterConfig={"Delay": 1, "MaxAttempts": 30})

    def answer_callback(self, case, sfn):
        """Reads the case's queue until the message comes, and answers."""
        queue = next(step["params"]["QueueName"] for step in case["setup"] if step["op"] == "CreateQueue")
        sqs = self.client("sqs")
        url = sqs.get_queue_url(QueueName=queue)["QueueUrl"]
        messages = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=20).get("Messages", [])
        ANSWERS[case["id"]](sfn, token_in(messages[0]["Body"]))

    def play(self, case):
        """What differs first, None where nothing does."""
        try:
            case = recorded.filled(case, self.account, self.server.endpoint)
            self.set_up(case)
        except Exception as error:  # whatever a client of botocore raises
            return f"setup: {type(error).__name__}: {error}"
        with concurrent.futures.ThreadPoolExecutor(1) as outside:
            if case["id"] in ANSWERS:
                outside.submit(self.answer_callback, case, self.clients["stepfunctions"])
            return self.player.play(case)

    def test_recorded_cases(self):
        cases = recorded.cases(STAGES)
        self.clients["stepfunctions"] = aws.client(self.server.endpoint)
        for service in {step["service"] for case in cases.values() for step in case.get("setup", [])}:
            self.client(service)  # made by one thread: botocore's loaders are not for several
        with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
            differences = dict(zip(cases, pool.map(self.play, cases.values())))
        failed = {name: why for name, why in differences.items() if why}
        for name, why in failed.items():
            print(f"{'KNOWN' if name in KNOWN_DIFFERENCES else 'FAIL'} {name}  {why}")
        passed = len(cases) - len(failed)
        print(f"recorded cases: {passed} of {len(cases)} as recorded")
        self.assertEqual(sorted(set(KNOWN_DIFFERENCES) - set(failed)), [], "these pass: take them off the list")
        self.assertEqual(sorted(set(failed) - set(KNOWN_DIFFERENCES)), [])
        self.assertGreaterEqual(passed * 100, PERCENT_MIN * len(cases))


if __name__ == "__main__":
    unittest.main()
