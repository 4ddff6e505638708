"""Thousands of workers that poll activities at once: none costs a thread, and each gets its task."""
import asyncio
import json
import unittest
from pathlib import Path

from support.machines import ROLE, activity_task
from support.treadle import Server

ACTIVITIES = 4
POLLERS = 750  # of each


def http_request(operation, parameters):
    body = json.dumps(parameters).encode()
    return (f"POST / HTTP/1.1\r\nHost: localhost\r\nX-Amz-Target: AWSStepFunctions.{operation}\r\n"
            f"Content-Type: application/x-amz-json-1.0\r\nContent-Length: {len(body)}\r\n\r\n").encode() + body


class PollersTest(unittest.TestCase):
    def test_each_poller_gets_one_task(self):
        self.server = self.enterContext(Server())
        arns = [self.server.call("CreateActivity", name=f"load{i}")[1]["activityArn"] for i in range(ACTIVITIES)]
        machines = [self.server.call("CreateStateMachine", name=f"load{i}", definition=activity_task(arn),
                                     roleArn=ROLE)[1]["stateMachineArn"] for i, arn in enumerate(arns)]
        before = self.threads()
        tokens = asyncio.run(self.poll_and_start(arns, machines))
        self.assertEqual(len(tokens), ACTIVITIES * POLLERS)
        self.assertEqual(len(set(tokens)), len(tokens), "a task was handed out twice")
        self.assertEqual(self.most_threads, before)

    def threads(self):
        return len(list(Path(f"/proc/{self.server.process.pid}/task").iterdir()))

    async def poll_and_start(self, arns, machines):
        polls = [asyncio.ensure_future(self.call("GetActivityTask", {"activityArn": arn}))
                 for arn in arns for _ in range(POLLERS)]
        while self.waiting() < len(polls):
            await asyncio.wait(polls, timeout=0.05)
        self.most_threads = self.threads()
        for machine in machines:
            await asyncio.gather(*(self.call("StartExecution", {"stateMachineArn": machine}) for _ in range(POLLERS)))
        return [answer["taskToken"] for answer in await asyncio.gather(*polls)]

    def waiting(self):
        """Connections that the server has accepted and read from."""
        established = 0
        for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
            fields = line.split()
            is_ours = int(fields[1].split(":")[1], 16) == self.server.port and fields[3] == "01"
            established += is_ours and fields[4].endswith(":00000000")
        return established

    async def call(self, operation, parameters):
        reader, writer = await asyncio.open_connection("127.0.0.1", self.server.port)
        writer.write(http_request(operation, parameters))
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(int(line.split(b":")[1]) for line in head.split(b"\r\n")
                      if line.lower().startswith(b"content-length"))
        body = json.loads(await reader.readexactly(length))
        writer.close()
        self.assertTrue(head.startswith(b"HTTP/1.1 200"), body)
        return body


if __name__ == "__main__":
    unittest.main()
