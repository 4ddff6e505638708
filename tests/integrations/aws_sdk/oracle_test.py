"""oracle_test.py TOOL: requests and answers as botocore has them, against TOOL (aws_sdk_messages).

Parameters and outputs are made up from the models by a generator; TREADLE_SEED repeats a run. Fails too
where a protocol or a trait did not come up.
"""
import base64
import collections
import datetime
import json
import os
import random
import subprocess
import sys
import unittest
from pathlib import Path
from urllib.parse import parse_qsl, urlencode
from xml.etree import ElementTree

import botocore
from botocore.loaders import Loader
from botocore.model import ServiceModel
from botocore.parsers import create_parser
from botocore.serialize import create_serializer

import wire
from samples import Samples

TOOL = None
TOKEN = "00000000-0000-4000-8000-000000000000"
DATA = str(Path(botocore.__file__).parent / "data")
OPERATIONS_EACH = 40
# Of S3: the root is the one member; two members have one name, and one of them botocore can't read.
READ_OTHERWISE = {"GetBucketLocation", "GetBucketNotification"}
# Beside these, services by the toss of the seed.
ALWAYS = """s3 s3control route53 cloudfront ec2 sqs sns sts iam rds autoscaling elasticache cloudformation ses sdb dynamodb
 lambda stepfunctions events kinesis glue athena batch ecs apigateway apigatewayv2 lex-runtime braket dataexchange
 iottwinmaker kendra identitystore cloudwatch codebuild secretsmanager ssm sagemaker iot servicediscovery omics
 timestream-write bedrock-runtime medialive schemas iotsitewise""".split()
TOSSED = 40
# What carries a trait too deep for is_rare().
DEEP = {"PutBucketAcl", "GetBucketAcl", "PutObjectAcl", "GetObjectAcl", "ImportKeyPair", "PutRecord", "SetQueueAttributes",
        "RunInstances", "RequestSpotInstances", "PublishBatch", "SendMessageBatch", "SendRawEmail", "ModifyDBCluster", "GetSecretValue", "GetRecords"}
REQUESTS_NEED = """json rest-json rest-xml query ec2 uri headers idempotency document streaming jsonvalue hostLabel
 xmlAttribute xmlNamespace queryName timestampFormat|header string|header timestamp|header boolean|header list|header
 integer|header long|querystring string|querystring list|querystring map|querystring integer|querystring
 boolean|querystring timestamp|payload blob|payload string|payload structure|query flattened list|query flattened
 map|query wrapped list|query wrapped map|rest-xml wrapped list|rest-xml flattened list|json map|json list|json
 timestamp|json blob|rest-json timestamp|rest-json map|query timestamp|query blob|query boolean|ec2 list|ec2
 timestamp|rest-xml timestamp|rest-xml boolean|greedy label|static query"""
ANSWERS_NEED = """json rest-json rest-xml query ec2 headers document statusCode xmlAttribute streaming|header
 string|header timestamp|header boolean|header integer|header long|payload blob|payload string|payload structure|query
 wrapped list|query wrapped map|query flattened list|query flattened map|rest-xml wrapped list|rest-xml flattened
 list|json map|json timestamp|json blob|rest-json timestamp|ec2 list|ec2 timestamp|ec2 boolean|query timestamp"""


def needed(text):
    first, *others = " ".join(text.split()).split("|")
    return set(first.replace("idempotency", "idempotency~token").split()) | set(others)


def pascal(name):
    return name[:1].upper() + name[1:]


class Calls:
    """The services and operations of one run, and what the tool says to them."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        loader = Loader(extra_search_paths=[DATA], include_default_search_paths=False,
                        include_default_extras=False)
        known = [s for s in loader.list_available_services("service-2") if has_plain_model(s)]
        chosen = [s for s in ALWAYS if s in known]
        rest = [s for s in known if s not in chosen]
        chosen += self.random.sample(rest, min(TOSSED, len(rest)))
        self.models = [ServiceModel(loader.load_service_model(s, "service-2"), s) for s in chosen]

    def operations(self):
        for model in self.models:
            names = list(model.operation_names)
            for name in self.random.sample(names, min(OPERATIONS_EACH, len(names))):
                yield model, model.operation_model(name)
            # What is rare is looked for.
            for name in names:
                operation = model.operation_model(name)
                if name in DEEP or is_rare(operation.input_shape) or is_rare(operation.output_shape):
                    yield model, operation


def has_plain_model(service):
    return any(Path(DATA, service).glob("*/service-2.json"))


def is_rare(shape):
    """Whether something stands in it that a sample of operations would miss."""
    if shape is None:
        return False
    for member in shape.members.values():
        has, kind = member.serialization, member.type_name
        if has.get("location") in ("headers", "statusCode") or has.get("jsonvalue") or has.get("timestampFormat"):
            return True
        if has.get("location") in ("querystring", "header") and kind in ("map", "list", "timestamp", "boolean", "long"):
            return True
        if kind == "structure" and member.is_document_type or has.get("streaming") or has.get("hostLabel"):
            return True
        if kind == "list" and member.member.type_name == "structure" and any(
                one.type_name == "structure" and one.is_document_type or "xmlAttribute" in one.serialization
                or "queryName" in one.serialization for one in member.member.members.values()):
            return True
    return shape.serialization.get("payload") in shape.members and \
        shape.members[shape.serialization["payload"]].type_name in ("blob", "string")


def has_events(shape):
    return shape is not None and shape.event_stream_name is not None


def resource_id(model):
    return model.metadata["serviceId"].lower().replace(" ", "").replace("-", "")


def ask(lines):
    done = subprocess.run([TOOL, DATA], input="\n".join(json.dumps(one) for one in lines), text=True,
                          capture_output=True, check=True, timeout=300)
    replies = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(replies) == len(lines), (len(replies), len(lines))
    return replies


def plain(shape, value, rng):
    """Parameters as a definition has them: names as Step Functions or the model has them, JSON all through."""
    kind = shape.type_name
    if kind == "structure" and not shape.is_document_type:
        return {pascal(k) if rng.random() < 0.8 else k: plain(shape.members[k], v, rng) for k, v in value.items()}
    if kind == "list":
        return [plain(shape.member, one, rng) for one in value]
    if kind == "map":
        return {k: plain(shape.value, v, rng) for k, v in value.items()}
    if isinstance(value, datetime.datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%SZ")
    return value.decode() if isinstance(value, bytes) else value


def shown(shape, value):
    """What botocore read, as Step Functions shows it."""
    kind = shape.type_name
    if shape.serialization.get("jsonvalue") and not isinstance(value, str):
        return value
    if kind == "structure" and not shape.is_document_type:
        return {pascal(k): shown(shape.members[k], v) for k, v in value.items() if k in shape.members}
    if kind == "list":
        return [shown(shape.member, one) for one in value]
    if kind == "map":
        return {k: shown(shape.value, v) for k, v in value.items()}
    if kind == "timestamp":
        value = value.astimezone(datetime.timezone.utc)
        ms = round(value.microsecond / 1000)
        return value.strftime("%Y-%m-%dT%H:%M:%S") + (f".{ms:03}" if ms else "") + "Z"
    if kind == "boolean" and isinstance(value, str):
        return value == "true"
    if kind in ("float", "double", "integer", "long") and isinstance(value, str):
        return float(value) if kind in ("float", "double") else int(value)
    return value.decode() if isinstance(value, bytes) else value


def tree(element):
    return element.tag, dict(element.attrib), element.text or "", [tree(one) for one in element]


def body_data(content_type, body):
    """A body as data: JSON, XML and forms without regard to how they are written."""
    if "json" in content_type:
        return json.loads(body)
    if "xml" in content_type:
        return tree(ElementTree.fromstring(body))
    if "form" in content_type:
        return sorted(parse_qsl(body.decode(), keep_blank_values=True, strict_parsing=True))
    return body


def expected_query(path, parameters):
    own = path.partition("?")[2]
    pairs = parse_qsl(own, keep_blank_values=True)
    for name, value in parameters.items():
        for one in value if isinstance(value, list) else [value]:
            pairs.append((name, str(one)))
    return sorted(pairs)


class Oracle(unittest.TestCase):
    maxDiff = None
    seed = int(os.environ.get("TREADLE_SEED", 20231130))

    @classmethod
    def setUpClass(cls):
        print(f"TREADLE_SEED={cls.seed}, botocore {botocore.__version__}", flush=True)
        cls.calls = Calls(cls.seed)

    def need(self, names, traits):
        missing = sorted(one for one in names if traits[one.replace("~", " ")] == 0)
        self.assertEqual(missing, [], "nothing of this came up")

    def test_requests(self):
        traits, cases = collections.Counter(), []
        for model, operation in self.calls.operations():
            if has_events(operation.input_shape) or has_events(operation.output_shape):
                continue
            samples = Samples(self.calls.random, model.metadata["protocol"], traits)
            samples.everything = operation.name in DEEP or is_rare(operation.input_shape)
            shape = operation.input_shape
            value = samples.structure(shape, top=True) if shape else {}
            cases.append((model, operation, value, self.expected(model, operation, value, traits)))
        replies = ask([{"service": resource_id(m), "operation": o.name,
                        "parameters": plain(o.input_shape, v, self.calls.random) if o.input_shape else {}}
                       for m, o, v, _ in cases])
        for (model, operation, value, expected), reply in zip(cases, replies):
            with self.subTest(service=model.service_name, operation=operation.name, value=value):
                self.compare_request(operation, expected, reply)
        print(f"{len(cases)} requests of {len(self.calls.models)} services: "
              + ", ".join(f"{k} {v}" for k, v in sorted(traits.items())))
        self.need(needed(REQUESTS_NEED), traits)

    def expected(self, model, operation, value, traits):
        protocol = model.metadata["protocol"]
        traits[protocol] += 1
        traits["greedy label"] += "+}" in operation.http["requestUri"]
        traits["static query"] += "?" in operation.http["requestUri"]
        for name in operation.idempotent_members:
            if name not in value:
                traits["idempotency token"] += 1
                value = {**value, name: TOKEN}
        return create_serializer(protocol, include_validation=False).serialize_to_request(value, operation)

    def compare_request(self, operation, expected, reply):
        self.assertNotIn("problems", reply)
        self.assertNotIn("failure", reply)
        self.assertEqual(reply["method"], expected["method"])
        path, _, query = reply["target"].partition("?")
        self.assertEqual(path, expected["url_path"].partition("?")[0])
        self.assertEqual(sorted(parse_qsl(query, keep_blank_values=True)),
                         expected_query(expected["url_path"], expected["query_string"] or {}))
        self.assertEqual(reply["host_prefix"], expected.get("host_prefix") or "")
        ours = {name.lower(): value for name, value in reply["headers"]}
        theirs = {name.lower(): value for name, value in expected["headers"].items()}
        for name, value in theirs.items():
            if value in ("True", "False"):  # it writes Python's
                value = value.lower()
            self.assertEqual(ours.get(name), value, name)
        added = {"content-type", "content-md5", "accept", "x-amz-glacier-version"}
        self.assertEqual({n for n in set(ours) - set(theirs) if not n.startswith("x-amz-checksum-")} - added, set())
        self.compare_body(ours.get("content-type", ""), theirs, expected["body"], base64.b64decode(reply["body"]))

    def compare_body(self, content_type, theirs, expected, body):
        if isinstance(expected, dict):
            expected = urlencode(expected).encode()
        if "content-type" in theirs and theirs["content-type"] != content_type:
            self.fail(content_type)
        if not expected or not body:
            self.assertEqual(body, expected)
            return
        is_data = content_type.startswith(("application/json", "application/x-", "application/xml"))
        kind = content_type if is_data else ""
        try:
            self.assertEqual(body_data(kind, body), body_data(kind, expected))
        except (ValueError, ElementTree.ParseError):  # a Content-Type that the parameters gave
            self.assertEqual(body, expected)

    def test_answers(self):
        traits, cases = collections.Counter(), []
        for model, operation in self.calls.operations():
            if has_events(operation.output_shape) or operation.name in READ_OTHERWISE:
                continue
            protocol = model.metadata["protocol"]
            traits[protocol] += 1
            samples = Samples(self.calls.random, protocol, traits)
            samples.everything = operation.name in DEEP or is_rare(operation.output_shape)
            shape = operation.output_shape
            value = samples.structure(shape) if shape else {}
            cases.append((model, operation, wire.answer(model, operation, value)))
        replies = ask([{"service": resource_id(m), "operation": o.name, "status": status,
                        "headers": list(headers.items()), "body": base64.b64encode(body).decode()}
                       for m, o, (status, headers, body) in cases])
        for (model, operation, message), reply in zip(cases, replies):
            with self.subTest(service=model.service_name, operation=operation.name, answer=message):
                self.compare_answer(model, operation, message, reply)
        print(f"{len(cases)} answers: " + ", ".join(f"{k} {v}" for k, v in sorted(traits.items())))
        self.need(needed(ANSWERS_NEED), traits)

    def compare_answer(self, model, operation, message, reply):
        self.assertNotIn("failure", reply)
        shape = operation.output_shape
        parsed = self.parse(model, shape, message)
        parsed.pop("ResponseMetadata", None)
        expected = shown(shape, parsed) if shape else {}
        ours = reply.get("output")
        for name, member in (shape.members if shape else {}).items():
            if member.serialization.get("jsonvalue") and pascal(name) in (ours or {}):
                if not isinstance(expected[pascal(name)], str):
                    ours[pascal(name)] = json.loads(ours[pascal(name)])
            payload = shape.serialization.get("payload") == name and member.type_name in ("blob", "string")
            if payload and not member.serialization.get("streaming") and expected.get(pascal(name)) in ("", b""):
                expected.pop(pascal(name))  # nothing there is nothing to show, unless it is a stream
        self.assertEqual(ours, expected, reply)
        self.assertEqual(reply["request_id"], "id-1")

    @staticmethod
    def parse(model, shape, message):
        status, headers, body = message
        lower = botocore.compat.HTTPHeaders.from_dict(headers)
        return create_parser(model.metadata["protocol"]).parse(
            {"status_code": status, "headers": lower, "body": body}, shape)

    def test_errors(self):
        cases = []
        for model, operation in self.calls.operations():
            codes = [shape.metadata.get("error", {}).get("code") or shape.name for shape in operation.error_shapes]
            code = self.calls.random.choice(codes + ["SomethingElse"])
            cases.append((model, operation, code, wire.error(model, code, 'What <is> "wrong" & why é')))
        self.assertGreater(len(cases), 300)
        replies = ask([{"service": resource_id(m), "operation": o.name, "status": status,
                        "headers": list(headers.items()), "body": base64.b64encode(body).decode()}
                       for m, o, _, (status, headers, body) in cases])
        for (model, operation, code, message), reply in zip(cases, replies):
            with self.subTest(service=model.service_name, operation=operation.name, code=code):
                expected = self.parse(model, operation.output_shape, message)["Error"]
                self.assertEqual((reply["code"], reply["message"]), (expected["Code"], expected["Message"]))
                self.assertEqual(bool(reply["exception"]), code != "SomethingElse")


if __name__ == "__main__":
    TOOL = sys.argv.pop(1)
    unittest.main()
