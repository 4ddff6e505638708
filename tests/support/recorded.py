"""The recorded cases of ../shared/conformance/asl, through its own player."""
import argparse
import importlib.machinery
import importlib.util
import json
import random
import re
import threading

from support.treadle import SHARED

FOLDER = SHARED / "conformance/asl"
PLAYER = FOLDER / "run"
CASE_SECONDS = 60
SQS_RECORDED = "http://127.0.0.1:4611"  # where queue URLs in inputs point to


def cases(stages):
    """Those of `stages` that the player leaves out, by their ids."""
    every = (json.loads(file.read_text()) for file in sorted(FOLDER.glob("cases/*/*.json")))
    return {case["id"]: case for case in every
            if case["stage"] in stages and not set(case["needs"]) <= {"lambda", "logs"}}


def filled(case, account, sqs):
    """The case with unique names and addresses put in."""
    names = {}
    def value(found):
        return account if found[1] == "account" else names.setdefault(found[2], f"{random.getrandbits(32):08x}")
    text = re.sub(r"\$\{(account|uid\.(\d+))\}", value, json.dumps(case))
    return json.loads(text.replace(SQS_RECORDED, sqs))


class Player:
    """The player as a module, with its Lambda on a port of its own."""

    def __init__(self):
        loader = importlib.machinery.SourceFileLoader("recorded_player", str(PLAYER))
        self.module = importlib.util.module_from_spec(importlib.util.spec_from_loader(loader.name, loader))
        loader.exec_module(self.module)
        self.functions = self.module.Server(("127.0.0.1", 0), self.module.LambdaHandler)
        threading.Thread(target=self.functions.serve_forever, daemon=True).start()

    @property
    def lambda_url(self):
        return f"http://127.0.0.1:{self.functions.server_port}"

    def use(self, endpoint):
        """The server under test; its account."""
        self.module.ARGS = argparse.Namespace(endpoint=endpoint, timeout=CASE_SECONDS, account=None)
        self.module.ARGS.account = self.module.find_account(endpoint)
        return self.module.ARGS.account

    def play(self, case):
        """What differs first, None where nothing does."""
        return self.module.play(case)

    def close(self):
        self.functions.shutdown()
        self.functions.server_close()
