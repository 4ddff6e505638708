"""treadle saga: compile, check, graph."""
import json
import tempfile
import unittest
from pathlib import Path

from cli.orders_test import import_terraform, mission_listing
from support.treadle import ROOT, SHARED, treadle

EXAMPLE = ROOT / "examples/saga/trip.saga.yaml"
LAMBDA = "arn:aws:lambda:us-east-1:123456789012:function:"


def saga_listing():
    """The steps of the saga in the mission's text, to the character; None where that is not there."""
    for page in sorted((SHARED / "mission").glob("*.txt")):
        text = page.read_text()
        begin = text.find("const sagaSteps = [")
        if begin >= 0:
            return text[begin:text.index("];", begin) + 2]
    return None


def catch_of(state, error):
    """Where the first catcher that takes the error leads."""
    for catcher in state.get("Catch", ()):
        if error in catcher["ErrorEquals"] or catcher["ErrorEquals"] == ["States.ALL"]:
            return catcher["Next"]
    return None


def chain(states, begin):
    """The states from there to the end."""
    names = [begin]
    while "Next" in states[names[-1]]:
        names.append(states[names[-1]]["Next"])
    return names


class Files(unittest.TestCase):
    def setUp(self):
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))

    def write(self, name, text):
        path = self.folder / name
        path.write_text(text)
        return path

    def compile(self, file, *options):
        status, out, error = treadle("saga", "compile", file, *options)
        self.assertEqual(status, 0, error)
        return out

    def check(self, file, *options, expect):
        status, out, error = treadle("saga", "check", file, "--format", "json", *options)
        self.assertEqual(status, expect, out + error)
        return json.loads(out)


class CompileTest(Files):
    def test_what_it_writes_is_valid_and_the_same_each_time(self):
        text = self.compile(EXAMPLE)
        self.assertEqual(text, self.compile(EXAMPLE))
        file = self.write("trip.asl.json", text)
        status, out, _ = treadle("validate", "--format", "json", file)
        self.assertEqual((status, json.loads(out)), (0, {"result": "OK", "diagnostics": []}))

    def test_out_stdin_and_json(self):
        out = self.folder / "trip.asl.json"
        self.assertEqual(treadle("saga", "compile", EXAMPLE, "--out", out)[:2], (0, ""))
        self.assertEqual(treadle("saga", "compile", "-", stdin=EXAMPLE.read_text())[1], out.read_text())
        self.assertEqual(json.loads(self.compile(EXAMPLE, "--format", "json"))["definition"], out.read_text())

    def test_region_and_account(self):
        file = self.write("a.saga.json", json.dumps([{"name": "A", "execute": "arn:aws:lambda:...:a", "compensate": "b"}]))
        states = json.loads(self.compile(file, "--region", "eu-west-1", "--account", "000000000001"))["States"]
        self.assertEqual(states["A"]["Resource"], "arn:aws:lambda:eu-west-1:000000000001:function:a")
        self.assertEqual(states["CompensateA"]["Resource"], "arn:aws:lambda:eu-west-1:000000000001:function:b")

    def test_a_mistake_is_told_with_its_place(self):
        file = self.write("bad.yaml", "steps:\n  - name: A\n    execute: a\n    undo: b\n")
        status, _, error = treadle("saga", "compile", file)
        self.assertEqual(status, 2)
        self.assertIn(f"{file}:4:5: expected one of name, execute, compensate", error)
        file = self.write("odd.yaml", "steps:\n  - {name: A, execute: 'arn:x', compensate: b}\n")
        status, _, error = treadle("saga", "compile", file)
        self.assertEqual(status, 2)
        self.assertIn(f"{file}:2:5: expected the ARN of a function", error)


@unittest.skipUnless((SHARED / "mission").is_dir(), "there is no ../shared/mission")
class MissionSagaTest(Files):
    """The listing of the mission, and the chains that its comments draw."""

    def setUp(self):
        super().setUp()
        self.listing = self.write("saga.ts", saga_listing())
        self.machine = json.loads(self.compile(self.listing))
        self.states = self.machine["States"]

    def test_resources(self):
        self.assertEqual({name: state.get("Resource") for name, state in self.states.items()}, {
            "ReserveInventory": LAMBDA + "reserve-inventory", "ChargePayment": LAMBDA + "charge-payment",
            "CreateShipment": LAMBDA + "create-shipment", "CompensateShipment": LAMBDA + "cancel-shipment",
            "CompensatePayment": LAMBDA + "refund-payment", "CompensateInventory": LAMBDA + "release-inventory",
            "SagaFailed": None})

    def test_the_way_forward(self):
        self.assertEqual(chain(self.states, self.machine["StartAt"]), ["ReserveInventory", "ChargePayment", "CreateShipment"])
        self.assertTrue(self.states["CreateShipment"]["End"])

    def test_definite_failures_follow_the_drawn_chains(self):
        for step, expected in (("CreateShipment", ["CompensatePayment", "CompensateInventory", "SagaFailed"]),
                               ("ChargePayment", ["CompensateInventory", "SagaFailed"]),
                               ("ReserveInventory", ["SagaFailed"])):
            with self.subTest(step):
                self.assertEqual(chain(self.states, catch_of(self.states[step], "OutOfStock")), expected)

    def test_ambiguous_failures_enter_one_link_earlier(self):
        for error in ("States.Timeout", "States.HeartbeatTimeout", "Lambda.ServiceException", "Sandbox.Timedout"):
            for step, first in (("CreateShipment", "CompensateShipment"), ("ChargePayment", "CompensatePayment"),
                                ("ReserveInventory", "CompensateInventory")):
                with self.subTest(step=step, error=error):
                    self.assertEqual(catch_of(self.states[step], error), first)
        self.assertEqual(self.states["CompensateShipment"]["Next"], "CompensatePayment")

    def test_error_key_and_retries(self):
        self.assertEqual(self.states["SagaFailed"],
                         {"Type": "Fail", "ErrorPath": "States.Format('{}', $.error.Error)",
                          "CausePath": "States.Format('{}', $.error.Cause)"})
        for step, undo in (("ChargePayment", "CompensatePayment"), ("CreateShipment", "CompensateShipment")):
            key = f"States.Format('{{}}/{step}', $$.Execution.Id)"
            self.assertEqual([self.states[name]["Parameters"]["sagaKey.$"] for name in (step, undo)], [key, key])
            self.assertEqual(self.states[undo]["Retry"], [
                {"ErrorEquals": ["States.ALL"], "IntervalSeconds": 2, "MaxAttempts": 99999999, "BackoffRate": 2,
                 "MaxDelaySeconds": 21600, "JitterStrategy": "FULL"}])

    def test_it_is_verified(self):
        report = self.check(self.listing, expect=0)
        self.assertEqual((report["verdict"], report["counterexamples"], report["unknown"]), ("verified", [], []))


class CheckTest(Files):
    def test_the_example_is_verified_as_saga_and_as_definition(self):
        compiled = self.write("trip.asl.json", self.compile(EXAMPLE))
        for file in (EXAMPLE, compiled):
            report = self.check(file, expect=0)
            self.assertEqual(report["verdict"], "verified")
            self.assertTrue(any("no state machine can catch StopExecution" in line for line in report["assumptions"]))
            self.assertGreater(report["explored"]["states"], 0)

    def test_a_catch_that_is_missing(self):
        machine = json.loads(self.compile(EXAMPLE))
        del machine["States"]["ChargeCard"]["Catch"]
        report = self.check(self.write("broken.asl.json", json.dumps(machine)), expect=1)
        examples = {(e["property"], e["step"]): e for e in report["counterexamples"]}
        self.assertEqual(set(examples), {("uncaught", "ChargeCard")})
        example = examples["uncaught", "ChargeCard"]
        self.assertEqual(example["end"], "ChargeCard")
        self.assertEqual(example["ledger"]["BookHotel"], "done")

    def test_a_bound_that_is_hit_is_not_called_verified(self):
        report = self.check(EXAMPLE, "--states-max", "5", expect=3)
        self.assertEqual(report["verdict"], "unknown")
        self.assertIn("too many states", report["unknown"][0])

    def test_onCompensationFailure_names_its_ends(self):
        steps = EXAMPLE.read_text()
        for mode, end in (("park", "ParkHotel: waits for an operator"), ("fail", "SagaCompensationFailed: ")):
            file = self.write(f"{mode}.yaml", f"onCompensationFailure: {mode}\n" + steps)
            ends = self.check(file, expect=0)["ends"]
            self.assertTrue(any(line.startswith(end) for line in ends), ends)
            status, out, _ = treadle("validate", "-", stdin=self.compile(file))
            self.assertEqual(status, 0, out)

    def test_sides(self):
        task = {"Type": "Task", "Resource": LAMBDA + "f"}
        machine = self.write("m.json", json.dumps({"StartAt": "Pay", "States": {
            "Pay": {**task, "Next": "Look", "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Refund"}]},
            "Look": {**task, "End": True, "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Refund"}]},
            "Refund": {**task, "Next": "Failed",
                       "Retry": [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 99999999, "MaxDelaySeconds": 3600}]},
            "Failed": {"Type": "Fail"}}}))
        self.check(machine, expect=1)
        self.check(machine, "--compensates", "Refund=Pay", "--read-only", "Look", expect=0)
        side = self.write("side.yaml", "compensates: {Refund: Pay}\nreadOnly: Look\n")
        self.check(machine, "--side", side, expect=0)
        for options, why in ((("--compensates", "Refund=Nobody"), "no such state"),
                             (("--compensates", "Failed=Pay"), "it is no Task state"),
                             (("--compensates", "Refund"), "expected UNDO=STEP[,STEP...]"),
                             (("--side", self.write("bad.yaml", "undo: 1\n")), "bad.yaml:1:1: expected one of"),
                             (("--read-only", "Refund", "--compensates", "Refund=Pay"), "both as read-only")):
            status, _, error = treadle("saga", "check", machine, *options)
            self.assertEqual(status, 2)
            self.assertIn(why, error)

    def test_bad_input(self):
        for arguments in ((), ("make-coffee",), ("check",), ("check", "--format", "pdf", EXAMPLE),
                          ("check", self.folder / "none.yaml"),
                          ("check", self.write("bad.json", '{"StartAt": "A", "States": {}}'))):
            with self.subTest(arguments=arguments):
                self.assertEqual(treadle("saga", *arguments)[0], 2)

    def test_graphs(self):
        machine = json.loads(self.compile(EXAMPLE))
        del machine["States"]["ChargeCard"]["Catch"]
        file = self.write("broken.asl.json", json.dumps(machine))
        status, dot, _ = treadle("saga", "check", file, "--format", "dot")
        self.assertEqual(status, 1)
        self.assertIn("digraph saga {", dot)
        self.assertIn('label="ChargeCard", style="rounded,filled", fillcolor="#f4b6b6"', dot)
        status, flow, _ = treadle("saga", "graph", EXAMPLE, "--format", "mermaid")
        self.assertEqual(status, 0)
        self.assertTrue(flow.startswith("flowchart TD\n"))
        self.assertIn(':::undo', flow)
        self.assertEqual(set(json.loads(treadle("saga", "graph", EXAMPLE, "--format", "json")[1])), {"dot", "mermaid"})


@unittest.skipUnless((SHARED / "mission").is_dir(), "there is no ../shared/mission")
class MissionPipelineTest(Files):
    """The order pipeline of the mission leaves effects behind, in ways that are known."""

    def setUp(self):
        super().setUp()
        source = self.write("main.tf", mission_listing("order_processing"))
        definition = next(import_terraform(source, self.folder).glob("*.asl.json"))
        report = self.check(definition, "--compensates", "CompensatePayment=ProcessPayment", "--read-only", "ValidateOrder",
                            "--read-only", "SendConfirmation", expect=1)
        self.examples = {(e["property"], e["step"]): e for e in report["counterexamples"]}

    def path(self, *key):
        return [(entry["state"], entry["outcome"]) for entry in self.examples[key]["path"]]

    def test_inventory_is_never_released(self):
        self.assertEqual(self.path("left-done", "ReserveInventory"), [
            ("ValidateOrder", "succeeded"), ("ProcessPayment", "succeeded"), ("ReserveInventory", "succeeded"),
            ("SendConfirmation", "failed with an error"), ("ParallelFulfillment", "caught an error"),
            ("CompensatePayment", "succeeded"), ("OrderFailed", "failed the execution")])
        example = self.examples["left-done", "ReserveInventory"]
        self.assertEqual(example["ledger"], {"ProcessPayment": "compensated", "ReserveInventory": "done"})
        self.assertEqual(example["end"], "OrderFailed")

    def test_the_refund_has_neither_retry_nor_catch(self):
        self.assertIn(("no-retry", "CompensatePayment"), self.examples)
        self.assertEqual(self.path("uncaught", "CompensatePayment")[-1], ("CompensatePayment", "failed with an error"))
        self.assertEqual(self.examples["uncaught", "CompensatePayment"]["end"], "CompensatePayment")

    def test_a_gateway_timeout_leaves_the_payment_possibly_charged(self):
        self.assertEqual(self.path("uncaught", "ProcessPayment"), [
            ("ValidateOrder", "succeeded"), ("ProcessPayment", "failed with PaymentGatewayTimeout after 3 retries")])
        self.assertEqual(self.examples["uncaught", "ProcessPayment"]["ledger"]["ProcessPayment"], "maybe")

    def test_nothing_else(self):
        self.assertEqual(set(self.examples), {
            ("left-done", "ReserveInventory"), ("left-maybe", "ReserveInventory"), ("left-maybe", "ProcessPayment"),
            ("uncaught", "ProcessPayment"), ("uncaught", "CompensatePayment"), ("no-retry", "CompensatePayment")})


class SpeedTest(Files):
    def test_fifty_steps_with_five_groups(self):
        units = []
        for i in range(5):
            units.append({"name": f"Group{i}", "parallel": [
                {"name": f"G{i}S{k}", "execute": "a", "compensate": "b"} for k in range(6)]})
            units += [{"name": f"S{i}x{k}", "execute": "a", "compensate": "b"} for k in range(4)]
        report = self.check(self.write("big.json", json.dumps(units)), expect=0)
        self.assertEqual(report["verdict"], "verified")
        # Time is not asserted; what takes it is.
        self.assertLess(report["explored"]["states"], 100_000)


if __name__ == "__main__":
    unittest.main()
