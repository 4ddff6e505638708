"""Stop with compensation: sagas that are asked to go back, by hand or by their deadline, and the executions that they
started; the server killed in between. What was done and undone is told by whoever plays the workers."""
import json
import threading
import unittest
import urllib.error
import urllib.request
from urllib.parse import quote

from api import saga_test
from support.machines import ARN, ROLE, machine, unique
from support.treadle import Server, treadle
from support.wait import until


def activity(name):
    return f"{ARN}:activity:{name}"


def saga(*steps):
    """A compiled saga. Of a step (NAME, more members) the activities are named after it."""
    lines = ["steps:"]
    for name, *more in steps:
        lines.append(f"  - name: {name}")
        members = dict(more[0]) if more else {}
        members.setdefault("execute", activity(name))
        if not members.get("pivot"):
            members.setdefault("compensate", activity("Undo" + name))
        lines += [f"    {key}: {json.dumps(value)}" for key, value in members.items()]
    status, out, error = treadle("saga", "compile", "-", stdin="\n".join(lines))
    assert status == 0, error
    return out


ACTIVITIES = [prefix + name for name in ("Reserve", "Charge", "Ship", "Inner", "Other", "Child") for prefix in ("", "Undo")]
TRIP = (("Reserve",), ("Charge",), ("Ship", {"pivot": True}))


class Workers(unittest.TestCase):
    """A server, sagas on it, and workers that the test plays."""
    arguments = ()

    def setUp(self):
        self.server = self.enterContext(Server(*self.arguments))
        for name in ACTIVITIES:
            self.server.call("CreateActivity", name=name)

    def create(self, definition, tag=None):
        tags = [{"key": "treadle:saga", "value": tag}] if tag else []
        status, body = self.server.call("CreateStateMachine", name=unique("saga"), definition=definition, roleArn=ROLE,
                                        tags=tags)
        self.assertEqual(status, 200, body)
        return body["stateMachineArn"]

    def start(self, definition, tag=None):
        status, body = self.server.call("StartExecution", stateMachineArn=self.create(definition, tag), input="{}")
        self.assertEqual(status, 200, body)
        return body["executionArn"]

    def take(self, name):
        """The token of the task that waits for this worker."""
        def ask():
            return self.server.call("GetActivityTask", activityArn=activity(name))[1].get("taskToken")
        return until(ask, f"a task for {name}")

    def succeed(self, token):
        return self.server.call("SendTaskSuccess", taskToken=token, output="{}")[1]

    def work(self, *names):
        for name in names:
            self.assertEqual(self.succeed(self.take(name)), {})

    def compensate(self, arn, body=None, headers=None):
        request = urllib.request.Request(f"{self.server.endpoint}/v1/executions/{quote(arn)}/compensate",
                                         b"" if body is None else body.encode(), headers or {}, method="POST")
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)

    def compensates(self, arn, stage="BEGUN"):
        status, answer = self.compensate(arn)
        self.assertEqual((status, answer.get("compensation")), (200, stage), answer)

    def refuses(self, arn, code, why, body=None):
        status, answer = self.compensate(arn, body)
        self.assertEqual((status, answer["__type"]), (400, code), answer)
        self.assertIn(why, answer["message"])

    def ended_compensated(self, arn, cause="Somebody asked to compensate."):
        ended = self.server.wait_for_end(arn)
        self.assertEqual((ended["status"], ended["error"], ended["cause"]), ("FAILED", "Treadle.Compensate", cause))

    def history(self, arn):
        events = self.server.call("GetExecutionHistory", executionArn=arn, maxResults=1000)[1]["events"]
        return [event["type"] for event in events]

    def audited(self, kind):
        """The first record of that kind in the audit log."""
        with urllib.request.urlopen(self.server.endpoint + "/v1/audit?limit=1000", timeout=30) as answer:
            records = [json.loads(line) for line in answer.read().splitlines()]
        return next((r for r in records if r["kind"] == kind), None)

    def kill(self):
        self.server.kill()
        self.server.start()


class CompensateTest(Workers):
    def test_the_step_that_runs_is_cut_off_and_all_is_undone(self):
        arn = self.start(saga(*TRIP))
        self.work("Reserve")
        charge = self.take("Charge")
        status, answer = self.compensate(arn, '{"cause": "sold twice"}')
        self.assertEqual((status, answer["compensation"]), (200, "BEGUN"), answer)
        self.assertEqual(self.succeed(charge)["__type"], "TaskTimedOut")
        self.compensates(arn)  # again: it is on its way
        self.work("UndoCharge", "UndoReserve")
        self.ended_compensated(arn, "sold twice")
        self.assertEqual([t for t in self.history(arn) if t.endswith("TimedOut")], ["ActivityTimedOut"])
        record = until(lambda: self.audited("execution.compensated"), "the record")
        self.assertEqual((record["execution"], record["cause"]), (arn, "sold twice"))
        self.assertEqual((record["caller"]["call"], record["caller"]["authenticated"]), ("CompensateExecution", "none"))
        self.refuses(arn, "ExecutionNotCompensable", "has ended")

    def test_a_failure_without_a_cause_is_kept(self):
        arn = self.start(saga(*TRIP))
        self.work("Reserve")
        self.server.call("SendTaskFailure", taskToken=self.take("Charge"), error="Declined")
        self.work("UndoReserve")
        ended = self.server.wait_for_end(arn)
        self.assertEqual((ended["error"], ended["cause"]), ("Declined", "null"))

    def test_what_goes_back_by_itself_is_on_its_way(self):
        arn = self.start(saga(*TRIP))
        self.work("Reserve")
        self.server.call("SendTaskFailure", taskToken=self.take("Charge"), error="Declined", cause="no")
        undo = self.take("UndoReserve")
        status, answer = self.compensate(arn)
        self.assertEqual((status, answer), (200, {"compensation": "BEGUN"}))
        self.succeed(undo)
        self.assertEqual(self.server.wait_for_end(arn)["error"], "Declined")

    def test_after_the_pivot_it_is_refused_and_the_saga_goes_on(self):
        arn = self.start(saga(*TRIP))
        self.work("Reserve", "Charge")
        ship = self.take("Ship")
        before = self.history(arn)
        self.refuses(arn, "ExecutionNotCompensable", "it is in the state 'Ship', and nothing undoes what 'Ship' may have done")
        self.assertEqual(self.history(arn), before)
        self.succeed(ship)
        self.assertEqual(self.server.wait_for_end(arn)["status"], "SUCCEEDED")

    def test_what_is_refused(self):
        plain = self.start(machine(Work={"Type": "Task", "Resource": activity("Other"), "End": True}))
        self.refuses(plain, "StateMachineNotSaga", "no Comment and no tag treadle:saga")
        self.refuses(plain + "x", "ExecutionDoesNotExist", "Execution Does Not Exist")
        self.refuses("nonsense", "InvalidArn", "Invalid Arn")
        for body in ('{"cause": 1}', '{"error": "x"}', "[]", '"x"'):
            with self.subTest(body):
                self.refuses(plain, "ValidationException", "The body must be empty", body)
        self.refuses(plain, "SerializationException", "", "{")
        for origin in ("null", "https://elsewhere.example"):
            with self.subTest(origin):
                self.assertEqual(self.compensate(plain, headers={"Origin": origin})[0], 403)

    def test_by_the_command(self):
        arn = self.start(saga(*TRIP))
        take = self.take("Reserve")
        endpoint = ("--endpoint", self.server.endpoint)
        self.assertEqual(treadle("stop", arn, "--compensate", "--error", "x", *endpoint)[0], 2)
        status, out, error = treadle("stop", arn, "--compensate", "--cause", "no stock", *endpoint)
        self.assertEqual((status, out, error), (0, f"compensating {arn}\n", ""))
        self.assertEqual(self.succeed(take)["__type"], "TaskTimedOut")
        self.work("UndoReserve")
        self.ended_compensated(arn, "no stock")
        status, out, error = treadle("stop", arn, "--compensate", *endpoint)
        self.assertEqual((status, out), (1, ""))
        self.assertIn("ExecutionNotCompensable: The execution", error)

    def test_a_kill_after_the_request_changes_nothing(self):
        arn = self.start(saga(*TRIP))
        self.work("Reserve")
        self.take("Charge")
        self.compensates(arn)
        self.kill()
        self.compensates(arn)
        self.work("UndoCharge", "UndoReserve")
        self.ended_compensated(arn)

    def test_a_hand_written_saga_that_waits(self):
        catch = [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "Undo"}]
        task = {"Type": "Task", "ResultPath": "$.result"}
        arn = self.start(machine(
            Reserve={**task, "Resource": activity("Reserve"), "Catch": catch, "Next": "Cool"},
            Cool={"Type": "Wait", "Seconds": 86400, "Next": "Charge"},
            Charge={**task, "Resource": activity("Charge"), "Catch": catch, "End": True},
            Undo={**task, "Resource": activity("UndoReserve"), "Next": "Failed"},
            Failed={"Type": "Fail", "ErrorPath": "$.error.Error", "CausePath": "$.error.Cause"}),
            "Undo=Reserve readOnly:Charge")
        self.work("Reserve")
        until(lambda: "WaitStateEntered" in self.history(arn), "the wait")
        self.compensates(arn)
        self.work("UndoReserve")
        self.ended_compensated(arn)
        self.assertNotIn("Charge", [json.dumps(t) for t in self.history(arn)])
        self.assertEqual(self.history(arn).count("ActivityScheduled"), 2)  # Charge was never called


class ChildrenTest(Workers):
    """Executions that a step started and waits for."""
    def parent(self, child):
        nested = {"execute": "arn:aws:states:::states:startExecution.sync:2", "compensate": activity("UndoChild"),
                  "arguments": {"StateMachineArn": child, "Input": {}}}
        return self.start(saga(("Reserve",), ("Child", nested), ("Charge",)))

    def child_of(self, machine_arn):
        def ask():
            return self.server.call("ListExecutions", stateMachineArn=machine_arn)[1]["executions"]
        return until(ask, "the child")[0]["executionArn"]

    def test_a_saga_compensates_before_its_parent_does(self):
        child_machine = self.create(saga(("Inner",), ("Other",)))
        parent = self.parent(child_machine)
        self.work("Reserve", "Inner")
        other = self.take("Other")
        child = self.child_of(child_machine)
        self.compensates(parent, "REQUESTED")
        undo = self.take("UndoOther")
        self.assertEqual(self.succeed(other)["__type"], "TaskTimedOut")
        self.compensates(parent, "REQUESTED")
        self.assertEqual(self.history(parent).count("ActivityScheduled"), 1)  # no undo of its own yet
        self.succeed(undo)
        self.work("UndoInner", "UndoChild", "UndoReserve")
        self.ended_compensated(parent)
        self.ended_compensated(child, "The execution that waits for this one goes back.")

    def test_kills_between_all_steps(self):
        child_machine = self.create(saga(("Inner",), ("Other",)))
        parent = self.parent(child_machine)
        self.work("Reserve", "Inner")
        self.take("Other")
        child = self.child_of(child_machine)
        self.kill()
        status, _ = self.compensate(parent)
        self.assertEqual(status, 200)
        for name in ("UndoOther", "UndoInner", "UndoChild", "UndoReserve"):
            self.kill()
            self.work(name)
        self.kill()
        self.ended_compensated(parent)
        self.assertEqual(self.server.wait_for_end(child)["status"], "FAILED")

    def test_one_that_is_no_saga_is_stopped(self):
        child_machine = self.create(machine(Work={"Type": "Task", "Resource": activity("Inner"), "End": True}))
        parent = self.parent(child_machine)
        self.work("Reserve")
        self.take("Inner")
        child = self.child_of(child_machine)
        self.compensates(parent, "REQUESTED")
        ended = self.server.wait_for_end(child)
        self.assertEqual((ended["status"], ended["error"]), ("ABORTED", "Treadle.Compensate"))
        self.work("UndoChild", "UndoReserve")
        self.ended_compensated(parent)

    def test_one_behind_its_pivot_completes_and_is_undone_as_a_step(self):
        child_machine = self.create(saga(("Inner", {"pivot": True}),))
        parent = self.parent(child_machine)
        self.work("Reserve")
        inner = self.take("Inner")
        self.compensates(parent, "REQUESTED")
        self.kill()
        self.assertEqual(self.succeed(inner), {})
        self.work("UndoChild", "UndoReserve")
        self.ended_compensated(parent)
        self.assertEqual(self.server.wait_for_end(self.child_of(child_machine))["status"], "SUCCEEDED")


class DeadlineTest(Workers):
    def test_a_saga_that_takes_too_long_goes_back(self):
        arn = self.start(saga(*TRIP), "enforce deadline:1")
        self.work("UndoReserve")  # nobody works on Reserve
        self.ended_compensated(arn, "The deadline of the saga has passed.")

    def test_it_passes_while_the_server_is_down(self):
        arn = self.start(saga(*TRIP), "deadline:1")
        self.server.kill()
        threading.Event().wait(1.1)
        self.server.start()
        self.work("UndoReserve")
        self.ended_compensated(arn, "The deadline of the saga has passed.")

    def test_a_saga_that_is_in_time(self):
        arn = self.start(saga(("Reserve",)), "deadline:3600")
        self.work("Reserve")
        self.assertEqual(self.server.wait_for_end(arn)["status"], "SUCCEEDED")
        self.server.stop()
        status, out, error = treadle("check", "--data", self.server.data)
        self.assertEqual(status, 0, out + error)  # its timer is gone

    def test_a_deadline_that_is_none(self):
        for value in ("0", "-1", "1.5", "", "100000000", "soon"):
            with self.subTest(value):
                status, body = self.server.call("CreateStateMachine", name=unique("saga"), definition=saga(*TRIP), roleArn=ROLE,
                                                tags=[{"key": "treadle:saga", "value": f"deadline:{value}"}])
                self.assertEqual((status, body["__type"]), (400, "ValidationException"))
                self.assertIn("expected seconds from 1 to 99999999", body["message"])


class TripsTest(saga_test.CrashTest):
    """The example's trips, each asked to compensate at some moment or not, the server killed -9 in between."""

    def start_and_kill(self, server, plans, kills, chance):
        arns = []
        kill_after = set(chance.sample(range(2, len(plans)), kills))
        pause = threading.Event()
        for i, (simulate, _) in enumerate(plans):
            status, answer = server.call("StartExecution", stateMachineArn=f"{ARN}:stateMachine:trip", name=f"trip-{i}",
                                         input=json.dumps({"traveller": "Ada", "simulate": simulate}))
            self.assertEqual(status, 200, answer)
            arns.append(answer["executionArn"])
            pause.wait(chance.uniform(0, 0.1))
            self.ask(server, chance.choice(arns[-5:]))
            if i in kill_after:
                server.kill()
                server.start()
        return arns

    def ask(self, server, arn):
        request = urllib.request.Request(f"{server.endpoint}/v1/executions/{quote(arn)}/compensate", b"", method="POST")
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                self.assertEqual(answer.status, 200)
                self.answers.append("followed")
        except urllib.error.HTTPError as error:
            answer = json.load(error)
            self.assertEqual((error.code, answer["__type"]), (400, "ExecutionNotCompensable"), answer)
            self.answers.append("refused")

    def judge(self, server, arns, plans, ledger):
        """By how each trip ended, not by what was wrong with it."""
        ended = [server.wait_for_end(arn)["status"] for arn in arns]
        print(f"{self.answers.count('followed')} requests followed, {self.answers.count('refused')} refused; "
              f"{ended.count('SUCCEEDED')} trips complete, {ended.count('FAILED')} compensated")
        super().judge(server, arns, [(simulate, status) for (simulate, _), status in zip(plans, ended)], ledger)
        self.assertEqual(set(ended) - {"SUCCEEDED", "FAILED"}, set())
        self.assertIn("followed", self.answers)

    def setUp(self):
        self.answers = []


if __name__ == "__main__":
    unittest.main()
