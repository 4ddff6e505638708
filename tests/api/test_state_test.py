"""TestState through boto3."""
import http.server
import json
import threading
import unittest

from botocore.exceptions import ClientError

from support import aws
from support.treadle import Server

TASK = {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"FunctionName": "f"}, "End": True}
RETRY = [{"ErrorEquals": ["Boom"], "IntervalSeconds": 3, "BackoffRate": 2, "MaxAttempts": 2}]
CATCH = [{"ErrorEquals": ["Boom"], "Next": "Handler", "ResultPath": "$.error"}]
BOOM = {"errorOutput": {"error": "Boom", "cause": "why"}}
ITEMS = {"StartAt": "One", "States": {"One": {"Type": "Pass", "End": True}}}
MAP = {"Type": "Map", "ItemsPath": "$.list", "ItemProcessor": ITEMS, "End": True}
JOB = {"Type": "Task", "Resource": "arn:aws:states:::states:startExecution.sync:2", "End": True}
PICK = {"Type": "Choice", "Choices": [{"Variable": "$.n", "NumericGreaterThan": 5, "Next": "Many"}], "Default": "Few"}


class Functions(http.server.BaseHTTPRequestHandler):
    """A stand-in for Lambda whose functions answer with their payload."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("X-Amz-Executed-Version", "$LATEST")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@unittest.skipUnless(aws.DATA_PATH, "this boto3 may be older than mocks; tests/js has them")
class TestStateTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        functions = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Functions)
        threading.Thread(target=functions.serve_forever, daemon=True).start()
        cls.addClassCleanup(functions.server_close)
        cls.addClassCleanup(functions.shutdown)
        cls.server = cls.enterClassContext(Server("--time-scale", "0.01", environment={
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{functions.server_port}", **aws.CREDENTIALS}))
        cls.sfn = aws.client(cls.server.endpoint)

    def call(self, definition, **parameters):
        for name in ("input", "context", "variables"):
            if name in parameters:
                parameters[name] = json.dumps(parameters[name])
        if "result" in parameters:
            parameters["mock"] = {"result": json.dumps(parameters.pop("result"))}
        answer = self.sfn.test_state(definition=json.dumps(definition), **parameters)
        del answer["ResponseMetadata"]
        return answer

    def refused(self, error, message, definition, **parameters):
        with self.assertRaises(ClientError) as raised:
            self.call(definition, **parameters)
        self.assertEqual(raised.exception.response["Error"]["Code"], error)
        self.assertIn(message, raised.exception.response["Error"]["Message"])

    def test_info_has_no_inspection(self):
        self.assertEqual(self.call(PICK, input={"n": 6}),
                         {"status": "SUCCEEDED", "output": '{"n": 6}', "nextState": "Many"})

    def test_debug_shows_the_data_flow(self):
        state = {"Type": "Pass", "InputPath": "$.a", "Parameters": {"b.$": "$"}, "ResultPath": "$.c", "End": True}
        for level in ("DEBUG", "TRACE"):
            self.assertEqual(self.call(state, input={"a": 1}, inspectionLevel=level), {
                "status": "SUCCEEDED", "output": '{"a":1,"c":{"b":1}}',
                "inspectionData": {"input": '{"a": 1}', "afterInputPath": "1", "afterParameters": '{"b":1}',
                                   "afterResultSelector": '{"b":1}', "afterResultPath": '{"a":1,"c":{"b":1}}'}})

    def test_a_state_out_of_a_machine(self):
        whole = {"QueryLanguage": "JSONata", "StartAt": "All", "States": {
            "All": {"Type": "Map", "End": True, "ItemProcessor": {"StartAt": "Add", "States": {
                "Add": {"Type": "Pass", "Output": "{% $states.input + $n %}", "Assign": {"n": 9}, "Next": "Last"},
                "Last": {"Type": "Succeed"}}}}}}
        answer = self.call(whole, stateName="Add", input=1, variables={"n": 2}, inspectionLevel="DEBUG")
        self.assertEqual((answer["output"], answer["nextState"]), ("3", "Last"))
        self.assertEqual(answer["inspectionData"], {"input": "1", "variables": '{"n":9}'})

    def test_a_task_is_called(self):
        answer = self.call({**TASK, "Parameters": {"FunctionName": "f", "Payload": {"x": 1}},
                            "ResultSelector": {"got.$": "$.Payload"}}, inspectionLevel="TRACE")
        self.assertEqual((answer["status"], answer["output"]), ("SUCCEEDED", '{"got":{"x":1}}'))
        self.assertEqual(json.loads(answer["inspectionData"]["result"])["StatusCode"], 200)

    def test_a_wait_is_waited_for(self):
        self.assertEqual(self.call({"Type": "Wait", "Seconds": 20, "Next": "Then"}),
                         {"status": "SUCCEEDED", "output": "{}", "nextState": "Then"})

    def test_a_mocked_error_is_retried(self):
        for done, details in ((0, {"retryIndex": 0, "retryBackoffIntervalSeconds": 3}),
                              (1, {"retryIndex": 0, "retryBackoffIntervalSeconds": 6})):
            answer = self.call({**TASK, "Retry": RETRY, "Catch": CATCH}, mock=BOOM, inspectionLevel="DEBUG",
                               stateConfiguration={"retrierRetryCount": done})
            self.assertEqual((answer["status"], answer["error"], answer["cause"]), ("RETRIABLE", "Boom", "why"))
            self.assertEqual(answer["inspectionData"]["errorDetails"], details)

    def test_a_mocked_error_is_caught(self):
        answer = self.call({**TASK, "Retry": RETRY, "Catch": CATCH}, mock=BOOM, inspectionLevel="DEBUG",
                           stateConfiguration={"retrierRetryCount": 2})
        self.assertEqual((answer["status"], answer["nextState"]), ("CAUGHT_ERROR", "Handler"))
        self.assertEqual(json.loads(answer["output"]), {"error": {"Error": "Boom", "Cause": "why"}})
        self.assertEqual(answer["inspectionData"]["errorDetails"], {"catchIndex": 0, "retryIndex": 0})

    def test_a_mocked_error_fails_the_state(self):
        self.assertEqual(self.call(TASK, mock=BOOM), {"status": "FAILED", "error": "Boom", "cause": "why"})

    def test_a_job_and_an_activity_need_a_mock(self):
        activity = {"Type": "Task", "Resource": "arn:aws:states:us-east-1:123456789012:activity:a", "End": True}
        for state in (JOB, activity):
            self.refused("InvalidDefinition", "when a mock is not specified", state)
            self.assertEqual(self.call(state, mock={"result": "[1]", "fieldValidationMode": "NONE"})["output"], "[1]")

    def test_a_map(self):
        state = {**MAP, "ItemSelector": {"v.$": "$$.Map.Item.Value"}, "MaxConcurrency": 2}
        answer = self.call(state, input={"list": [1, 2]}, result=[3, 4], inspectionLevel="DEBUG")
        self.assertEqual(answer["output"], "[3, 4]")
        self.assertEqual(answer["inspectionData"], {
            "input": '{"list": [1, 2]}', "afterInputPath": '{"list": [1, 2]}', "afterItemsPath": "[1, 2]",
            "afterItemSelector": '[{"v":1}, {"v":2}]', "afterResultSelector": "[3, 4]",
            "afterResultPath": "[3, 4]", "maxConcurrency": 2})

    def test_a_context_object(self):
        state = {**TASK, "ResultSelector": {"who.$": "$$.Execution.Name"}}
        self.assertEqual(self.call(state, context={"Execution": {"Name": "me"}}, result={})["output"], '{"who":"me"}')
        self.refused("ValidationException", "'Map' field is not supported", state, context={"Map": {}}, result={})
        self.refused("ValidationException", "must be an object", state, context={"State": 1}, result={})
        self.refused("ValidationException", "Invalid Context object", state, context=[], result={})

    def test_what_needs_a_mock(self):
        for configuration, name in (({"retrierRetryCount": 0}, "RetrierRetryCount"),
                                    ({"errorCausedByState": "One"}, "ErrorCausedByState"),
                                    ({"mapIterationFailureCount": 0}, "MapIterationFailureCount"),
                                    ({"mapItemReaderData": "[]"}, "MapItemReaderData")):
            self.refused("ValidationException", f"does not support {name} when a mock is not specified", TASK,
                         stateConfiguration=configuration)
        self.refused("ValidationException", "does not support Context", TASK, context={})
        self.refused("InvalidDefinition", "does not support Map or Parallel states", MAP)

    def test_mocks_that_can_not_be(self):
        self.refused("ValidationException", "only one of the following fields", TASK, mock={})
        self.refused("ValidationException", "State type 'Choice' is not supported", PICK, result={})
        self.refused("ValidationException", "Mocked result must be an array", MAP, result={})
        self.refused("ValidationException", "must be valid JSON", TASK, mock={"result": "{"})
        self.refused("ValidationException", "'mock.fieldValidationMode' failed to satisfy", TASK,
                     mock={"result": "{}", "fieldValidationMode": "SOME"})
        self.refused("ValidationException", "State not found in definition", MAP, mock=BOOM,
                     stateConfiguration={"errorCausedByState": "Nobody"})
        self.refused("ValidationException", "less than or equal to the number of Map iterations", MAP, result=[1],
                     stateConfiguration={"mapIterationFailureCount": 2})
        self.refused("ValidationException", "as JSON and JSONL only", {
            **MAP, "ItemReader": {"Resource": "arn:aws:states:::s3:getObject", "Parameters": {"Bucket": "b", "Key": "k"},
                                  "ReaderConfig": {"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW"}},
            "ItemProcessor": {**ITEMS, "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}}},
            result=[], stateConfiguration={"mapItemReaderData": "a\n1"})

    def test_results_are_compared_with_the_api_model(self):
        wrong = json.dumps({"StatusCode": "200"})
        for mode in ({}, {"fieldValidationMode": "STRICT"}, {"fieldValidationMode": "PRESENT"}):
            self.refused("ValidationException",
                         "Mock result schema validation error: Field 'StatusCode' must be a number", TASK,
                         mock={"result": wrong, **mode})
        self.assertEqual(self.call(TASK, mock={"result": wrong, "fieldValidationMode": "NONE"})["output"], wrong)
        start = {**JOB, "Resource": "arn:aws:states:::states:startExecution"}
        self.refused("ValidationException", "Required field 'ExecutionArn' is missing", start, result={})
        self.assertEqual(self.call(start, mock={"result": "{}", "fieldValidationMode": "PRESENT"})["output"], "{}")
