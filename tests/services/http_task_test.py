"""HTTP Tasks against an API that takes the tokens of an independent OAuth server alone."""
import json
import unittest
import urllib.request

from support.services import HAS_NPM, WITHOUT_NPM, HostileServer, NpmServers
from support.services_project import ProjectServer

LOOPBACK = {"allow": ["127.0.0.1"], "allowHttp": ["127.0.0.1"]}
ARN = "arn:aws:events:us-east-1:123456789012:connection/{}/0a1b2c3d"


def connections(issuer):
    secret = {"environment": "ORDERS_SECRET"}
    return {
        "orders": {"authorization": "OAUTH_CLIENT_CREDENTIALS",
                   "oauth": {"endpoint": f"{issuer}/token", "method": "POST", "clientId": "treadle",
                             "clientSecret": secret, "bodyParameters": {"scope": "orders"}},
                   "headers": {"X-Of-Connection": "always"}, "queryParameters": {"tenant": "7"},
                   "bodyParameters": {"channel": "workflow"}},
        "nobody": {"authorization": "OAUTH_CLIENT_CREDENTIALS",
                   "oauth": {"endpoint": f"{issuer}/nowhere", "clientId": "x", "clientSecret": secret}},
        "basic": {"authorization": "BASIC", "basic": {"username": "ada", "password": secret}},
        "key": {"authorization": "API_KEY", "apiKey": {"name": "X-Api-Key", "value": secret}},
    }


@unittest.skipUnless(HAS_NPM, WITHOUT_NPM)
class HttpTaskTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.npm = cls.enterClassContext(NpmServers("oauth"))
        cls.project = {"httpTask": LOOPBACK, "connections": connections(cls.npm.url("issuer"))}
        cls.server = cls.enterClassContext(ProjectServer(cls.project, {"ORDERS_SECRET": "s3cret"}))

    def setUp(self):
        self.seen("DELETE")

    def seen(self, method="GET"):
        """What the API and the issuer were sent since the last test."""
        request = urllib.request.Request(self.npm.url("api") + "/seen", method=method)
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)

    def arguments(self, connection="orders", path="/orders", **more):
        return {"ApiEndpoint": self.npm.url("api") + path, "Method": "GET",
                "InvocationConfig": {"ConnectionArn": ARN.format(connection)}, **more}

    def call(self, *where, **more):
        return self.server.task("http:invoke", **self.arguments(*where, **more))

    def failed_call(self, *where, **more):
        return self.server.failed_task("http:invoke", **self.arguments(*where, **more))

    def test_a_call_with_everything(self):
        got = self.call(Method="POST", Headers={"X-Mine": "yes"}, QueryParameters={"page": "2", "tag": ["a", "b c"]},
                        RequestBody={"order": 7})
        self.assertEqual((got["StatusCode"], got["StatusText"]), (200, "OK"))
        headers = {name.lower(): value for name, value in got["Headers"].items()}
        self.assertEqual(headers["content-type"], ["application/json"])
        call = got["ResponseBody"]
        self.assertEqual((call["method"], call["path"]), ("POST", "/orders"))
        self.assertEqual(sorted(map(tuple, call["query"])), [("page", "2"), ("tag", "a"), ("tag", "b c"), ("tenant", "7")])
        self.assertEqual(json.loads(call["body"]), {"order": 7, "channel": "workflow"})
        self.assertEqual((call["headers"]["x-mine"], call["headers"]["x-of-connection"]), ("yes", "always"))
        self.assertEqual(call["headers"]["content-type"], "application/json; charset=UTF-8")
        self.assertTrue(call["headers"]["user-agent"].startswith("Amazon|StepFunctions|HttpInvoke|"))

    def test_a_form(self):
        got = self.call(Method="PUT", RequestBody={"a": "1 & 2", "list": ["x", "y"]},
                        Transform={"RequestBodyEncoding": "URL_ENCODED",
                                   "RequestEncodingOptions": {"ArrayFormat": "BRACKETS"}})
        call = got["ResponseBody"]
        self.assertEqual(call["headers"]["content-type"], "application/x-www-form-urlencoded")
        self.assertEqual(urllib.parse.parse_qsl(call["body"]),
                         [("a", "1 & 2"), ("list[]", "x"), ("list[]", "y"), ("channel", "workflow")])

    def test_one_token_serves_many_calls(self):
        end = self.server.run(*[{"Type": "Task", "Resource": "arn:aws:states:::http:invoke",
                                 "Arguments": self.arguments()}] * 3)
        self.assertEqual(end["status"], "SUCCEEDED", end)
        seen = self.seen()
        self.assertEqual(len(seen["tokens"]), 1)
        tokens = {call["headers"]["authorization"] for call in seen["calls"]}
        self.assertLessEqual(len(tokens), 2)  # perhaps one of an earlier test, which is refused, and the new one

    def test_what_the_issuer_is_told(self):
        self.call()
        token, = self.seen()["tokens"]
        self.assertEqual(token["body"], {"grant_type": "client_credentials", "client_id": "treadle",
                                         "client_secret": "s3cret", "scope": "orders"})

    def test_a_token_that_is_no_longer_taken_is_replaced(self):
        self.call()
        self.seen("DELETE")  # which makes the API forget the token
        self.assertEqual(self.call()["StatusCode"], 200)
        seen = self.seen()
        self.assertEqual((len(seen["tokens"]), len(seen["calls"])), (1, 2))

    def test_no_token(self):
        error, cause = self.failed_call("nobody")
        self.assertEqual(error, "Events.ConnectionResource.InvalidConnectionState")
        self.assertIn("nobody", cause)
        self.assertEqual(self.seen()["calls"], [])

    def test_what_the_api_refuses(self):
        for connection, header, value in (("basic", "authorization", "Basic YWRhOnMzY3JldA=="),
                                          ("key", "x-api-key", "s3cret")):
            with self.subTest(connection):
                self.assertEqual(self.failed_call(connection),
                                 ("States.Http.StatusCode.401", '{"message": "who are you?"}'))
                self.assertEqual(self.seen()["calls"][-1]["headers"][header], value)

    def test_other_statuses_and_bodies(self):
        self.assertEqual(self.failed_call("orders", "/o?status=503&as=down"), ("States.Http.StatusCode.503", "down"))
        self.assertEqual(self.call("orders", "/o?status=204&as=")["StatusCode"], 204)
        self.assertEqual(self.call("orders", "/o?as=hello")["ResponseBody"], "hello")

    def test_nothing_leaves_for_what_is_not_allowed(self):
        strict = ProjectServer({**self.project, "httpTask": {}}, {"ORDERS_SECRET": "s3cret"})
        half = ProjectServer({**self.project, "httpTask": {"allowHttp": ["127.0.0.1"]}}, {"ORDERS_SECRET": "s3cret"})
        with strict as server:
            error, cause = server.failed_task("http:invoke", **self.arguments("key"))
            self.assertEqual(error, "States.Runtime")
            self.assertIn("https", cause)
        with half as server:
            self.assertEqual(server.failed_task("http:invoke", **self.arguments("key"))[0], "States.Http.Socket")
        error, cause = self.failed_call("key", Headers="{% {'X-Amz-Date': 'now'} %}")
        self.assertEqual(error, "States.Runtime")
        self.assertIn("The 'Headers' field contains unsupported values: [x-amz-date]", cause)
        self.assertEqual(self.seen()["calls"], [])

    def test_a_secret_is_nowhere_in_histories_and_logs(self):
        end = self.server.run({"Type": "Task", "Resource": "arn:aws:states:::http:invoke",
                               "Arguments": self.arguments("key")})
        _, history = self.server.call("GetExecutionHistory", executionArn=end["executionArn"])
        self.assertNotIn("s3cret", json.dumps(history))
        self.assertNotIn("s3cret", self.server.log.read_text())

    def test_an_untrusted_certificate(self):
        with HostileServer() as service:
            error, cause = self.server.failed_task("http:invoke", **{
                **self.arguments("key"), "ApiEndpoint": service.url("untrusted", "https") + "/orders"})
            self.assertEqual(error, "States.Http.Socket")
            self.assertIn("certificate", cause)


if __name__ == "__main__":
    unittest.main()
