"""The recent Express executions: listed, described and with their histories, as AWS shows those of Standard ones."""
import json
import os
import unittest
import urllib.error
import urllib.request
from urllib.parse import quote

from support.machines import ARN, PASS, ROLE, machine, unique
from support.treadle import Server

PATIENCE = 60
FAIL = machine(Stop={"Type": "Fail", "Error": "Broken", "Cause": "It fell"})


def get(server, path, **query):
    """(status, JSON) of one of the server's own addresses."""
    url = server.endpoint + path + ("?" + "&".join(f"{k}={quote(str(v), safe='')}" for k, v in query.items()) if query else "")
    try:
        with urllib.request.urlopen(url, timeout=PATIENCE) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def create(server, definition, kind="EXPRESS", **fields):
    name = unique("recent")
    status, answer = server.call("CreateStateMachine", name=name, definition=definition, roleArn=ROLE, type=kind, **fields)
    assert status == 200, answer
    return name


def start(server, machine_name, text="{}", **fields):
    status, answer = server.call("StartSyncExecution", stateMachineArn=f"{ARN}:stateMachine:{machine_name}", input=text, **fields)
    assert status == 200, answer
    return answer["executionArn"]


def recent(name):
    return f"/v1/state-machines/{quote(name, safe='')}/executions/recent"


def execution(arn, below=""):
    return f"/v1/executions/{quote(arn, safe='')}{below}"


class RecentTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = cls.enterClassContext(Server())

    def ok(self, path, **query):
        status, body = get(self.server, path, **query)
        self.assertEqual(status, 200, body)
        return body

    def refusal(self, path, **query):
        status, body = get(self.server, path, **query)
        return status, body["__type"]

    def test_the_list_is_as_of_ListExecutions(self):
        name = create(self.server, PASS)
        arns = [start(self.server, name, "{}", name=f"e{n}") for n in range(5)]
        for subject in (name, f"{ARN}:stateMachine:{name}"):
            listed = self.ok(recent(subject))["executions"]
            self.assertEqual({e["executionArn"] for e in listed}, set(arns))
            times = [e["startDate"] for e in listed]
            self.assertEqual(times, sorted(times, reverse=True))
        self.assertEqual(set(listed[0]),
                         {"executionArn", "stateMachineArn", "name", "status", "startDate", "stopDate"})
        self.assertEqual((listed[0]["status"], listed[0]["stateMachineArn"]), ("SUCCEEDED", f"{ARN}:stateMachine:{name}"))

    def test_pages(self):
        name = create(self.server, PASS)
        arns = {start(self.server, name) for _ in range(7)}
        found, query = [], {"maxResults": 3}
        while True:
            page = self.ok(recent(name), **query)
            self.assertLessEqual(len(page["executions"]), 3)
            found += [e["executionArn"] for e in page["executions"]]
            if "nextToken" not in page:
                break
            query["nextToken"] = page["nextToken"]
        self.assertEqual((len(found), set(found)), (7, arns))
        self.assertEqual(self.refusal(recent(name), nextToken="nonsense"), (400, "InvalidToken"))
        self.assertEqual(self.refusal(recent(name), status="FAILED", nextToken=query["nextToken"]), (400, "InvalidToken"))

    def test_statuses(self):
        name = create(self.server, machine(
            Ask={"Type": "Choice", "Choices": [{"Variable": "$.ok", "BooleanEquals": True, "Next": "Good"}],
                 "Default": "Bad"}, Good={"Type": "Succeed"}, Bad={"Type": "Fail", "Error": "Broken"}))
        good, bad = start(self.server, name, '{"ok": true}'), start(self.server, name, '{"ok": false}')
        for status, arns in (("SUCCEEDED", [good]), ("FAILED", [bad]), ("TIMED_OUT", []), ("RUNNING", [])):
            with self.subTest(status=status):
                self.assertEqual([e["executionArn"] for e in self.ok(recent(name), status=status)["executions"]], arns)
        self.assertEqual(self.refusal(recent(name), status="GREAT"), (400, "ValidationException"))

    def test_versions_list_what_they_started(self):
        name = create(self.server, PASS, publish=True)
        arn = f"{ARN}:stateMachine:{name}"
        start(self.server, name)
        status, answer = self.server.call("StartSyncExecution", stateMachineArn=f"{arn}:1")
        self.assertEqual(status, 200, answer)
        listed = self.ok(recent(f"{name}:1"))["executions"]
        self.assertEqual([e["executionArn"] for e in listed], [answer["executionArn"]])
        self.assertEqual(listed[0]["stateMachineVersionArn"], f"{arn}:1")
        self.assertEqual(len(self.ok(recent(name))["executions"]), 2)

    # The same definition, the same input: the events differ in nothing but times and names.
    def test_the_history_is_as_of_GetExecutionHistory(self):
        definition = machine(
            Many={"Type": "Map", "ItemsPath": "$.items", "ResultPath": "$.done", "Next": "Both", "ItemProcessor": {
                "StartAt": "One", "States": {"One": {"Type": "Pass", "End": True, "Assign": {"seen.$": "$"}}}}},
            Both={"Type": "Parallel", "End": True, "Branches": [
                {"StartAt": "L", "States": {"L": {"Type": "Pass", "End": True}}},
                {"StartAt": "R", "States": {"R": {"Type": "Succeed"}}}]})
        text = '{"items": [1, {"two": 2}]}'
        express = start(self.server, create(self.server, definition), text)
        standard = create(self.server, definition, "STANDARD")
        _, answer = self.server.call("StartExecution", stateMachineArn=f"{ARN}:stateMachine:{standard}", input=text)
        self.server.wait_for_end(answer["executionArn"])
        _, expected = self.server.call("GetExecutionHistory", executionArn=answer["executionArn"], maxResults=1000)

        def shape(events):
            return [{k: v for k, v in e.items() if k != "timestamp"} for e in events]

        history = self.ok(execution(express, "/history"), maxResults=1000)
        self.assertEqual(shape(history["events"]), shape(expected["events"]))
        same = self.ok(execution(answer["executionArn"], "/history"), maxResults=1000)
        self.assertEqual(same, expected, "of a Standard execution it is that operation's answer")

    def test_histories_in_pages_and_backwards(self):
        arn = start(self.server, create(self.server, PASS), '{"n": 1}')
        first = self.ok(execution(arn, "/history"), maxResults=3)
        rest = self.ok(execution(arn, "/history"), maxResults=3, nextToken=first["nextToken"])
        self.assertEqual([e["id"] for e in first["events"] + rest["events"]], [1, 2, 3, 4])
        self.assertNotIn("nextToken", rest)
        backwards = self.ok(execution(arn, "/history"), reverseOrder="true")
        self.assertEqual([e["id"] for e in backwards["events"]], [4, 3, 2, 1])
        bare = self.ok(execution(arn, "/history"), includeExecutionData="false")
        self.assertNotIn("input", bare["events"][0]["executionStartedEventDetails"])

    def test_the_description_is_as_of_DescribeExecution(self):
        name = create(self.server, FAIL)
        arn = start(self.server, name, '{"n": 1}', traceHeader="Root=1")
        described = self.ok(execution(arn))
        self.assertEqual((described["status"], described["error"], described["cause"]), ("FAILED", "Broken", "It fell"))
        self.assertEqual((described["input"], described["traceHeader"]), ('{"n": 1}', "Root=1"))
        self.assertEqual((described["executionArn"], described["stateMachineArn"]), (arn, f"{ARN}:stateMachine:{name}"))
        self.assertNotIn("input", self.ok(execution(arn), includedData="METADATA_ONLY"))

    def test_asynchronous_executions_are_kept_too(self):
        name = create(self.server, PASS)
        _, answer = self.server.call("StartExecution", stateMachineArn=f"{ARN}:stateMachine:{name}")
        for _ in range(1_000):
            if self.ok(recent(name))["executions"]:
                break
        self.assertEqual(self.ok(execution(answer["executionArn"]))["status"], "SUCCEEDED")

    def test_what_is_refused(self):
        name = create(self.server, PASS)
        gone = f"{ARN}:express:{name}:e:6f1c1f5e-0000-4000-8000-000000000000"
        for path, query, refusal in (
                (execution(gone), {}, (400, "ExecutionDoesNotExist")),
                (execution(gone, "/history"), {}, (400, "ExecutionDoesNotExist")),
                (execution("nonsense", "/history"), {}, (400, "InvalidArn")),
                (recent("nobody"), {}, (400, "StateMachineDoesNotExist")),
                (recent(name), {"maxResults": "many"}, (400, "SerializationException")),
                (recent(name), {"maxResults": 1001}, (400, "ValidationException")),
                (recent(name), {"stateMachineArn": "x"}, (400, "ValidationException")),
                ("/v1/executions/", {}, (404, "ResourceNotFound")),
                ("/v1/state-machines//executions/recent", {}, (404, "ResourceNotFound"))):
            with self.subTest(path=path, query=query):
                self.assertEqual(self.refusal(path, **query), refusal)

    def test_standard_machines_list_their_executions(self):
        name = create(self.server, PASS, "STANDARD")
        _, answer = self.server.call("StartExecution", stateMachineArn=f"{ARN}:stateMachine:{name}")
        listed = self.ok(recent(name))["executions"]
        self.assertEqual([e["executionArn"] for e in listed], [answer["executionArn"]])


class FewRecentTest(unittest.TestCase):
    def test_so_many_successes_and_every_failure(self):
        for kept, successes in ((0, 0), (2, 2)):
            with self.subTest(kept=kept), Server("--recent", kept) as server:
                good, bad = create(server, PASS), create(server, FAIL)
                for name in (good, bad):
                    for _ in range(5):
                        start(server, name)
                _, listed = get(server, recent(good))
                self.assertLessEqual(len(listed["executions"]), successes * os.cpu_count())  # a loop a core
                self.assertEqual(len(listed["executions"]) > 0, successes > 0)
                _, listed = get(server, recent(bad))
                self.assertEqual(len(listed["executions"]), 5)


if __name__ == "__main__":
    unittest.main()
