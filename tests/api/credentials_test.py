"""A server with --credentials: signatures asked for, rights kept to."""
import json
import os
import tempfile
import unittest
from pathlib import Path

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from support.machines import ARN, PASS, ROLE
from support.treadle import Server, free_port, treadle

OWNER, STARTER, GUEST = "AKIDOWNER", "AKIDSTARTER", "AKIDGUEST"
KEYS = f"""
[owner]
aws_access_key_id = {OWNER}
aws_secret_access_key = secret of the owner
[starter]
aws_access_key_id = {STARTER}
aws_secret_access_key = secret of the starter
actions = StartExecution, Describe*, ListStateMachines, SendTaskSuccess, CreateStateMachine
resources = {ARN}:stateMachine:orders, {ARN}:execution:orders
[guest]
aws_access_key_id = {GUEST}
aws_secret_access_key = secret of the guest
actions = ListStateMachines
"""
SECRETS = {OWNER: "secret of the owner", STARTER: "secret of the starter", GUEST: "secret of the guest"}
ORDERS, OTHERS = f"{ARN}:stateMachine:orders-dev", f"{ARN}:stateMachine:others"
EXECUTION = f"{ARN}:execution:orders-dev:first"

# key, operation, parameters, error (None: it goes well)
RIGHTS = (
    (STARTER, "start_execution", {"stateMachineArn": ORDERS, "name": "second"}, None),
    (STARTER, "start_execution", {"stateMachineArn": OTHERS}, "AccessDeniedException"),
    (STARTER, "describe_state_machine", {"stateMachineArn": ORDERS}, None),
    (STARTER, "describe_execution", {"executionArn": EXECUTION}, None),
    (STARTER, "stop_execution", {"executionArn": EXECUTION}, "AccessDeniedException"),
    (STARTER, "create_state_machine", {"name": "orders-new", "definition": PASS, "roleArn": ROLE}, None),
    (STARTER, "create_state_machine", {"name": "new", "definition": PASS, "roleArn": ROLE}, "AccessDeniedException"),
    (STARTER, "list_state_machines", {}, "AccessDeniedException"),
    (STARTER, "send_task_success", {"taskToken": "nonsense", "output": "{}"}, "InvalidToken"),
    (GUEST, "list_state_machines", {}, None),
    (GUEST, "describe_state_machine", {"stateMachineArn": ORDERS}, "AccessDeniedException"),
)


class CredentialsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        cls.file = folder / "credentials"
        cls.file.write_text(KEYS)
        cls.file.chmod(0o600)
        cls.server = cls.enterClassContext(Server("--credentials", cls.file))
        owner = cls.client(OWNER)
        for name in ("orders-dev", "others"):
            owner.create_state_machine(name=name, definition=PASS, roleArn=ROLE)
        owner.start_execution(stateMachineArn=ORDERS, name="first")

    @classmethod
    def client(cls, key, secret=None, service="stepfunctions"):
        client = boto3.client(service, endpoint_url=cls.server.endpoint, region_name="us-east-1", aws_access_key_id=key,
                              aws_secret_access_key=secret or SECRETS[key],
                              config=Config(retries={"total_max_attempts": 1}, inject_host_prefix=False))
        cls.addClassCleanup(client.close)
        return client

    def error_of(self, client, operation, parameters):
        try:
            getattr(client, operation)(**parameters)
        except ClientError as error:
            return error.response["Error"]["Code"]
        return None

    def test_to_compensate_takes_the_right_to_stop(self):
        rows = ((STARTER, "AccessDeniedException"), (OWNER, "ExecutionNotCompensable"), (None, "MissingAuthenticationToken"))
        for key, error in rows:
            with self.subTest(key):
                keys = {"AWS_ACCESS_KEY_ID": key or "", "AWS_SECRET_ACCESS_KEY": SECRETS.get(key, "")}
                status, _, err = treadle("stop", "--compensate", EXECUTION, "--endpoint", self.server.endpoint,
                                         environment=keys)
                self.assertEqual(status, 1)
                self.assertIn(error, err)

    def test_rights(self):
        for key, operation, parameters, error in RIGHTS:
            with self.subTest(key=key, operation=operation, parameters=parameters):
                self.assertEqual(self.error_of(self.client(key), operation, parameters), error)

    def test_a_member_that_the_operation_does_not_have_gives_no_right(self):
        for operation, parameters in (("list_state_machines", {"stateMachineArn": ORDERS}),
                                      ("start_execution", {"stateMachineArn": OTHERS, "taskToken": "nonsense"})):
            with self.subTest(operation):
                client = self.client(STARTER)

                def add(params, **_):
                    params["body"] = json.dumps({**json.loads(params["body"]), **parameters}).encode()

                client.meta.events.register("before-call.stepfunctions", add)
                given = {k: v for k, v in parameters.items() if operation == "start_execution" and k != "taskToken"}
                self.assertEqual(self.error_of(client, operation, given), "AccessDeniedException")

    def test_who_is_nobody(self):
        self.assertEqual(self.error_of(self.client(OWNER, "wrong"), "list_state_machines", {}), "InvalidSignatureException")
        self.assertEqual(self.error_of(self.client("AKIDNOBODY", "any"), "list_state_machines", {}),
                         "UnrecognizedClientException")
        status, answer = self.server.call("ListStateMachines")
        self.assertEqual((status, answer["__type"]), (400, "MissingAuthenticationTokenException"))

    def test_the_caller_identity_is_signed_for_sts(self):
        self.assertEqual(self.client(GUEST, service="sts").get_caller_identity()["Account"], "123456789012")

    def test_the_commands_sign(self):
        keys = {"AWS_ENDPOINT_URL_SFN": self.server.endpoint, "AWS_REGION": "us-east-1"}
        owner = {**keys, "AWS_ACCESS_KEY_ID": OWNER, "AWS_SECRET_ACCESS_KEY": SECRETS[OWNER]}
        self.assertEqual(treadle("start", "others", "--wait", environment=owner)[0], 0)
        nobody = {**keys, "AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}
        status, _, err = treadle("list", environment=nobody)
        self.assertEqual(status, 1)
        self.assertIn("set AWS_ACCESS_KEY_ID", err)


class ExposureTest(unittest.TestCase):
    """What a server refuses to start with."""

    def setUp(self):
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))

    def refusal(self, *arguments, host="127.0.0.1"):
        status, _, err = treadle("server", "--data", self.folder / "data", "--listen", f"{host}:{free_port()}", *arguments)
        self.assertEqual(status, 2)
        return err

    def test_files_that_are_no_credentials(self):
        file = self.folder / "keys"
        self.assertIn("there is no such file", self.refusal("--credentials", file))
        for mode, text, why in ((0o644, KEYS, "chmod 600"), (0o660, KEYS, "chmod 600"), (0o600, "", "no access key"),
                                (0o600, "[a]\naws_access_key_id = A\n", "line 1: ")):
            with self.subTest(mode=oct(mode), text=text):
                file.write_text(text)
                os.chmod(file, mode)
                err = self.refusal("--credentials", file)
                self.assertIn(why, err)
                self.assertNotIn("secret of", err)

    def test_other_machines_are_not_served_without_keys(self):
        self.assertIn("--credentials", self.refusal(host="0.0.0.0"))
        for port in ("", "x", "80x", "65536", "-1"):
            with self.subTest(port):
                status, _, err = treadle("server", "--listen", f"127.0.0.1:{port}")
                self.assertEqual(status, 2)
                self.assertIn("HOST:PORT", err)


if __name__ == "__main__":
    unittest.main()
