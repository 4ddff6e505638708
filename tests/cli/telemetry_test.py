"""The Express pipelines with their functions and services, on this machine alone: the example's Terraform, and the
listing that it was written after, cut out of ../shared/mission as it stands (where that is there)."""
import json
import sqlite3
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

from cli.orders_test import block, import_terraform
from support import aws
from support.treadle import ROOT, SHARED, Server, treadle

EXAMPLE = ROOT / "examples/express"
# Keys would send the calls to AWS.
NO_KEYS = {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "", "AWS_EC2_METADATA_DISABLED": "true"}
# The listing has no Parameters: what its integrations are to do comes from its functions.
HANDLERS = """
exports.parse = async (input) => ({type: input.type});
exports.enrich = async ({id, parsed, leaveOut}) => {
  const requests = {
    metric: {DatabaseName: 'iot', TableName: 'metrics', Records: [{
      MeasureName: 'load', MeasureValue: '0.5', MeasureValueType: 'DOUBLE', Time: '1700000000000',
      Dimensions: [{Name: 'host', Value: id}]}]},
    event: {Entries: [{Source: 'iot', DetailType: 'seen', Detail: {id}}]},
  };
  const request = requests[parsed.type] ?? {Bucket: 'iot-raw', Key: id + '.json', Body: {id}};
  delete request[leaveOut];
  return {parsed, ...request};
};
"""
TARGETS = """
timestream: {databases: {iot: {tables: [metrics]}}}
s3: {buckets: [iot-raw]}
"""


def mission_listing():
    """The Express state machine in the mission's text, to the character, with what it refers to; None where that is not
    there."""
    for page in sorted((SHARED / "mission").glob("*.txt")):
        text = page.read_text()
        kind = text.find('type = "EXPRESS"')
        if kind >= 0:
            return block(text, text.rfind('resource "aws_sfn_state_machine"', 0, kind))
    return None


class Telemetry(unittest.TestCase):
    def serve(self, project):
        self.server = self.enterContext(Server("--project", project, environment=NO_KEYS))
        listed = self.server.call("ListStateMachines")[1]["stateMachines"]
        self.assertEqual(len(listed), 1)
        self.machine = listed[0]["stateMachineArn"]

    def run_sync(self, given):
        status, ended = self.server.call("StartSyncExecution", stateMachineArn=self.machine, input=json.dumps(given))
        self.assertEqual(status, 200, ended)
        return ended

    def records(self):
        with sqlite3.connect(f"file:{self.server.data}/services/timestream.db?mode=ro", uri=True) as database:
            database.row_factory = sqlite3.Row
            return [dict(row) for row in database.execute("SELECT * FROM records")]

    def events(self):
        with sqlite3.connect(f"file:{self.server.data}/services/messages.db?mode=ro", uri=True) as database:
            return [json.loads(event) for (event,) in database.execute("SELECT event FROM events")]

    def objects(self, bucket):
        """Keys in the bucket as the AWS CLI lists them."""
        listed = subprocess.run(
            ["aws", "--endpoint-url", self.server.endpoint, "s3api", "list-objects-v2", "--bucket", bucket],
            capture_output=True, text=True, check=False, timeout=60, env=aws.environment())
        self.assertEqual(listed.returncode, 0, listed.stderr)
        return [entry["Key"] for entry in json.loads(listed.stdout or "{}").get("Contents", [])]


class ExampleTest(Telemetry):
    def test_the_example(self):
        folder = self.enterContext(tempfile.TemporaryDirectory())
        project = Path(folder, "project")
        project.mkdir()
        (project / "treadle.yaml").write_text((EXAMPLE / "treadle.yaml").read_text())
        self.serve(import_terraform(EXAMPLE, folder))
        for name in ("1-measurement", "2-alarm", "3-anything"):
            ended = self.run_sync(json.loads((EXAMPLE / f"inputs/{name}.json").read_text()))
            self.assertEqual(ended["status"], "SUCCEEDED", ended)
        record, = self.records()
        self.assertEqual((record["measure_name"], record["measure_value"]), ("temperature", "21.5"))
        event, = self.events()
        self.assertEqual((event["source"], event["detail-type"]), ("telemetry", "Device alarm"))
        self.assertEqual(event["detail"]["reading"]["name"], "overheated")
        key, = self.objects("telemetry-archive-dev")
        self.assertTrue(key.startswith("nobody/"), key)


class MissionTest(Telemetry):
    def test_the_listing_as_it_stands(self):
        listing = mission_listing()
        if listing is None:
            self.skipTest("../shared/mission is not there")
        folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        (folder / "handlers").mkdir()
        (folder / "handlers/iot.cjs").write_text(HANDLERS)
        (folder / "main.tf").write_text(listing)
        project = folder / "project"
        project.mkdir()
        (project / "treadle.yaml").write_text("functions:\n" + "".join(
            f"  {name}: {{runtime: nodejs, handler: iot.{name}, code: ../handlers}}\n"
            for name in ("parse", "enrich")) + TARGETS)
        self.serve(import_terraform(folder / "main.tf", folder))
        for kind in ("metric", "event", "anything"):
            ended = self.run_sync({"type": kind, "id": f"{kind}-1"})
            self.assertEqual(ended["status"], "SUCCEEDED", ended)
        record, = self.records()
        self.assertEqual((record["measure_name"], json.loads(record["dimensions"])), ("load", {"host": "metric-1"}))
        self.assertEqual([event["detail"] for event in self.events()], [{"id": "event-1"}])
        self.assertEqual(self.objects("iot-raw"), ["anything-1.json"])
        self.check_what_is_left_out()

    def check_what_is_left_out(self):
        for kind, member in (("metric", "TableName"), ("event", "Entries"), ("anything", "Bucket")):
            with self.subTest(kind):
                ended = self.run_sync({"type": kind, "id": "x", "leaveOut": member})
                self.assertEqual((ended["status"], ended["error"]), ("FAILED", "States.Runtime"))
                self.assertIn(f"The field '{member}' is required but was missing", ended["cause"])


if __name__ == "__main__":
    unittest.main()
