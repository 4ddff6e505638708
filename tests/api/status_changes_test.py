"""Who is told when executions start, are redriven and end (treadle.yaml, statusChanges)."""
import json
import queue
import socket
import tempfile
import threading
import unittest
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from support.machines import PASS, ROLE, machine, unique
from support.treadle import Server, treadle

REACT = "arn:aws:states:us-east-1:123456789012:stateMachine:react"
FAILS = machine(Fail={"Type": "Fail", "Error": "Boom", "Cause": "why"})


class Webhook(BaseHTTPRequestHandler):
    events = queue.Queue()

    def do_POST(self):
        self.events.put(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_):
        pass


class StatusChangesTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        web = ThreadingHTTPServer(("127.0.0.1", 0), Webhook)
        threading.Thread(target=web.serve_forever, daemon=True).start()
        cls.addClassCleanup(web.server_close)
        cls.addClassCleanup(web.shutdown)
        project = cls.enterClassContext(tempfile.TemporaryDirectory())
        Path(project, "treadle.yaml").write_text(
            f"statusChanges:\n  webhooks: ['http://127.0.0.1:{web.server_port}/changed']\n")
        cls.server = cls.enterClassContext(Server("--project", project))

    def setUp(self):
        while not Webhook.events.empty():
            Webhook.events.get()

    def start(self, definition, start_input="{}"):
        created = self.server.call("CreateStateMachine", name=unique("told"), definition=definition, roleArn=ROLE)[1]
        started = self.server.call("StartExecution", stateMachineArn=created["stateMachineArn"], input=start_input)[1]
        return started["executionArn"]

    def told(self, count):
        return sorted((Webhook.events.get(timeout=20) for _ in range(count)),
                      key=lambda e: e["detail"]["status"] != "RUNNING")

    def test_a_success(self):
        arn = self.start(PASS, '{"a":1}')
        running, ended = self.told(2)
        self.assertEqual({k: running[k] for k in ("version", "detail-type", "source", "account", "region", "resources")},
                         {"version": "0", "detail-type": "Step Functions Execution Status Change",
                          "source": "aws.states", "account": "123456789012", "region": "us-east-1",
                          "resources": [arn]})
        self.assertRegex(running["time"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")
        self.assertNotEqual(running["id"], ended["id"])
        self.assertEqual((running["detail"]["status"], running["detail"]["input"], running["detail"]["output"],
                          running["detail"]["stopDate"]), ("RUNNING", '{"a":1}', None, None))
        detail = ended["detail"]
        described = self.server.wait_for_end(arn)
        self.assertEqual((detail["status"], detail["output"]), ("SUCCEEDED", described["output"]))
        self.assertEqual(detail["stopDate"], round(described["stopDate"] * 1000))
        self.assertEqual(detail["inputDetails"], {"included": True})

    def test_a_failure(self):
        self.start(FAILS)
        _, ended = self.told(2)
        self.assertEqual((ended["detail"]["status"], ended["detail"]["error"], ended["detail"]["cause"],
                          ended["detail"]["output"], ended["detail"]["outputDetails"]),
                         ("FAILED", "Boom", "why", None, None))

    def test_large_data_are_left_out(self):
        large = json.dumps({"a": "x" * 200_000})
        self.start(machine(P={"Type": "Pass", "End": True}), large)
        running, ended = self.told(2)
        self.assertEqual(running["detail"]["inputDetails"], {"included": True})
        self.assertEqual((ended["detail"]["inputDetails"], ended["detail"]["input"]), ({"included": False}, None))

    def test_events_of_a_webhook_that_hangs_take_no_more_than_their_share(self):
        listener = self.enterContext(socket.create_server(("127.0.0.1", 0), backlog=1024))
        project = Path(self.enterContext(tempfile.TemporaryDirectory()))
        (project / "treadle.yaml").write_text(
            f"statusChanges: {{webhooks: ['http://127.0.0.1:{listener.getsockname()[1]}/']}}\n")
        with Server("--project", project) as server:
            machine_arn = server.call("CreateStateMachine", name="large", definition=PASS, roleArn=ROLE)[1]["stateMachineArn"]
            large = json.dumps("x" * 200_000)
            for _ in range(200):
                self.assertEqual(server.call("StartExecution", stateMachineArn=machine_arn, input=large)[0], 200)
            self.assertIn("status events are dropped", server.log.read_text())

    def test_a_rule_on_the_event_bus_starts_a_machine(self):
        project = Path(self.enterContext(tempfile.TemporaryDirectory()))
        (project / "react.asl.json").write_text(PASS)
        (project / "treadle.yaml").write_text(f"""
stateMachines: {{react: {{definition: react.asl.json}}}}
statusChanges: {{eventBus: true}}
services: {{eventbridge: local}}
events:
  rules:
    failed:
      pattern: {{source: [aws.states], detail: {{status: [FAILED]}}}}
      targets: [{{arn: "{REACT}"}}]
""")
        with Server("--project", project) as server:
            created = server.call("CreateStateMachine", name="fails", definition=FAILS, roleArn=ROLE)[1]
            failed = server.call("StartExecution", stateMachineArn=created["stateMachineArn"])[1]["executionArn"]
            for _ in range(200):
                reactions = server.call("ListExecutions", stateMachineArn=REACT)[1]["executions"]
                if reactions:
                    break
                threading.Event().wait(0.05)
            reaction, = reactions
            event = json.loads(server.wait_for_end(reaction["executionArn"])["input"])
            self.assertEqual((event["detail-type"], event["resources"], event["detail"]["error"]),
                             ("Step Functions Execution Status Change", [failed], "Boom"))

    def test_bad_settings_are_refused_with_their_place(self):
        for text, complaint in (("statusChanges: {webhook: []}", ":1:17: expected one of eventBus, webhooks"),
                                ("statusChanges:\n  webhooks: [ftp://x]", ":2:14: expected a list of URLs"),
                                ("statusChanges: {eventBus: maybe}", ":1:27: expected true or false")):
            with self.subTest(text), tempfile.TemporaryDirectory() as project:
                Path(project, "treadle.yaml").write_text(text)
                status, _, error = treadle("server", "--project", project, "--data", Path(project, "data"))
                self.assertEqual(status, 2)
                self.assertIn("treadle.yaml" + complaint, error)


if __name__ == "__main__":
    unittest.main()
