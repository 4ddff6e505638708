"""Signing in to the inbox with an access key: by a browser that keeps cookies, and by those that should not get in."""
import http.client
import json
import re
import tempfile
import time
import unittest
import urllib.parse
from pathlib import Path

import boto3
from botocore.config import Config

from api.approvals_test import Inbox, ask, signed_headers
from support.browser import CHROMIUM, WITHOUT_CHROMIUM, Browser
from support.machines import ROLE
from support.treadle import Server
from support.wait import until

KEYS = """
[operator]
aws_access_key_id = AKIDOPERATOR
aws_secret_access_key = operator-secret

[kim]
aws_access_key_id = AKIDKIM
aws_secret_access_key = kim/secret+of=hers
approver = kim@example.com

[lee]
aws_access_key_id = AKIDLEE
aws_secret_access_key = lee-secret
approver = lee@example.com
actions = none

[reader]
aws_access_key_id = AKIDREADER
aws_secret_access_key = reader-secret
actions = List*
"""
SECRETS = {"AKIDOPERATOR": "operator-secret", "AKIDKIM": "kim/secret+of=hers", "AKIDLEE": "lee-secret", "AKIDREADER": "reader-secret"}
FORM = "application/x-www-form-urlencoded"


class Client:
    """A browser's part of HTTP: cookies by path, the Origin of forms; it follows nothing by itself."""

    def __init__(self, server, origin=None):
        self.server = server
        self.origin = origin or server.endpoint
        self.cookies = {}

    def send(self, method, target, fields=None, headers=None):
        """(status, headers, body)"""
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=60)
        sent = {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())} if self.cookies else {}
        if fields is not None:
            sent |= {"Content-Type": FORM, "Origin": self.origin}
        try:
            connection.request(method, target, None if fields is None else urllib.parse.urlencode(fields), sent | (headers or {}))
            answer = connection.getresponse()
            body = answer.read().decode()
        finally:
            connection.close()
        for cookie in answer.headers.get_all("Set-Cookie") or ():
            name, _, value = cookie.split(";")[0].partition("=")
            if "Max-Age=0" in cookie:
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = value
        return answer.status, answer.headers, body

    def get(self, target):
        return self.send("GET", target)

    def nonce(self, target, action=None):
        """The hidden nonce of the form on a page that goes to `action`, or to the page itself."""
        body = self.get(target)[2]
        form = re.search(rf'<form method="post"{f" action=.{action}." if action else ">"}.*?name="nonce" value="([^"]+)"', body, re.S)
        return form.group(1) if form else ""

    def sign_in(self, key, secret=None, to="/approvals", **headers):
        nonce = self.nonce("/approvals/sign-in", "/approvals/sign-in")
        return self.send("POST", "/approvals/sign-in", {"nonce": nonce, "key": key, "secret": SECRETS.get(key, "") if secret is None else secret,
                                                        "to": to}, headers)

    def decide(self, path, decision="approve", **fields):
        return self.send("POST", path, {"nonce": self.nonce(path), "decision": decision, **fields})

    def sign_out(self):
        return self.send("POST", "/approvals/sign-out", {"nonce": self.nonce("/approvals", "/approvals/sign-out")})


class SignInCase(unittest.TestCase):
    arguments = ()

    def setUp(self):
        self.keys = Path(self.enterContext(tempfile.TemporaryDirectory()), "keys")
        self.keys.touch(0o600)
        self.keys.write_text(KEYS)
        self.server = self.enterContext(Server("--credentials", self.keys, *self.arguments))
        self.inbox = self.signed("AKIDOPERATOR")
        self.states = boto3.client("stepfunctions", endpoint_url=self.server.endpoint, region_name="us-east-1",
                                   aws_access_key_id="AKIDOPERATOR", aws_secret_access_key="operator-secret",
                                   config=Config(inject_host_prefix=False))
        self.addCleanup(self.states.close)
        self.machines = 0

    def signed(self, key):
        return Inbox(self.server, signed_headers(key, SECRETS[key]))

    def waiting(self, **parameters):
        """(ARN of an execution, path of the page of its approval)"""
        self.machines += 1
        made = self.states.create_state_machine(name=f"ask-{self.machines}", definition=ask(parameters), roleArn=ROLE)
        arn = self.states.start_execution(stateMachineArn=made["stateMachineArn"], input="{}")["executionArn"]
        found, = self.inbox.pending(machine=made["stateMachineArn"])
        return arn, f"/approvals/{found['id']}"

    def status(self, arn):
        return self.states.describe_execution(executionArn=arn)["status"]

    def output(self, arn):
        until(lambda: self.status(arn) == "SUCCEEDED", "the end")
        return json.loads(self.states.describe_execution(executionArn=arn)["output"])

    def audit(self, *kinds):
        request = self.inbox.headers("GET", self.server.endpoint + "/v1/audit?limit=10000", None)
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=60)
        connection.request("GET", "/v1/audit?limit=10000", headers=request)
        lines = connection.getresponse().read().splitlines()
        connection.close()
        return [record for record in map(json.loads, lines) if record["kind"] in kinds]


class SignInTest(SignInCase):
    def test_pages_ask_who_comes_and_lead_back(self):
        arn, path = self.waiting()
        client = Client(self.server)
        for target in ("/approvals", path, "/approvals?status=closed", path + "x"):
            status, headers, body = client.get(target)
            self.assertEqual((status, headers["Location"]), (303, "/approvals/sign-in?to=" + urllib.parse.quote(target, safe="")))
            self.assertNotIn("ask-", body)
        status, headers, body = client.get(headers["Location"])
        self.assertEqual(status, 200)
        self.assertIn('type="password"', body)
        self.assertNotIn("<script", body)
        self.assertEqual((headers["Cache-Control"], headers["Referrer-Policy"]), ("no-store", "same-origin"))
        status, headers, _ = client.sign_in("AKIDKIM", to=path)
        self.assertEqual((status, headers["Location"]), (303, path))
        cookie, = (c for c in headers.get_all("Set-Cookie") if c.startswith("treadle-session="))
        self.assertTrue(cookie.endswith("; Path=/approvals; Max-Age=28800; HttpOnly; SameSite=Strict"), cookie)
        self.assertNotIn(SECRETS["AKIDKIM"], urllib.parse.unquote(cookie))
        status, _, body = client.get(path)
        self.assertEqual(status, 200)
        self.assertIn("Signed in as kim@example.com", body)
        self.assertNotIn('name="name"', body)
        self.assertEqual(client.get("/approvals/sign-in")[0], 303, "one who has signed in is not asked")
        self.assertEqual(self.status(arn), "RUNNING")

    def test_who_signed_in_is_who_decides(self):
        arn, path = self.waiting(Approvers=["kim@example.com"])
        client = Client(self.server)
        client.sign_in("AKIDLEE")
        self.assertIn("lee@example.com is not among those who may decide this.", client.get(path)[2])
        self.assertEqual(client.decide(path)[0], 403, "without a form to press")
        client.sign_in("AKIDKIM")     # the form says who it was shown to
        stale = client.nonce(path)
        client.sign_out()
        client.sign_in("AKIDLEE")
        self.assertEqual(client.send("POST", path, {"nonce": stale, "decision": "approve"})[0], 403)
        client.sign_out()
        client.sign_in("AKIDKIM")
        status, _, body = client.decide(path, name="lee@example.com", comment="checked")
        self.assertEqual(status, 200, body)
        output = self.output(arn)
        self.assertEqual((output["approver"], output["via"], output["comment"]), ("kim@example.com", "page", "checked"))
        decided, = until(lambda: self.audit("approval.decided"), "the record")
        self.assertEqual(decided["receipt"]["decision"]["approver"],
                         {"id": "kim@example.com", "authenticated": "access-key AKIDKIM"})
        self.assertEqual(decided["decidedVia"], "page")
        viewers = {(r["viewer"], r["authenticated"]) for r in self.audit("approval.viewed")}
        self.assertEqual(viewers, {("kim@example.com", "access-key AKIDKIM"), ("lee@example.com", "access-key AKIDLEE")})

    def test_who_asked_does_not_decide(self):
        arn, path = self.waiting(Requester="kim@example.com", RequesterMayDecide=False)
        kim, lee = Client(self.server), Client(self.server)
        kim.sign_in("AKIDKIM")
        lee.sign_in("AKIDLEE")
        self.assertIn("You asked for this yourself", kim.get(path)[2])
        self.assertEqual(kim.decide(path)[0], 403)
        self.assertEqual(self.status(arn), "RUNNING")
        self.assertEqual(lee.decide(path)[0], 200)
        self.assertEqual(self.output(arn)["approver"], "lee@example.com")

    def test_a_key_that_names_an_approver_speaks_for_no_other(self):
        arn, path = self.waiting()
        approval_id = path.rsplit("/", 1)[1]
        status, answer = self.signed("AKIDKIM").decide(approval_id, approver="lee@example.com")
        self.assertEqual((status, answer["error"]["message"]), (403, "This access key decides as kim@example.com, and as nobody else."))
        self.assertEqual(self.status(arn), "RUNNING")
        self.assertEqual(self.signed("AKIDKIM").decide(approval_id)[0], 200)
        self.assertEqual(self.output(arn)["approver"], "kim@example.com")
        arn, path = self.waiting()
        client = Client(self.server)
        client.sign_in("AKIDOPERATOR")
        client.decide(path)
        self.assertEqual(self.output(arn)["approver"], "AKIDOPERATOR", "a key that names nobody is its own approver")

    def test_cookies_and_forms_that_are_not_good(self):
        arn, path = self.waiting()
        client = Client(self.server)
        client.sign_in("AKIDKIM")
        good, nonce = client.cookies["treadle-session"], client.nonce(path)
        key, began, chance, mac = good.split(".")
        lee = "QUtJRExFRQ"                             # base64url of AKIDLEE
        wrong = [good[:-1], good + "A", "", "...", f"{lee}.{began}.{chance}.{mac}", f"{key}.{int(began) + 1}.{chance}.{mac}",
                 f"{key}.{began}.{chance[:-1]}B.{mac}", f"{key}.{began}.{chance}.", "x" * 5000]
        for cookie in wrong:
            client.cookies["treadle-session"] = cookie
            with self.subTest(cookie[:80]):
                self.assertEqual(client.get("/approvals")[0], 303)
                self.assertEqual(client.send("POST", path, {"nonce": nonce, "decision": "approve"})[0], 403)
        client.cookies["treadle-session"] = good
        for fields in ({"nonce": "", "decision": "approve"}, {"nonce": nonce[:-1], "decision": "approve"}, {"nonce": nonce, "decision": "yes"}):
            self.assertIn(client.send("POST", path, fields)[0], (400, 403))
        for origin in ("https://evil.example", "null", "http://evil.localhost.example"):
            with self.subTest(origin):
                self.assertEqual(client.send("POST", path, {"nonce": nonce, "decision": "approve"}, {"Origin": origin})[0], 403)
        del client.cookies["treadle-form"]
        self.assertEqual(client.send("POST", path, {"nonce": nonce, "decision": "approve"})[0], 403)
        self.assertEqual(self.status(arn), "RUNNING")
        self.assertEqual(client.decide(path)[0], 200)

    def test_who_is_not_let_in(self):
        client = Client(self.server)
        for key, secret, origin, status, words in (
                ("AKIDKIM", "wrong", None, 403, "There is no such access key, or its secret is another."),
                ("AKIDNOBODY", "wrong", None, 403, "There is no such access key, or its secret is another."),
                ("AKIDKIM", "", None, 403, "There is no such access key, or its secret is another."),
                ("kim/secret+of=hers", "", None, 403, "There is no such access key, or its secret is another."),
                ("AKIDREADER", None, None, 403, "This key has limited rights and names no approver"),
                ("AKIDKIM", None, "null", 403, "this way the secret would be sent for everybody to read")):
            with self.subTest(key=key, secret=secret, origin=origin):
                got, headers, body = client.sign_in(key, secret, **({"Origin": origin} if origin else {}))
                self.assertEqual(got, status)
                self.assertIn(words, body)
                self.assertFalse([c for c in headers.get_all("Set-Cookie") if "session" in c])
        refused = until(lambda: len(found := self.audit("session.refused")) == 6 and found, "six records")
        self.assertEqual([r.get("accessKey") for r in refused], ["AKIDKIM", None, "AKIDKIM", None, "AKIDREADER", "AKIDKIM"])
        self.assertEqual({r["ip"] for r in refused}, {"127.0.0.1"})
        for secret in SECRETS.values():
            self.assertNotIn(secret, json.dumps(refused))

    def test_goals_stay_in_the_inbox(self):
        client = Client(self.server)
        for to in ("https://evil.example/", "//evil.example", "/approvalsx", "/v1/audit", "/approvals/../v1/audit", "/approvals/%2e%2e/v1/audit",
                   "/approvals?\r\nX: y", "", "/approvals/sign-out", "/approvals?" + "x" * 500):
            with self.subTest(to):
                self.assertEqual(Client(self.server).sign_in("AKIDKIM", to=to)[1]["Location"],
                                 "/approvals")
        self.assertEqual(client.sign_in("AKIDKIM", to="/approvals?status=closed&after=x_-1")[1]["Location"], "/approvals?status=closed&after=x_-1")

    def test_failures_are_limited_and_all_are_written_down(self):
        client = Client(self.server)
        nonce = client.nonce("/approvals/sign-in", "/approvals/sign-in")
        statuses = [client.send("POST", "/approvals/sign-in", {"nonce": nonce, "key": "AKIDKIM", "secret": f"guess {n}"})[0]
                    for n in range(300)]
        self.assertEqual(statuses[:10], [403] * 10)
        self.assertGreater(statuses.count(429), 200)
        status, headers, body = client.sign_in("AKIDKIM")
        if status == 429:               # as long as it waits, the right secret does not help
            self.assertEqual(headers["Retry-After"], "6")
            self.assertNotIn("treadle-session", client.cookies)

        def accounted():
            single = len(self.audit("session.refused"))
            return single + sum(r["count"] for r in self.audit("session.refused-more"))
        expected = 300 + (status == 429)
        until(lambda: accounted() >= expected, "all failures")
        self.assertEqual(accounted(), expected)

    def test_sessions_end_with_a_sign_out_and_with_their_key(self):
        one, other, lee = Client(self.server), Client(self.server), Client(self.server)
        for client in (one, other):
            client.sign_in("AKIDKIM")
        lee.sign_in("AKIDLEE")
        stolen = dict(one.cookies)
        self.server.kill()
        self.server.start()
        self.assertEqual(one.get("/approvals")[0], 200, "a restart ends no session")
        self.assertEqual(one.send("POST", "/approvals/sign-out", {"nonce": "x"})[0], 403)
        status, headers, _ = one.sign_out()
        self.assertEqual((status, headers["Location"]), (303, "/approvals/sign-in"))
        self.assertNotIn("treadle-session", one.cookies)
        one.cookies = stolen
        self.server.kill()
        self.server.start()
        self.assertEqual([c.get("/approvals")[0] for c in (one, other, lee)], [303, 303, 200], "all sessions of the key, for good")
        self.assertEqual(one.sign_in("AKIDKIM")[0], 303)
        self.assertEqual(one.get("/approvals")[0], 200)
        self.server.stop()
        self.keys.write_text(KEYS.replace("kim/secret+of=hers", "another").replace("AKIDLEE", "AKIDGONE"))
        self.server.start()
        self.assertEqual([c.get("/approvals")[0] for c in (one, lee)], [303, 303])
        kinds = [r["kind"] for r in self.audit("session.opened", "session.ended")]
        self.assertEqual(kinds, ["session.opened"] * 3 + ["session.ended", "session.opened"])
        opened = self.audit("session.opened")[0]
        self.assertEqual((opened["accessKey"], opened["approver"], opened["ip"]), ("AKIDKIM", "kim@example.com", "127.0.0.1"))


class TlsProxyTest(SignInCase):
    """Behind a proxy with TLS: browsers say https, and cookies go back that way alone."""

    arguments = ("--public-url", "https://approvals.example.com")

    def test_cookies_are_for_tls(self):
        client = Client(self.server, "https://approvals.example.com")
        headers = client.sign_in("AKIDKIM")[1]
        cookie, = (c for c in headers.get_all("Set-Cookie") if c.startswith("treadle-session="))
        self.assertTrue(cookie.endswith("; HttpOnly; SameSite=Strict; Secure"), cookie)


class PlainAddressTest(SignInCase):
    arguments = ("--public-url", "http://approvals.example.com")

    def test_no_secret_is_taken_that_everybody_could_read(self):
        client = Client(self.server, "http://approvals.example.com")
        status, _, body = client.sign_in("AKIDKIM")
        self.assertEqual(status, 403)
        self.assertIn("Come by https", body)


@unittest.skipUnless(CHROMIUM, WITHOUT_CHROMIUM)
class BrowserTest(SignInCase):
    def test_a_browser_signs_in_decides_and_signs_out(self):
        arn, path = self.waiting(Title="Refund of order 7", Approvers=["kim@example.com"])
        with Browser() as browser:
            browser.open(self.server.endpoint + path)
            self.assertEqual(browser.evaluate("document.title"), "Sign in")
            browser.fill(key="AKIDKIM", secret="wrong")
            browser.press("button")
            self.assertIn("its secret is another", browser.text())
            browser.fill(key="AKIDKIM", secret=SECRETS["AKIDKIM"])
            browser.press("button")
            self.assertEqual(browser.address(), path)
            self.assertIn("Refund of order 7", browser.text())
            cookie = browser.cookies()["treadle-session"]
            self.assertEqual((cookie["httpOnly"], cookie["sameSite"]), (True, "Strict"))
            self.assertNotIn("treadle-session", browser.evaluate("document.cookie"))
            browser.press("button.approve")
            self.assertIn("Approved by kim@example.com via page", browser.text())
            self.assertEqual(self.output(arn)["approver"], "kim@example.com")
            browser.open(self.server.endpoint + "/approvals?status=closed")
            self.assertIn("Refund of order 7", browser.text())
            browser.press(".who button")
            self.assertEqual(browser.address(), "/approvals/sign-in")
            self.assertNotIn("treadle-session", browser.cookies())
            browser.open(self.server.endpoint + path)
            self.assertEqual(browser.evaluate("document.title"), "Sign in")


if __name__ == "__main__":
    unittest.main()
