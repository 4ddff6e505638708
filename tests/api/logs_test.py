"""The logs of state machines as their readers see them: files, the AWS CLI, CloudWatch Logs, and after a crash."""
import json
import re
import subprocess
import tempfile
import threading
import time
import unittest
from pathlib import Path

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from support import aws
from support.cloudwatch import CloudWatch
from support.machines import ROLE, machine, unique
from support.treadle import Server, treadle

CLI = "/usr/bin/aws" if Path("/usr/bin/aws").exists() else "aws"
PATIENCE = 30
FATAL = {"ExecutionFailed", "ExecutionAborted", "ExecutionTimedOut"}
ERROR = FATAL | {"FailStateEntered", "TaskFailed", "MapStateFailed", "MapIterationFailed"}
# Fails in every iteration of a Map; catches that, waits, and fails for good.
DEFINITION = machine(
    Each={"Type": "Map", "ItemsPath": "$.items", "Next": "Pause",
          "Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.caught", "Next": "Pause"}],
          "Iterator": {"StartAt": "No", "States": {"No": {"Type": "Fail", "Error": "Inner", "Cause": "each"}}}},
    Pause={"Type": "Wait", "Seconds": 1, "Next": "Stop"},
    Stop={"Type": "Fail", "Error": "Outer", "Cause": "all"})
INPUT = json.dumps({"items": [1]})
PASS = machine(Greet={"Type": "Pass", "End": True})
NO_PLACE = {"AWS_ENDPOINT_URL": "", "AWS_ENDPOINT_URL_CLOUDWATCH_LOGS": "", "AWS_ENDPOINT_URL_LOGS": ""}


def logging(group, level="ALL", data=True):
    return {"level": level, "includeExecutionData": data, "destinations": [{"cloudWatchLogsLogGroup": {
        "logGroupArn": f"arn:aws:logs:us-east-1:123456789012:log-group:{group}:*"}}]}


def as_record(event, arn):
    """What Step Functions would log of an event of GetExecutionHistory, execution data included."""
    event = {k: v for k, v in event.items() if k != "timestamp"}
    identity, previous, kind = event.pop("id"), event.pop("previousEventId"), event.pop("type")
    details = next(iter(event.values()), {})
    texts = {k: str(v) if isinstance(v, int) else v for k, v in details.items()}
    return {"id": str(identity), "type": kind, "details": texts, "previous_event_id": str(previous),
            "execution_arn": arn, "redrive_count": "0"}


class LogsCase(unittest.TestCase):
    def serve(self, *arguments, environment=None):
        self.server = self.enterContext(Server("--time-scale", "0.01", *arguments,
                                               environment={**NO_PLACE, **(environment or {})}))
        self.logs = boto3.client("logs", endpoint_url=self.server.endpoint, region_name="us-east-1",
                                 aws_access_key_id="test", aws_secret_access_key="test",
                                 config=Config(retries={"total_max_attempts": 1}))

    def create(self, logs, definition=DEFINITION, kind="STANDARD"):
        status, made = self.server.call("CreateStateMachine", name=unique("logs"), definition=definition, roleArn=ROLE,
                                        type=kind, loggingConfiguration=logs)
        self.assertEqual(status, 200, made)
        return made["stateMachineArn"]

    def run_standard(self, arn, given=INPUT):
        started = self.server.call("StartExecution", stateMachineArn=arn, input=given)[1]["executionArn"]
        self.server.wait_for_end(started)
        return started

    def run_express(self, arn, given=INPUT):
        status, ended = self.server.call("StartSyncExecution", stateMachineArn=arn, input=given)
        self.assertEqual(status, 200, ended)
        return ended["executionArn"]

    def history(self, arn):
        return self.server.call("GetExecutionHistory", executionArn=arn, maxResults=1000)[1]["events"]

    def messages(self, group, **filters):
        """All of a group, page after page; none of a group that is not there."""
        try:
            pages = self.logs.get_paginator("filter_log_events").paginate(logGroupName=group, **filters)
            return [event["message"] for page in pages for event in page["events"]]
        except self.logs.exceptions.ResourceNotFoundException:
            return []

    def records(self, group, execution):
        """Those of an execution, once its end is among them; its log level must have that."""
        give_up = time.monotonic() + PATIENCE
        while True:
            found = [json.loads(m) for m in self.messages(group)]
            found = [r for r in found if r["execution_arn"] == execution]
            if any(r["type"] in FATAL | {"ExecutionSucceeded"} for r in found):
                return found
            self.assertLess(time.monotonic(), give_up, found)


class FileLogs(LogsCase):
    def setUp(self):
        self.serve()

    def test_a_standard_execution_is_logged_as_its_history_shows(self):
        group = "/aws/vendedlogs/states/" + unique("all")
        execution = self.run_standard(self.create(logging(group)))
        records = self.records(group, execution)
        times = [record.pop("event_timestamp") for record in records]
        self.assertEqual(records, [as_record(event, execution) for event in self.history(execution)])
        self.assertEqual(times, sorted(times))
        for written in times:
            self.assertRegex(written, r"^\d{13}$")

    def test_every_level_of_both_types(self):
        for kind, run in (("STANDARD", self.run_standard), ("EXPRESS", self.run_express)):
            groups = {level: unique(f"level-{level}") for level in ("ALL", "ERROR", "FATAL", "OFF")}
            types = {}
            for level, group in groups.items():
                execution = run(self.create(logging(group, level, data=False), kind=kind))
                if level != "OFF":
                    types[level] = [r["type"] for r in self.records(group, execution)]
            self.assertIn("MapIterationStarted", types["ALL"])
            self.assertEqual(types["ERROR"], [t for t in types["ALL"] if t in ERROR])
            self.assertEqual(len(types["ERROR"]), 5)
            self.assertEqual(types["FATAL"], ["ExecutionFailed"])
            self.assertEqual(self.messages(groups["OFF"]), [])

    def test_data_is_left_out_unless_asked_for(self):
        for kind, run in (("STANDARD", self.run_standard), ("EXPRESS", self.run_express)):
            group = unique("data")
            for data in (True, False):
                execution = run(self.create(logging(group, data=data), PASS, kind), '{"secret":"sesame"}')
                records = self.records(group, execution)
                self.assertEqual("sesame" in json.dumps(records), data)
                self.assertEqual("inputDetails" in records[0]["details"], data)
                self.assertIn("roleArn", records[0]["details"])

    def test_an_update_counts_for_what_starts_after_it(self):
        group = unique("updated")
        arn = self.create({"level": "OFF"}, PASS)
        self.run_standard(arn)
        status, body = self.server.call("UpdateStateMachine", stateMachineArn=arn, loggingConfiguration=logging(group))
        self.assertEqual(status, 200, body)
        execution = self.run_standard(arn)
        self.records(group, execution)
        self.assertEqual({json.loads(m)["execution_arn"] for m in self.messages(group)}, {execution})

    def test_a_version_logs_as_it_was_published(self):
        group, other = unique("version"), unique("version")
        arn = self.create(logging(group), PASS)
        version = self.server.call("PublishStateMachineVersion", stateMachineArn=arn)[1]["stateMachineVersionArn"]
        self.server.call("UpdateStateMachine", stateMachineArn=arn, loggingConfiguration=logging(other))
        self.records(group, self.run_standard(version))
        self.records(other, self.run_standard(arn))

    def test_an_execution_that_waits_is_logged_after_a_restart(self):
        group = unique("restart")
        wait = machine(Pause={"Type": "Wait", "Seconds": 100, "End": True})
        arn = self.create(logging(group), wait)
        execution = self.server.call("StartExecution", stateMachineArn=arn)[1]["executionArn"]
        self.server.stop()
        self.server.start()
        self.server.wait_for_end(execution)
        types = [r["type"] for r in self.records(group, execution)]
        self.assertEqual(types, [e["type"] for e in self.history(execution)])

    def test_long_inputs_are_cut(self):
        group = unique("long")
        given = json.dumps({"text": "x" * 255_000})
        execution = self.run_standard(self.create(logging(group), PASS), given)
        details = self.records(group, execution)[0]["details"]
        self.assertEqual(details["inputDetails"], {"truncated": True})
        self.assertTrue(given.startswith(details["input"]))
        self.assertGreater(len(details["input"]), 253_900)

    def test_files_hold_the_records_as_they_are(self):
        group = "/team/" + unique("files")
        execution = self.run_express(self.create(logging(group), PASS, "EXPRESS"))
        records = self.records(group, execution)
        file = self.server.data / "logs" / (group.replace("/", "%2F") + ".ndjson")
        self.assertEqual([json.loads(line) for line in file.read_text().splitlines()], records)

    def test_whole_lines_after_kill_9(self):
        group = unique("killed")
        arn = self.create(logging(group), PASS, "EXPRESS")
        stop = threading.Event()

        def start():
            while not stop.is_set():
                try:
                    self.server.call("StartExecution", stateMachineArn=arn, input='{"x":"' + "y" * 5_000 + '"}')
                except OSError:
                    return

        file = self.server.data / "logs" / f"{group}.ndjson"
        for _ in range(3):
            before = file.stat().st_size if file.exists() else 0
            clients = [threading.Thread(target=start) for _ in range(4)]
            for client in clients:
                client.start()
            give_up = time.monotonic() + PATIENCE
            while not file.exists() or file.stat().st_size < before + 100_000:
                self.assertLess(time.monotonic(), give_up)
            self.server.kill()
            stop.set()
            for client in clients:
                client.join()
            stop.clear()
            self.server.start()
            self.run_express(arn)
        self.server.stop()
        for line in file.read_bytes().split(b"\n")[:-1]:
            json.loads(line)

    def test_groups_are_rotated(self):
        with tempfile.TemporaryDirectory() as project:
            Path(project, "treadle.yaml").write_text("logs: {to: files, fileMegabytes: 1, files: 2}\n")
            self.serve("--project", project)
            group = unique("rotated")
            arn = self.create(logging(group), PASS, "EXPRESS")
            for _ in range(20):
                execution = self.run_express(arn, json.dumps({"x": "y" * 100_000}))
            self.records(group, execution)
            sizes = [f.stat().st_size for f in (self.server.data / "logs").glob(f"{group}.*")]
            self.assertEqual(len(sizes), 2)
            self.assertLessEqual(max(sizes), 1 << 20)

    def test_the_configuration_is_checked(self):
        def at(arn):
            return {"level": "ALL", "destinations": [{"cloudWatchLogsLogGroup": {"logGroupArn": arn}}]}

        no_group = "Invalid Logging Configuration: Log Destination must be the ARN of a CloudWatch Logs log group."
        exactly_one = "Invalid Logging Configuration: Must specify exactly one Log Destination."
        two = logging("g")["destinations"] * 2
        for logs, message in (({"level": "ALL"}, exactly_one), ({"level": "FATAL", "destinations": []}, exactly_one),
                              ({"level": "OFF", "destinations": two}, exactly_one),
                              (at("arn:aws:logs:us-east-1:123456789012:log-group:g"),
                               "Invalid Logging Configuration: Log Group ARN must be provided with '*' qualifier."),
                              ({"level": "ALL", "destinations": [{}]}, no_group), (at("arn:aws:s3:::b:*"), no_group),
                              (at("arn:aws:logs:us-east-1:123456789012:log-group::*"), no_group)):
            status, body = self.server.call("CreateStateMachine", name=unique("bad"), definition=PASS, roleArn=ROLE,
                                            loggingConfiguration=logs)
            self.assertEqual((status, body["__type"]), (400, "InvalidLoggingConfiguration"), logs)
            self.assertEqual(body["message"], message)


class CommandLine(LogsCase):
    """Debian's AWS CLI, as a user types it."""

    def setUp(self):
        self.serve()

    def aws(self, *arguments):
        done = subprocess.run([CLI, "logs", "--endpoint-url", self.server.endpoint, *arguments], text=True,
                              capture_output=True, env=aws.environment(), timeout=60, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def test_logs_are_read(self):
        group = "/aws/vendedlogs/states/" + unique("cli")
        arn = self.create(logging(group))
        execution = self.run_standard(arn)
        records = self.records(group, execution)
        found = json.loads(self.aws("filter-log-events", "--log-group-name", group, "--filter-pattern",
                                    "ExecutionFailed", "--output", "json"))["events"]
        self.assertEqual([json.loads(e["message"]) for e in found], [records[-1]])
        name = re.escape(arn.split(":")[-1])
        self.assertRegex(found[0]["logStreamName"], rf"^states/{name}/\d{{4}}-\d\d-\d\d-\d\d-\d\d/[0-9a-f]{{8}}$")
        lines = self.aws("tail", group, "--format", "short").splitlines()
        self.assertEqual([json.loads(line.split(" ", 1)[1]) for line in lines], records)
        groups = json.loads(self.aws("describe-log-groups", "--log-group-name-prefix", group, "--output", "json"))
        self.assertEqual(groups["logGroups"][0]["arn"], f"arn:aws:logs:us-east-1:123456789012:log-group:{group}:*")
        streams = json.loads(self.aws("describe-log-streams", "--log-group-name", group, "--output", "json"))
        read = [json.loads(self.aws("get-log-events", "--log-group-name", group, "--log-stream-name",
                                    s["logStreamName"], "--start-from-head", "--output", "json"))["events"]
                for s in streams["logStreams"]]
        self.assertEqual([json.loads(e["message"]) for events in read for e in events], records)

    def test_clients_put_events_of_their_own(self):
        group, now = unique("own"), int(time.time() * 1000)
        self.aws("create-log-group", "--log-group-name", group)
        self.aws("create-log-stream", "--log-group-name", group, "--log-stream-name", "app")
        self.aws("put-log-events", "--log-group-name", group, "--log-stream-name", "app", "--log-events",
                 f"timestamp={now},message=first", f"timestamp={now + 1},message=second")
        self.assertEqual(self.messages(group), ["first", "second"])
        self.server.stop()
        self.server.start()
        self.assertEqual(self.messages(group, logStreamNames=["app"]), ["first", "second"])
        self.aws("delete-log-group", "--log-group-name", group)
        with self.assertRaises(ClientError):
            self.logs.filter_log_events(logGroupName=group)


class CloudWatchLogs(LogsCase):
    def serve_with(self, cloudwatch, variable="AWS_ENDPOINT_URL_CLOUDWATCH_LOGS"):
        self.serve(environment={variable: cloudwatch.url})

    def wait_for(self, cloudwatch, group, count):
        give_up = time.monotonic() + PATIENCE
        while len(cloudwatch.events(group)) < count:
            self.assertLess(time.monotonic(), give_up, cloudwatch.wrong)
        self.assertEqual(cloudwatch.wrong, [])
        return cloudwatch.events(group)

    def test_groups_and_streams_are_made_and_requests_keep_to_the_limits(self):
        cloudwatch = self.enterContext(CloudWatch())
        self.serve_with(cloudwatch)
        group = "/aws/vendedlogs/states/" + unique("put")
        arn = self.create(logging(group), PASS, "EXPRESS")
        given = json.dumps({"x": "\\" * 60_000})
        clients = [threading.Thread(target=lambda: [self.run_express(arn, given) for _ in range(5)]) for _ in range(4)]
        for client in clients:
            client.start()
        for client in clients:
            client.join()
        records = self.wait_for(cloudwatch, group, 20 * 4)
        by_execution = {}
        for record in records:
            by_execution.setdefault(record["execution_arn"], []).append(int(record["id"]))
        self.assertEqual(sorted(map(tuple, by_execution.values())), [(1, 2, 3, 4)] * 20)
        self.assertFalse(list((self.server.data / "logs").iterdir()))

    def test_the_signing_name_and_the_general_variable_lead_there_too(self):
        for variable in ("AWS_ENDPOINT_URL_LOGS", "AWS_ENDPOINT_URL"):
            cloudwatch = self.enterContext(CloudWatch())
            self.serve_with(cloudwatch, variable)
            group = unique("variable")
            self.run_express(self.create(logging(group), PASS, "EXPRESS"))
            self.wait_for(cloudwatch, group, 4)

    def test_treadle_yaml_says_where(self):
        cloudwatch = self.enterContext(CloudWatch())
        project = self.enterContext(tempfile.TemporaryDirectory())
        Path(project, "treadle.yaml").write_text(f"services: {{logs: '{cloudwatch.url}'}}\n")
        self.serve("--project", project)
        group = unique("yaml")
        self.run_express(self.create(logging(group), PASS, "EXPRESS"))
        self.wait_for(cloudwatch, group, 4)

    def test_what_fails_for_a_while_is_tried_again(self):
        cloudwatch = self.enterContext(CloudWatch((500, "InternalFailure"), (400, "ThrottlingException"), None,
                                                  (503, "ServiceUnavailableException")))
        self.serve_with(cloudwatch)
        group = unique("again")
        execution = self.run_standard(self.create(logging(group), PASS))
        records = self.wait_for(cloudwatch, group, 4)
        self.assertEqual([(r["id"], r["execution_arn"]) for r in records], [(str(i), execution) for i in range(1, 5)])

    def test_what_is_refused_is_counted_and_told(self):
        cloudwatch = self.enterContext(CloudWatch(*[(400, "AccessDeniedException")] * 100))
        self.serve_with(cloudwatch)
        self.run_express(self.create(logging(unique("refused")), PASS, "EXPRESS"))
        self.assertEqual(self.server.stop(), 0)
        log = [json.loads(line) for line in self.server.log.read_text().splitlines() if line.startswith("{")]
        told = [line for line in log if line["message"] == "CloudWatch Logs did not take log events"]
        self.assertIn("AccessDeniedException", told[0]["cause"])
        self.assertEqual([line["dropped"] for line in log if line["message"] == "log events were dropped"], [4])

    def test_it_is_told_why_there_is_no_stream(self):
        cloudwatch = self.enterContext(CloudWatch())
        cloudwatch.denied.add("CreateLogGroup")
        self.serve_with(cloudwatch)
        group = unique("denied")
        self.run_express(self.create(logging(group), PASS, "EXPRESS"))
        give_up = time.monotonic() + PATIENCE
        while "did not make a log group" not in self.server.log.read_text():
            self.assertLess(time.monotonic(), give_up)
        self.assertIn("AccessDeniedException", self.server.log.read_text())
        cloudwatch.denied.clear()  # an operator has seen it: nothing is lost yet
        self.wait_for(cloudwatch, group, 4)

    def test_a_stop_hands_on_what_waits(self):
        cloudwatch = self.enterContext(CloudWatch())
        self.serve_with(cloudwatch)
        group = unique("stop")
        self.run_express(self.create(logging(group), PASS, "EXPRESS"))
        self.server.stop()
        self.assertEqual(len(cloudwatch.events(group)), 4)


class OtherPlaces(LogsCase):
    def serve_yaml(self, text):
        project = self.enterContext(tempfile.TemporaryDirectory())
        Path(project, "treadle.yaml").write_text(text)
        self.serve("--project", project)
        self.run_express(self.create(logging("g"), PASS, "EXPRESS"))
        self.assertEqual(self.server.stop(), 0)
        self.assertFalse((self.server.data / "logs/g.ndjson").exists())
        return [json.loads(line) for line in self.server.log.read_text().splitlines() if line.startswith('{"id"')]

    def test_standard_output(self):
        records = self.serve_yaml("logs: {to: stdout}\n")
        self.assertEqual([r["id"] for r in records], ["1", "2", "3", "4"])

    def test_run_prints_records(self):
        for kind in ("STANDARD", "EXPRESS"):
            status, out, err = treadle("run", "-", "--type", kind, "--log-level", "ALL", "--input", '{"a":1}', stdin=PASS)
            self.assertEqual((status, json.loads(out)), (0, {"a": 1}))
            types = [json.loads(line)["type"] for line in err.splitlines() if line.startswith('{"id"')]
            self.assertEqual(types, ["ExecutionStarted", "PassStateEntered", "PassStateExited", "ExecutionSucceeded"])
            self.assertIn("Greet", err.rsplit("}\n", 1)[1])  # the timeline is there too

    def test_nowhere(self):
        self.assertEqual(self.serve_yaml("logs: {to: nowhere}\n"), [])

    def test_what_is_no_place_is_refused(self):
        project = self.enterContext(tempfile.TemporaryDirectory())
        for text in ("logs: {to: somewhere}", "logs: {files: 0}", "logs: {where: files}"):
            Path(project, "treadle.yaml").write_text(text + "\n")
            status, _, err = treadle("server", "--data", Path(project, "data"), "--project", project)
            self.assertEqual(status, 2)
            self.assertIn("treadle.yaml:1:", err)


if __name__ == "__main__":
    unittest.main()
