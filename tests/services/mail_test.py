"""Approvals by mail: what arrives at a mail server, what its links do, and what scanners that open them do not."""
import json
import re
import tempfile
import unittest
import urllib.parse
from pathlib import Path

from support.approvals import ApprovalServer, form_of
from support.browser import CHROMIUM, WITHOUT_CHROMIUM, Browser, dump_dom
from support.services import JS, WITHOUT_NPM, Service, make_certificate
from support.slack import http
from support.wait import until

HAS_MAIL = (JS / "node_modules/smtp-server").is_dir()
RULES = """
- state: Ask
  approvers: [{id: kim, name: Kim Lee, email: kim@example.com}, lee@example.com%s]
  channels: {email: approvers}
  reminders: %s
"""
PLAIN = """
  email:
    from: Treadle <approvals@example.com>
    server: 127.0.0.1:%d
    security: none
"""
STARTTLS = """
  email:
    from: approvals@example.com
    server: 127.0.0.1:%d
    security: starttls
    user: treadle
    password: {environment: MAIL_PASSWORD}
"""


class MailServer(Service):
    def __init__(self, certificate):
        super().__init__("node", JS / "mail_server.mjs", certificate)

    def mails(self, count):
        """{recipient: mail}, the newest of each, once there are `count` mails."""
        def found():
            mails = json.loads(http("GET", self.url("log"))[2])
            return mails if len(mails) >= count else None
        return {mail["to"][0]: mail for mail in until(found, f"{count} mails")}


@unittest.skipUnless(HAS_MAIL, WITHOUT_NPM)
class Mailed(unittest.TestCase):
    def serve(self, port="plain", channels=PLAIN, more_approvers="", reminders="[]", environment=None, arguments=()):
        folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        certificate = folder / "certificate.pem"
        make_certificate(certificate)
        self.mail = self.enterContext(MailServer(certificate))
        channels = channels.replace("%d", str(self.mail.ports[port]))
        if environment is not None:
            channels += f"    caFile: {certificate.with_suffix('.crt')}\n"
        self.server = self.enterContext(ApprovalServer(RULES % (more_approvers, reminders), channels, *arguments,
                                                       environment=environment))
        return self.server.begin()

    def link(self, mail):
        found = re.search(r"^(http://\S+/a/\S+)$", mail["text"], re.M).group(1)
        self.assertIn(f'href="{found}"', mail["html"])
        self.assertLessEqual(len(found.rsplit("/", 1)[1]), 100)
        return found

    def press(self, link, decision, comment=""):
        """Opens the page and presses one of its buttons."""
        _, headers, page = http("GET", link)
        cookie = headers["Set-Cookie"].split(";")[0]
        return self.post(link, cookie, form_of(page), decision, comment)

    @staticmethod
    def post(link, cookie, nonce, decision, comment=""):
        # `Origin: null` is what browsers send from a page that gives no referrer.
        return http("POST", link, urllib.parse.urlencode({"nonce": nonce, "comment": comment, "decision": decision}),
                    {"Content-Type": "application/x-www-form-urlencoded", "Cookie": cookie, "Origin": "null"})


class MailTest(Mailed):
    def test_a_mail_for_each_with_a_link_of_their_own(self):
        self.serve()
        mails = self.mail.mails(2)
        self.assertEqual(set(mails), {"kim@example.com", "lee@example.com"})
        mail = mails["kim@example.com"]
        self.assertEqual(mail["subject"], "Approval required: Refund of order 1001")
        self.assertEqual(mail["headers"]["auto-submitted"], "auto-generated")
        self.assertEqual(mail["headers"]["from"], '"Treadle" <approvals@example.com>')
        self.assertRegex(mail["headers"]["message-id"], r"^<[\w-]+@example\.com>$")
        self.assertIn("Amount: 250", mail["text"])
        self.assertIn("Refund of order 1001", mail["html"])
        self.assertNotEqual(self.link(mail), self.link(mails["lee@example.com"]))

    def test_encrypted_and_with_a_password(self):
        self.serve("starttls", STARTTLS, environment={"MAIL_PASSWORD": "secret"})
        mail = self.mail.mails(2)["lee@example.com"]
        self.assertEqual((mail["server"], mail["secure"], mail["user"]), ("starttls", True, "treadle"))

    def test_a_certificate_that_nobody_vouches_for_gets_nothing(self):
        folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        make_certificate(folder / "certificate.pem")
        mail = self.enterContext(MailServer(folder / "certificate.pem"))
        server = self.enterContext(ApprovalServer(RULES % ("", "[]"), STARTTLS % mail.ports["starttls"],
                                                  environment={"MAIL_PASSWORD": "secret"}))
        server.begin()
        self.assertIn("certificate", json.dumps(server.recorded("approval.delivery-failed")))
        self.assertEqual(json.loads(http("GET", mail.url("log"))[2]), [])

    def test_what_can_not_be_taken_now_comes_later_and_what_is_refused_is_said(self):
        self.serve(more_approvers=", ann@later.example, bob@refused.example")
        mails = self.mail.mails(3)
        self.assertEqual(set(mails), {"kim@example.com", "lee@example.com", "ann@later.example"})
        failed, = self.server.recorded("approval.delivery-failed")
        self.assertIn("550", json.dumps(failed))

    def test_a_reminder_is_in_the_thread(self):
        self.serve(reminders="[1s]")
        first = self.mail.mails(2)["kim@example.com"]
        second = self.mail.mails(4)["kim@example.com"]
        self.assertEqual(second["subject"], "Reminder, approval required: Refund of order 1001")
        self.assertEqual(second["headers"]["in-reply-to"], first["headers"]["message-id"])
        self.assertEqual(second["headers"]["references"], first["headers"]["message-id"])
        self.assertNotEqual(second["headers"]["message-id"], first["headers"]["message-id"])

    def test_data_adds_no_header_and_no_markup(self):
        self.serve()
        self.mail.mails(2)
        hostile = "1\r\nBcc: eve@example.com\r\n\r\n<script>alert(1)</script>"
        self.server.begin(orderId=hostile)
        mail = self.mail.mails(4)["kim@example.com"]
        self.assertNotIn("bcc", mail["headers"])
        self.assertEqual(mail["to"], ["kim@example.com"])
        self.assertNotIn("<script", mail["html"])
        page = http("GET", self.link(mail))[2]
        self.assertNotIn("<script", page)


class LinkTest(Mailed):
    def test_scanners_decide_nothing_and_one_post_does(self):
        execution = self.serve()
        links = [self.link(mail) for mail in self.mail.mails(2).values()]
        for link in links:
            for _ in range(50):
                for method in ("GET", "HEAD"):
                    self.assertEqual(http(method, link)[0], 200)
            for method in ("OPTIONS", "PUT", "DELETE"):
                http(method, link)
            self.assertEqual(http("POST", link, "decision=approve", {"Content-Type": "application/x-www-form-urlencoded"})[0], 403)
        self.assertEqual(self.server.status(execution), "RUNNING")
        self.assertEqual(self.press(links[0], "approve", "checked")[0], 200)
        ended = self.server.wait_for_end(execution)
        output = json.loads(ended["output"])
        self.assertEqual((output["approved"], output["comment"], output["via"]), (True, "checked", "email"))
        self.check_the_second_recipient(links[1])

    def check_the_second_recipient(self, link):
        status, headers, page = http("GET", link)
        self.assertEqual(status, 200)
        self.assertIn("Approved by", page)
        self.assertNotIn("<form", page)
        self.assertEqual((headers["Referrer-Policy"], headers["Cache-Control"]), ("no-referrer", "no-store"))
        self.assertEqual(len(self.server.recorded("approval.decided")), 1)

    def test_a_double_click_is_one_decision(self):
        execution = self.serve()
        link = self.link(self.mail.mails(2)["kim@example.com"])
        _, headers, page = http("GET", link)
        answers = [self.post(link, headers["Set-Cookie"].split(";")[0], form_of(page), "reject") for _ in range(2)]
        self.assertEqual([status for status, _, _ in answers], [200, 200])
        self.assertIn("Already rejected by Kim Lee via email", answers[1][2])
        self.assertEqual(self.server.wait_for_end(execution)["status"], "FAILED")

    def test_the_same_link_on_the_main_port(self):
        execution = self.serve()
        link = self.link(self.mail.mails(2)["kim@example.com"]).replace(self.server.public, self.server.endpoint)
        self.assertEqual(self.press(link, "approve")[0], 200)
        self.assertEqual(self.server.wait_for_end(execution)["status"], "SUCCEEDED")

    def test_links_survive_a_crash_and_die_with_their_key(self):
        execution = self.serve()
        link = self.link(self.mail.mails(2)["kim@example.com"])
        self.server.kill()
        self.server.start()
        self.assertEqual(http("GET", link)[0], 200)
        self.server.stop()
        self.server.settings.write_text(self.server.settings.read_text() + "  links: {key: 2, oldestKey: 2}\n")
        self.server.start()
        status, _, page = http("GET", link)
        self.assertEqual(status, 404)
        self.assertIn("Nothing was decided", page)
        self.assertEqual(self.server.status(execution), "RUNNING")
        self.assertTrue(self.server.recorded("approval.refused"))

    @unittest.skipUnless(CHROMIUM, WITHOUT_CHROMIUM)
    def test_a_scanner_with_a_browser_decides_nothing_and_one_press_does(self):
        execution = self.serve()
        links = [self.link(mail) for mail in self.mail.mails(2).values()]
        with Browser() as browser:
            for link in links:
                self.assertIn("Refund of order 1001", dump_dom(link))
                for _ in range(50):
                    self.assertEqual(http("HEAD", link)[0], 200)
                    browser.open(link)
                    self.assertIn("Refund of order 1001", browser.text())
            self.assertEqual(self.server.status(execution), "RUNNING")
            self.assertEqual([r["kind"] for r in self.server.audit() if r["kind"] == "approval.decided"], [])
            # Both links were opened by a browser each time: its requests are in the audit log.
            self.assertGreaterEqual(len(self.server.recorded("approval.viewed")), 102)
            browser.open(links[0])
            browser.press("button.approve")
            self.assertIn("Approved by", browser.text())
        self.assertEqual(self.server.wait_for_end(execution)["status"], "SUCCEEDED")
        self.assertEqual(len(self.server.recorded("approval.decided")), 1)


class InboxTest(Mailed):
    def test_the_inbox_in_a_browser(self):
        execution = self.serve()
        page = http("GET", self.server.endpoint + "/approvals")[2]
        path = re.search(r'href="(/approvals/A[\w-]+)"', page).group(1)
        where = self.server.endpoint + path
        _, headers, shown = http("GET", where)
        fields = {"nonce": form_of(shown), "decision": "approve", "name": "kim@example.com"}
        cookie = headers["Set-Cookie"].split(";")[0]
        form = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": cookie}
        foreign = http("POST", where, urllib.parse.urlencode(fields), {**form, "Origin": "https://evil.example"})
        self.assertEqual(foreign[0], 403)
        unproven = http("POST", where, urllib.parse.urlencode(fields), {**form, "Origin": "null"})
        self.assertEqual(unproven[0], 403)
        self.assertEqual(self.server.status(execution), "RUNNING")
        done = http("POST", where, urllib.parse.urlencode(fields), {**form, "Origin": self.server.endpoint})
        self.assertEqual(done[0], 200, done[2])
        self.assertEqual(self.server.wait_for_end(execution)["status"], "SUCCEEDED")
        self.assertIn("Approved by", http("GET", self.server.endpoint + "/approvals?status=closed")[2])


if __name__ == "__main__":
    unittest.main()
