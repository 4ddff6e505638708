"""Sagas on a server: its verdicts, and compiled sagas that keep their promise while the server is killed again and again."""
import json
import os
import random
import tempfile
import threading
import unittest
import urllib.error
import urllib.request
from pathlib import Path

from support.machines import ROLE, unique
from support.treadle import ROOT, Server, treadle

EXAMPLE = ROOT / "examples/saga"
LAMBDA = "arn:aws:lambda:us-east-1:123456789012:function:"
RETRY = [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 99999999, "MaxDelaySeconds": 3600}]


def pay_and_ship(**retry):
    """Pay, then Ship; Refund undoes Pay, and nothing undoes Ship."""
    task = {"Type": "Task", "Resource": LAMBDA + "f"}
    catch = [{"ErrorEquals": ["States.ALL"], "Next": "Refund"}]
    return json.dumps({"StartAt": "Pay", "States": {
        "Pay": {**task, "Catch": catch, "Next": "Ship"},
        "Ship": {**task, "Catch": catch, "End": True},
        "Refund": {**task, **retry, "Next": "Failed"},
        "Failed": {"Type": "Fail"}}})


class VerdictTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = cls.enterClassContext(Server())

    def create(self, tag, definition=pay_and_ship(Retry=RETRY)):
        name = unique("saga")
        tags = [{"key": "treadle:saga", "value": tag}] if tag is not None else []
        status, answer = self.server.call("CreateStateMachine", name=name, definition=definition, roleArn=ROLE, tags=tags)
        return name, status, answer

    def get(self, path):
        try:
            with urllib.request.urlopen(self.server.endpoint + path, timeout=30) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def verdict(self, name):
        status, body = self.get(f"/v1/state-machines/{name}/saga")
        self.assertEqual(status, 200, body)
        return json.loads(body)

    def test_the_verdict_is_shown(self):
        name, status, _ = self.create("Refund=Pay")
        self.assertEqual(status, 200)
        report = self.verdict(name)
        self.assertEqual(report["verdict"], "counterexample")
        self.assertEqual({(e["property"], e["step"]) for e in report["counterexamples"]}, {("left-maybe", "Ship")})
        status, text = self.get(f"/v1/state-machines/{name}/saga?format=text")
        self.assertEqual(status, 200)
        self.assertIn("left-maybe Ship: the execution fails in Failed", text)
        self.assertEqual(self.get("/v1/state-machines/nobody/saga")[0], 400)

    def test_the_command_shows_it_too(self):
        name, _, _ = self.create("Refund=Pay readOnly:Ship")
        status, out, error = treadle("saga", "check", "--machine", name, "--endpoint", self.server.endpoint)
        self.assertEqual((status, error), (0, ""))
        self.assertIn("verified: every execution", out)
        self.assertEqual(treadle("saga", "check", "--machine", "nobody", "--endpoint", self.server.endpoint)[0], 2)

    def test_enforce_refuses_what_is_not_verified(self):
        _, status, answer = self.create("Refund=Pay enforce")
        self.assertEqual((status, answer["__type"]), (400, "InvalidDefinition"))
        self.assertIn("SAGA_NOT_VERIFIED: left-maybe: the execution fails in Failed, and Ship may have run", answer["message"])
        name, status, _ = self.create("Refund=Pay readOnly:Ship enforce")
        self.assertEqual(status, 200)
        arn = f"arn:aws:states:us-east-1:123456789012:stateMachine:{name}"
        status, answer = self.server.call("UpdateStateMachine", stateMachineArn=arn, definition=pay_and_ship())
        self.assertEqual((status, answer["__type"]), (400, "InvalidDefinition"))
        self.assertEqual(self.verdict(name)["verdict"], "verified")

    def arn(self, name):
        return f"arn:aws:states:us-east-1:123456789012:stateMachine:{name}"

    def tag(self, name, value):
        return self.server.call("TagResource", resourceArn=self.arn(name), tags=[{"key": "treadle:saga", "value": value}])

    def test_the_verdict_is_made_once_and_outlives_a_kill(self):
        name, _, _ = self.create("Refund=Pay")
        plain, _, _ = self.create(None)
        made = self.verdict(name)
        self.assertEqual((made["tag"], made["verdict"]), ("Refund=Pay", "counterexample"))
        self.server.kill()
        self.server.start()
        self.assertEqual(self.verdict(name), made)
        self.assertNotIn("checkedAt", self.verdict(plain))  # made when it is asked for

    def test_it_follows_the_tag(self):
        name, _, _ = self.create("Refund=Pay")
        self.assertEqual(self.tag(name, "Refund=Pay readOnly:Ship")[0], 200)
        verified = self.verdict(name)
        self.assertEqual((verified["tag"], verified["verdict"]), ("Refund=Pay readOnly:Ship", "verified"))
        self.server.call("TagResource", resourceArn=self.arn(name), tags=[{"key": "other", "value": "x"}])
        self.assertEqual(self.verdict(name), verified)
        for value, why in (("Refund=Nobody", "no such state"), ("Refund=Pay enforce", "SAGA_NOT_VERIFIED"), ("?", "but not '?'")):
            with self.subTest(value):
                status, answer = self.tag(name, value)
                self.assertEqual((status, answer["__type"]), (400, "ValidationException"))
                self.assertIn(why, answer["message"])
        self.assertEqual(self.verdict(name), verified)
        self.server.call("UntagResource", resourceArn=self.arn(name), tagKeys=["treadle:saga"])
        self.assertNotIn("checkedAt", self.verdict(name))
        self.assertEqual(self.tag(name, "Refund=Pay")[0], 200)
        self.assertEqual(self.verdict(name)["tag"], "Refund=Pay")

    def test_it_follows_the_definition_and_a_version_keeps_its_own(self):
        name, _, _ = self.create("Refund=Pay readOnly:Ship")
        status, _ = self.server.call("PublishStateMachineVersion", stateMachineArn=self.arn(name))
        self.assertEqual(status, 200)
        first = self.verdict(name)
        status, _ = self.server.call("UpdateStateMachine", stateMachineArn=self.arn(name), definition=pay_and_ship())
        self.assertEqual(status, 200)
        self.assertEqual((self.verdict(name)["verdict"], first["verdict"]), ("counterexample", "verified"))
        self.assertEqual(self.verdict(name + ":1"), first)
        self.assertEqual(self.get(f"/v1/state-machines/{name}:2/saga")[0], 400)
        self.server.call("DeleteStateMachine", stateMachineArn=self.arn(name))
        self.assertEqual(self.get(f"/v1/state-machines/{name}/saga")[0], 400)

    def test_a_tag_that_can_not_be(self):
        for tag, why in (("Refund=Nobody", "no such state"), ("enforce please", "but not 'please'"), ("Failed=Pay", "no Task state")):
            with self.subTest(tag):
                _, status, answer = self.create(tag)
                self.assertEqual((status, answer["__type"]), (400, "ValidationException"))
                self.assertIn(why, answer["message"])


# What may go wrong with a trip, and how it then has to end.
TROUBLES = (
    ({}, "SUCCEEDED"),
    ({"RentCar": {"error": "GarageBusy", "times": 2}}, "SUCCEEDED"),
    ({"SendItinerary": {"error": "MailDown", "times": 1}}, "SUCCEEDED"),
    ({"BookHotel": {"error": "NoRoom"}}, "FAILED"),
    ({"ChargeCard": {"error": "CardDeclined"}}, "FAILED"),
    ({"ChargeCard": {"dies": True}}, "FAILED"),
    ({"IssueTicket": {"error": "SoldOut"}}, "FAILED"),
    ({"IssueTicket": {"dies": True}}, "FAILED"),
)
STEPS = {"BookHotel", "RentCar", "ChargeCard", "IssueTicket", "SendItinerary"}
BESIDE = {"BookHotel", "RentCar"}


class CrashTest(unittest.TestCase):
    """The example, many trips at once, the server killed -9 in between; then each trip is judged by the ledger that its
    functions kept. TREADLE_SAGA_TRIPS and TREADLE_SAGA_KILLS make it longer; TREADLE_SEED repeats it."""

    def test_every_trip_ends_complete_or_compensated(self):
        trips = int(os.environ.get("TREADLE_SAGA_TRIPS", "40"))
        kills = int(os.environ.get("TREADLE_SAGA_KILLS", "6"))
        seed = int(os.environ.get("TREADLE_SEED", "20261127"))
        print(f"seed {seed}, {trips} trips, {kills} kills")
        chance = random.Random(seed)
        folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.make_project(folder)
        with Server("--project", folder, "--time-scale", "0.05",
                    environment={"TRIP_LEDGER": str(folder / "ledger")}) as server:
            plans = [chance.choice(TROUBLES) for _ in range(trips)]
            arns = self.start_and_kill(server, plans, kills, chance)
            self.judge(server, arns, plans, folder / "ledger/ledger")

    def make_project(self, folder):
        (folder / "handlers").symlink_to(EXAMPLE / "handlers")
        # The time-outs of the example shrink with time; starting a process does not.
        saga = (EXAMPLE / "trip.saga.yaml").read_text().replace("timeoutSeconds: 30", "timeoutSeconds: 600")
        status, out, error = treadle("saga", "compile", "-", "--out", folder / "trip.asl.json", stdin=saga)
        self.assertEqual(status, 0, out + error)
        project = (EXAMPLE / "treadle.yaml").read_text().replace("code: handlers", "code: handlers, timeout: 60")
        (folder / "treadle.yaml").write_text(project)

    def start_and_kill(self, server, plans, kills, chance):
        """Starts all trips; each kill follows after some of them, and then a little later."""
        arn = "arn:aws:states:us-east-1:123456789012:stateMachine:trip"
        arns = []
        kill_after = set(chance.sample(range(2, len(plans)), kills))
        pause = threading.Event()
        for i, (simulate, _) in enumerate(plans):
            body = {"traveller": "Ada", "simulate": simulate}
            status, answer = server.call("StartExecution", stateMachineArn=arn, name=f"trip-{i}", input=json.dumps(body))
            self.assertEqual(status, 200, answer)
            arns.append(answer["executionArn"])
            if i in kill_after:
                pause.wait(chance.uniform(0, 0.5))
                server.kill()
                server.start()
        return arns

    def judge(self, server, arns, plans, ledger):
        ended = [server.wait_for_end(arn) for arn in arns]
        done, undone = self.read(ledger)
        for answer, (simulate, status) in zip(ended, plans):
            with self.subTest(arn=answer["executionArn"], simulate=simulate):
                self.assertEqual(answer["status"], status, answer)
                own = answer["executionArn"] + "/"
                own_done = [key.removeprefix(own) for key in done if key.startswith(own)]
                own_undone = [key.removeprefix(own) for key in undone if key.startswith(own)]
                if status == "SUCCEEDED":
                    self.assertEqual((set(own_done), own_undone), (STEPS, []))
                else:
                    self.assertEqual(sorted(own_undone), sorted(own_done))
                    self.check_order(own_done, own_undone)

    def read(self, ledger):
        """The keys of what was done, and of what of it was undone, each in its order. What an undo came before counts as
        cancelled, and a second line of a kind changes nothing."""
        first, done, undone = {}, [], []
        for line in ledger.read_text().splitlines():
            action, key = line.split(" ", 1)
            if first.setdefault(key, action) == "undo":
                continue
            into = done if action == "do" else undone
            if key not in into:
                into.append(key)
        return done, undone

    def check_order(self, done, undone):
        """In reverse; steps of the group have no order among themselves."""
        grouped = lambda steps: ["group" if step in BESIDE else step for step in steps]
        self.assertEqual(grouped(reversed(undone)), grouped(done))


if __name__ == "__main__":
    unittest.main()
