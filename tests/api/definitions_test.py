"""Published definitions: each can be created, and each runs to an end when something answers its tasks."""
import concurrent.futures
import json
import os
import tempfile
import unittest
from pathlib import Path

from support import definitions
from support.crowd import Crowd
from support.machines import ROLE, unique
from support.treadle import Server, treadle

# Made to be refused, or refused by AWS too: docs/compatibility.md tells why.
REFUSED = {
    "asl-validator/valid-assign.asl", "asl-validator/valid-map-with-item-batcher-jsonata",
    "localstack/errorhandling/task_service_lambda_invoke_catch_tbd",
    "localstack/scenarios/map_state_label_invalid_char_fail", "localstack/scenarios/map_state_label_too_long_fail",
}
NOW = "2029-12-31T00:00:00Z"  # no definition waits for a day that is more than a year later
ENDED = {"SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"}


def run(folder, number, text):
    """What `treadle test` tells of one execution whose tasks all answer: (status, what to know about it)."""
    definition = json.loads(text)
    data = definitions.data_for(definition)
    tasks = [name for name, state in definitions.states_of(definition) if state.get("Type") == "Task"]
    machine, cases = Path(folder, f"{number}.asl.json"), Path(folder, f"{number}.yaml")
    machine.write_text(text)
    cases.write_text(json.dumps({"machine": machine.name, "now": NOW, "cases": [
        {"name": "all tasks answer", "input": data, "mocks": {name: {"result": data} for name in tasks}}]}))
    status, out, err = treadle("test", cases, "--format", "json")
    if status not in (0, 1):
        return f"exit {status}", err
    case, = json.loads(out)["cases"]
    return case["status"], case.get("waiting") or case.get("error", "")


@unittest.skipUnless(definitions.INDEX.exists(), f"there is no {definitions.FOLDER}")
class DefinitionsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        entries = list(definitions.valid())
        cls.all = [entry for entry in entries if entry[0] not in REFUSED]
        cls.refused = [entry for entry in entries if entry[0] in REFUSED]

    def test_each_can_be_created(self):
        def create(entry):
            status, body = server.call("CreateStateMachine", name=unique("published"), definition=entry[1],
                                       roleArn=ROLE)
            return None if status == 200 else f"{entry[0]}: {body}"
        with Server() as server, Crowd(server.port) as crowd:
            refused = [why for why in crowd.pool.map(create, self.all) if why]
            created = [entry[0] for entry in self.refused if create(entry) is None]
        print(f"  {len(self.all) - len(refused)} of {len(self.all)} definitions created")
        self.assertEqual(refused, [])
        self.assertEqual(created, [], "these are no longer refused: take them off the list")

    def test_each_ends(self):
        runnable = [entry for entry in self.all if not entry[2]]
        with tempfile.TemporaryDirectory() as folder, concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            ends = list(pool.map(lambda at: run(folder, at[0], at[1][1]), enumerate(runnable)))
        ended = sum(status in ENDED for status, _ in ends)
        succeeded = sum(status == "SUCCEEDED" for status, _ in ends)
        print(f"  {ended} of {len(runnable)} definitions ended, {succeeded} of them well; "
              f"{len(self.all) - len(runnable)} with a Distributed Map were not run")
        self.assertEqual([(entry[0], *end) for entry, end in zip(runnable, ends) if end[0] not in ENDED], [])
        self.assertGreater(succeeded * 2, len(runnable), "the data says less than it did")


if __name__ == "__main__":
    unittest.main()
