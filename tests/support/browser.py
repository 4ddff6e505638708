"""Chromium without a window, driven over a pipe by its DevTools protocol: what it shows is what a page's HTML, headers, cookies and
scripts come to in a browser."""
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
WITHOUT_CHROMIUM = "there is no chromium on this machine (scripts/setup)"
# As root there is no sandbox; in a container /dev/shm is small. Nothing is asked of anybody but the page's own server.
FLAGS = ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--mute-audio",
         "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-extensions",
         "--disable-default-apps", "--no-proxy-server", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost")
# Chromium reads commands from descriptor 3 and writes answers to 4.
ON_THREE_AND_FOUR = """
import fcntl, os, sys
ours = [fcntl.fcntl(int(number), fcntl.F_DUPFD, 10) for number in sys.argv[1:3]]
for number, descriptor in enumerate(ours, 3):
    os.dup2(descriptor, number)
os.execv(sys.argv[3], sys.argv[3:])
"""
SECONDS = 60


def dump_dom(url):
    """The page as it is after its scripts have run: one browser for one page, as mail scanners do it."""
    with tempfile.TemporaryDirectory(prefix="treadle-browser-") as folder:
        process = subprocess.Popen([CHROMIUM, *FLAGS, f"--user-data-dir={folder}/profile", "--virtual-time-budget=5000", "--dump-dom", url],
                                   stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, start_new_session=True,
                                   env={**os.environ, "HOME": folder})
        try:
            return process.communicate(timeout=SECONDS)[0]
        finally:
            end(process)


def end(process):
    """Ends a browser that this process started, and its helpers: they are one session."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    process.wait(10)


class Browser:
    """with Browser() as browser: browser.open(url); browser.evaluate("document.title")"""

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="treadle-browser-", ignore_cleanup_errors=True)
        to_read, self.to_browser = os.pipe()
        self.from_browser, to_write = os.pipe()
        self.process = subprocess.Popen(
            [sys.executable, "-c", ON_THREE_AND_FOUR, str(to_read), str(to_write), CHROMIUM, *FLAGS, "--remote-debugging-pipe",
             f"--user-data-dir={self.folder.name}/profile", "about:blank"],
            pass_fds=(to_read, to_write), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
            env={**os.environ, "HOME": self.folder.name})
        os.close(to_read)
        os.close(to_write)
        self.number, self.session, self.events, self.unread = 0, None, [], b""
        try:
            page = self.call("Target.createTarget", url="about:blank")["targetId"]
            self.session = self.call("Target.attachToTarget", targetId=page, flatten=True)["sessionId"]
            for domain in ("Page", "Network"):
                self.call(f"{domain}.enable")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        end(self.process)
        os.close(self.to_browser)
        os.close(self.from_browser)
        self.folder.cleanup()

    def call(self, method, **parameters):
        """The result of a command of the protocol."""
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.to_browser, json.dumps(message).encode() + b"\0")
        answer = self.wait(lambda got: got.get("id") == self.number, method)
        if "error" in answer:
            raise AssertionError(f"{method}: {answer['error']}")
        return answer["result"]

    def wait(self, is_it, what):
        """The first message that is it; events that come before are kept."""
        give_up = time.monotonic() + SECONDS
        while True:
            while b"\0" not in self.unread:
                if not select.select([self.from_browser], [], [], max(0, give_up - time.monotonic()))[0]:
                    raise AssertionError(f"the browser does not answer: {what}")
                read = os.read(self.from_browser, 1 << 16)
                if not read:
                    raise AssertionError(f"the browser ended with {self.process.wait(10)}: {what}")
                self.unread += read
            text, _, self.unread = self.unread.partition(b"\0")
            message = json.loads(text)
            if is_it(message):
                return message
            self.events.append(message)

    def loaded(self, act, what):
        """Does what leads to another page, and waits until that is there with all that its scripts do at once."""
        self.events.clear()
        act()
        is_load = lambda got: got.get("method") == "Page.loadEventFired"
        if not any(map(is_load, self.events)):
            self.wait(is_load, what)

    def open(self, url):
        self.loaded(lambda: self.call("Page.navigate", url=url), url)

    def evaluate(self, script):
        """What a script gives on the page."""
        got = self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in got:
            raise AssertionError(f"{script}: {got['exceptionDetails']}")
        return got["result"].get("value")

    def text(self):
        return self.evaluate("document.body.innerText")

    def address(self):
        return self.evaluate("location.pathname + location.search")

    def press(self, selector):
        """Clicks what leads to another page."""
        self.loaded(lambda: self.evaluate(f"document.querySelector({json.dumps(selector)}).click()"), selector)

    def fill(self, **fields):
        for name, value in fields.items():
            self.evaluate(f"document.querySelector('[name={name}]').value = {json.dumps(value)}")

    def cookies(self):
        """{name: cookie}, also those that scripts don't see."""
        return {cookie["name"]: cookie for cookie in self.call("Network.getAllCookies")["cookies"]}
