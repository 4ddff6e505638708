"""treadle bench pipeline and logging: few events, so that what a million of them show can't rot. No figure of time is looked at."""
import json
import subprocess
import tempfile
import unittest
from pathlib import Path

from support.treadle import ROOT, treadle

EVENTS = 3_001
# How many of the events go to Timestream, to EventBridge and to S3, which take turns.
SHARES = {"records": 1_001, "events": 1_000, "objects": 1_000}


def figures(out):
    return {figure["what"]: figure for figure in map(json.loads, out.splitlines())}


class PipelineTest(unittest.TestCase):
    def run_pipeline(self, *arguments):
        self.folder = self.enterContext(tempfile.TemporaryDirectory())
        return treadle("bench", "pipeline", "--events", EVENTS, "--dir", self.folder, "--format", "json", *arguments)

    def check(self, *arguments):
        status, out, err = self.run_pipeline(*arguments)
        self.assertEqual((status, err), (0, ""))
        found = figures(out)
        landed = {what.split()[0]: figure for what, figure in found.items() if "must be" in what or "right" in what}
        self.assertEqual({what: figure["value"] for what, figure in landed.items()}, {"outputs": EVENTS, **SHARES})
        self.assertTrue(all(figure["ok"] for figure in landed.values()), landed)
        self.assertGreater(found["events through the pipeline into local services"]["value"], 0)
        self.assertEqual(list(Path(self.folder).iterdir()), [])

    def test_the_built_in_pipeline(self):
        self.check()

    def test_the_listing(self):
        listing = subprocess.run(["/usr/bin/python3", ROOT / "bench/seed_listing.py", self.enterContext(tempfile.TemporaryDirectory())],
                                 capture_output=True, text=True, check=True, timeout=120).stdout.strip()
        if not listing:
            self.skipTest("../shared/mission is not there")
        self.check("--machine", listing)

    def test_what_is_wrong_is_seen(self):
        """A pipeline that is wrong in one place says where, and gives no figures."""
        function = "arn:aws:lambda:us-east-1:123456789012:function:"
        put = {"Type": "Task", "Resource": "arn:aws:states:::s3:putObject", "End": True}
        right = {"Parse": {"Type": "Task", "Resource": function + "parse", "ResultPath": "$.parsed", "Next": "Enrich"},
                 "Enrich": {"Type": "Task", "Resource": function + "enrich", "Next": "Route"},
                 "Route": {"Type": "Choice", "Default": "Archive", "Choices": [
                     {"Variable": "$.parsed.type", "StringEquals": "metric", "Next": "Keep"},
                     {"Variable": "$.parsed.type", "StringEquals": "event", "Next": "Publish"}]},
                 "Keep": {"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:timestreamwrite:writeRecords", "End": True},
                 "Publish": {"Type": "Task", "Resource": "arn:aws:states:::events:putEvents", "End": True},
                 "Archive": put}
        cases = (
            # The answer of S3 has another ETag.
            ("Archive", {**put, "Parameters": {"Bucket.$": "$.Bucket", "Key.$": "$.Key", "Body": "other"}},
             'wrong output: {"ETag":"'),
            # All answers are right, and the objects lie where they should not.
            ("Archive", {**put, "Parameters": {"Bucket.$": "$.Bucket", "Body.$": "$.Body",
                                               "Key.$": "States.Format('{}.txt', $.Key)"}}, "its key is"),
            ("Keep", {"Type": "Pass", "Result": {"RecordsIngested": {"Total": 1}}, "End": True}, "0 of 1001 records are there"),
            ("Publish", {"Type": "Pass", "Result": {"Entries": [{"EventId": "e"}], "FailedEntryCount": 0}, "End": True},
             "0 of 1000 events are there"),
            ("Publish", {"Type": "Fail", "Error": "Broken", "Cause": "It fell"}, "message 1: Broken: It fell"),
        )
        for state, instead, said in cases:
            with self.subTest(said):
                machine = Path(self.enterContext(tempfile.TemporaryDirectory()), "machine.json")
                machine.write_text(json.dumps({"StartAt": "Parse", "States": {**right, state: instead}}))
                status, out, err = self.run_pipeline("--machine", machine)
                self.assertEqual((status, out), (1, ""), err)
                self.assertIn(said, err)


class LoggingTest(unittest.TestCase):
    def test_every_level_is_measured(self):
        folder = self.enterContext(tempfile.TemporaryDirectory())
        status, out, err = treadle("bench", "logging", "--seconds", "0.2", "--rounds", 1, "--dir", folder, "--format", "json")
        self.assertEqual(status, 0, err)
        names = [what.removeprefix("P1's pipeline").split(", to files")[0] for what in figures(out)]
        self.assertEqual(names, [", nothing configured", " logging OFF", " logging FATAL", " logging ERROR",
                                 " logging ERROR with data", " logging ALL", " logging ALL with data"])


if __name__ == "__main__":
    unittest.main()
