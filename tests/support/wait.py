"""Waiting for what comes by itself."""
import threading
import time

SECONDS = 30
_never = threading.Event()


def until(ask, what):
    """The first answer of `ask` that is true; fails after half a minute."""
    give_up = time.monotonic() + SECONDS
    while True:
        answer = ask()
        if answer:
            return answer
        if time.monotonic() > give_up:
            raise AssertionError(f"never came: {what}")
        _never.wait(0.05)
