"""Definitions and names that several tests use."""
import itertools
import json

ROLE = "arn:aws:iam::123456789012:role/any"
ARN = "arn:aws:states:us-east-1:123456789012"
_numbers = itertools.count(1)


def unique(prefix):
    return f"{prefix}-{next(_numbers)}"


def machine(**states):
    """A definition of these states, from the first one on."""
    return json.dumps({"StartAt": next(iter(states)), "States": states})


PASS = machine(Greet={"Type": "Pass", "Result": {"greeting": "hello"}, "ResultPath": "$.said", "End": True})
WAIT = machine(Pause={"Type": "Wait", "Seconds": 86400, "End": True})
INVALID = '{"StartAt": "Nowhere", "States": {"Here": {"Type": "Succeed"}}}'


def activity_task(activity_arn, **fields):
    return machine(Work={"Type": "Task", "Resource": activity_arn, "End": True, **fields})
