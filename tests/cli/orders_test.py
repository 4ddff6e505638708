"""The order pipeline with its functions, twice: the example's Terraform, and the listing that it was written
after, cut out of ../shared/mission as it stands (where that is there)."""
import json
import tempfile
import unittest
from pathlib import Path

from support.machines import ROLE
from support.treadle import ROOT, SHARED, Server, treadle

EXAMPLE = ROOT / "examples/order-processing"
FUNCTIONS = {"validate_order": "validateOrder", "process_payment": "processPayment",
             "reserve_inventory": "reserveInventory", "send_confirmation": "sendConfirmation",
             "refund_payment": "refundPayment"}
FAILED = {"status": "FAILED", "cause": "Order processing failed"}
# input, how it ends, the states that its history names, how many payments failed
CASES = (
    ("1-success", {"status": "SUCCEEDED"},
     {"ValidateOrder", "ProcessPayment", "ParallelFulfillment", "ReserveInventory", "SendConfirmation", "OrderCompleted"}, 0),
    ("2-validation-error", FAILED, {"ValidateOrder", "OrderFailed"}, 0),
    ("3-payment-declined", FAILED, {"ValidateOrder", "ProcessPayment", "OrderFailed"}, 1),
    ("4-gateway-timeouts", {"status": "SUCCEEDED"},
     {"ValidateOrder", "ProcessPayment", "ParallelFulfillment", "ReserveInventory", "SendConfirmation", "OrderCompleted"}, 3),
    ("5-confirmation-fails", FAILED,
     {"ValidateOrder", "ProcessPayment", "ParallelFulfillment", "ReserveInventory", "SendConfirmation",
      "CompensatePayment", "OrderFailed"}, 0),
)


def mission_listing(label):
    """The block of that state machine in the mission's text, to the character; None where that is not there."""
    for page in sorted((SHARED / "mission").glob("*.txt")):
        text = page.read_text()
        begin = text.find(f'resource "aws_sfn_state_machine" "{label}"')
        if begin >= 0:
            return block(text, begin)
    return None


def block(text, begin):
    """From `begin` to the brace that closes the first one opened; strings of the listing hold none but ${...}."""
    depth = 0
    for at in range(text.index("{", begin), len(text)):
        depth += {"{": 1, "}": -1}.get(text[at], 0)
        if depth == 0:
            return text[begin:at + 1]
    raise AssertionError("the listing does not end")


def import_terraform(source, folder):
    """Imports a file or folder: the folder with what came out."""
    out = Path(folder, "project")
    status, said, error = treadle("import", "terraform", source, "--out", out)
    assert status == 0, said + error
    return out


class Pipeline(unittest.TestCase):
    """The five orders against the state machine of `project`."""

    def check_orders(self, project, machine_of):
        attempts = self.enterContext(tempfile.TemporaryDirectory())
        # time-outs are scaled too: the first call of a function starts a process, and has 10 s in the definition
        with Server("--project", project, "--time-scale", "0.25",
                    environment={"ORDER_ATTEMPTS_DIR": attempts}) as server:
            machine = machine_of(server)
            started = [self.start(server, machine, name) for name, *_ in CASES]
            for arn, (name, *expected) in zip(started, CASES):
                with self.subTest(name):
                    self.check_order(server, arn, *expected)

    def start(self, server, machine, name):
        order = (EXAMPLE / f"inputs/{name}.json").read_text()
        status, answer = server.call("StartExecution", stateMachineArn=machine, input=order)
        self.assertEqual(status, 200, answer)
        return answer["executionArn"]

    def check_order(self, server, arn, ends, states, failed_payments):
        ended = server.wait_for_end(arn)
        self.assertEqual({key: ended.get(key) for key in ends}, ends)
        _, history = server.call("GetExecutionHistory", executionArn=arn, maxResults=1000)
        entered = [e["stateEnteredEventDetails"]["name"] for e in history["events"] if "stateEnteredEventDetails" in e]
        self.assertEqual(set(entered), states)
        failures = [e["lambdaFunctionFailedEventDetails"]["error"] for e in history["events"]
                    if e["type"] == "LambdaFunctionFailed"]
        self.assertEqual(len([error for error in failures if error.startswith("Payment")]), failed_payments)


class ExampleTest(Pipeline):
    def test_the_example(self):
        project = import_terraform(EXAMPLE, self.enterContext(tempfile.TemporaryDirectory()))
        self.check_orders(project, lambda server: "arn:aws:states:us-east-1:123456789012:stateMachine:order-processing-dev")


@unittest.skipUnless((SHARED / "mission").is_dir(), "there is no ../shared/mission")
class MissionTest(Pipeline):
    """The listing defines no functions: the names it refers to are mapped to the example's."""

    def test_the_listing_as_it_stands(self):
        folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        (folder / "main.tf").write_text(mission_listing("order_processing"))
        definition = next(import_terraform(folder / "main.tf", folder).glob("*.asl.json"))
        project = folder / "functions"
        project.mkdir()
        # JSON is YAML
        (project / "treadle.yaml").write_text(json.dumps({"functions": {
            name: {"runtime": "nodejs", "handler": f"orders.{handler}", "code": str(EXAMPLE / "handlers")}
            for name, handler in FUNCTIONS.items()}}))

        def create(server):
            status, answer = server.call("CreateStateMachine", name=definition.name.removesuffix(".asl.json"),
                                         definition=definition.read_text(), roleArn=ROLE)
            self.assertEqual(status, 200, answer)
            return answer["stateMachineArn"]

        self.check_orders(project, create)

    def test_the_express_listing_is_imported(self):
        folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        (folder / "main.tf").write_text(mission_listing("data_transform"))
        out = import_terraform(folder / "main.tf", folder)
        states = json.loads(next(out.glob("*.asl.json")).read_text())["States"]
        self.assertEqual(states["StoreInS3"]["Resource"], "arn:aws:states:::s3:putObject")
        self.assertEqual(states["RouteByType"]["Default"], "StoreInS3")


if __name__ == "__main__":
    unittest.main()
