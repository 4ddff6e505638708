"""The valid definitions of ../shared/conformance/definitions, and data that leads executions of them somewhere."""
import json
import re

from support.treadle import SHARED

FOLDER = SHARED / "conformance/definitions"
INDEX = FOLDER / "index.json"
STEP = r"(?:\.[A-Za-z_][\w-]*|\['[^']+'\]|\[\*\]|\[-?\d+\])"
JSONPATH = re.compile(rf"(?<!\$)\${STEP}+")
JSONATA = re.compile(rf"\$states\.(?:input|result){STEP}+")
CONTEXT_INPUT = re.compile(rf"\$\$\.Execution\.Input{STEP}+")
# What a reference path of these fields should lead to.
WANTED = {"SecondsPath": 1, "TimeoutSecondsPath": 100, "HeartbeatSecondsPath": 10, "MaxConcurrencyPath": 1,
          "TimestampPath": "2026-01-01T00:00:00Z", "ToleratedFailureCountPath": 0, "MaxItemsPath": 1,
          "ToleratedFailurePercentagePath": 0}
COMPARISON = re.compile(r"^(String|Numeric|Boolean|Timestamp|Is)\w+$")
OPPOSITE = {"IsNull": None, "IsNumeric": 1, "IsBoolean": True, "IsTimestamp": "2026-01-01T00:00:00Z"}


def valid():
    """(id, text, whether it has a Distributed Map) of each, with the sample values put in."""
    for entry in json.loads(INDEX.read_text()):
        if entry["expected"] != "OK" or not entry.get("scored", True):
            continue
        text = (FOLDER / entry["file"]).read_text()
        samples = entry.get("sample_values", {})
        for placeholder in sorted(samples, key=len, reverse=True):
            text = text.replace(placeholder, samples[placeholder])
        yield entry["id"], text, "Map mode DISTRIBUTED" in entry["features"].get("fields", {})


def states_of(machine):
    """(name, state) of every state at every depth."""
    for name, state in machine.get("States", {}).items():
        yield name, state
        inner = [state.get("Iterator"), state.get("ItemProcessor"), *state.get("Branches", [])]
        for part in inner:
            yield from states_of(part or {})


def members(value):
    """(key, value) of every object at every depth."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key, inner
            yield from members(inner)
    elif isinstance(value, list):
        for inner in value:
            yield "", inner
            yield from members(inner)


def steps(path):
    """The names and, as 0, the indexes of a path."""
    tail = re.sub(r"^\$(\$\.Execution\.Input|states\.\w+)?", "", path)
    return [dotted or quoted or 0 for dotted, quoted, _ in re.findall(r"\.([\w-]+)|\['([^']+)'\]|\[(\*|-?\d+)\]", tail)]


def with_path(data, path, leaf):
    """`data` with what `path`, a list of steps, leads to: `leaf`, or what stands there where that says nothing new."""
    if not path:
        return data if leaf == "text" and data is not None else leaf
    step, rest = path[0], path[1:]
    if step == 0:
        inner = data[0] if isinstance(data, list) else None
        return [with_path(inner, rest, leaf)]
    data = data if isinstance(data, dict) else {}
    return {**data, step: with_path(data.get(step), rest, leaf)}


def comparisons(definition):
    """(path, a value that satisfies the rule) of the Choice rules in JSONPath."""
    for _, rule in [("", definition), *members(definition)]:
        if isinstance(rule, dict) and isinstance(rule.get("Variable"), str):
            for operator, value in rule.items():
                if COMPARISON.match(operator) and not operator.endswith("Path"):
                    yield rule["Variable"], OPPOSITE.get(operator, "text") if operator.startswith("Is") else value


def paths_in(text):
    return [steps(path) for pattern in (JSONPATH, JSONATA, CONTEXT_INPUT) for path in pattern.findall(text)]


def data_for(definition):
    """An object in which every path that the definition names leads somewhere: for its input and for its tasks."""
    data = {}
    found = [(key, value) for key, value in members(definition) if isinstance(value, str)]
    for key, value in found:
        for path in paths_in(value):
            data = with_path(data, path, WANTED.get(key, "text"))
    for variable, value in reversed(list(comparisons(definition))):
        data = with_path(data, steps(variable), value)  # the first rule wins
    item = data
    for key, value in found:
        if key in ("ItemsPath", "Items"):
            for path in paths_in(value):
                data = with_path(data, path, [item])
    return data if isinstance(data, dict) else {}
