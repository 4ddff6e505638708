"""A service that answers as badly as its caller asks it to; a program of its own, so that its work is not its caller's.

    python3 hostile_server.py CERTIFICATE_AND_KEY

Prints {"plain": PORT, ...} and serves until its standard input ends. A request that says "hostile-KIND" somewhere, in
its path or its body, is answered as KIND below tells; every other one gets `{}`. GET /counts: {kind: requests so far}.
The port `untrusted` speaks TLS with the file's certificate, `no_tls` answers TLS with text, `silent` with nothing.
"""
import asyncio
import collections
import contextlib
import json
import os
import re
import resource
import socket
import ssl
import struct
import sys

GIGABYTE = 1 << 30
CHUNK = b"x" * 65_536
DRIP_SECONDS = 0.1
counts = collections.Counter()


def response(status, body=b"{}", *headers):
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Content-Type: application/json", *headers]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


ANSWERS = {
    "friendly": response("200 OK", b'{"friendly": true}'),
    "internal_error": response("500 Internal Server Error", b"<html>down</html>"),
    "unavailable": response("503 Service Unavailable", b""),
    "not_json": response("200 OK", b"<html>hello</html>"),
    "deep_json": response("200 OK", b"[" * 20_000),
    "redirect": response("302 Found", b"", "Location: /hostile-redirected"),
    "zip_bomb": response("200 OK", b"\x1f\x8b\x08\x00" + b"\x00" * 1000, "Content-Encoding: gzip"),
    "odd_headers": response("200 OK", b'{"friendly": true}', "X-Odd: caf\xe9\xff", "x-amzn-RequestId: \xc3"),
    "odd_error": response("400 Bad Request", b'{"message": "\xff\xfe"}', "x-amzn-ErrorType: \xff\xc3"),
    "no_http": os.urandom(4096),
    "two_lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}\n",
    "bad_chunks": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n{}\r\n0\r\n\r\n",
    # A second answer behind the first: no later request may take it for its own.
    "one_too_many": response("200 OK", b'{"friendly": true}') + response("200 OK", b'{"stolen": true}'),
}
ENDLESS = {  # what is sent first, then again and again until the caller has had enough, or a GiB of it
    "announced": (f"HTTP/1.1 200 OK\r\nContent-Length: {GIGABYTE}\r\n\r\n".encode(), CHUNK),
    "chunked": (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"10000\r\n" + CHUNK + b"\r\n"),
    "to_the_end": (b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n", CHUNK),
    "error_body": (b"HTTP/1.1 500 Internal Server Error\r\nTransfer-Encoding: chunked\r\n\r\n",
                   b"10000\r\n" + CHUNK + b"\r\n"),
    "headers": (b"HTTP/1.1 200 OK\r\n", b"X-More: " + b"x" * 1000 + b"\r\n"),
    "one_line": (b"HTTP/1.1 200 OK\r\nX-Long: ", CHUNK),
    "interim": (b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 1000),
    "trailers": (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n",
                 b"X-More: " + b"x" * 1000 + b"\r\n"),
}
SLOW = {  # a byte at a time
    "slow_head": b"HTTP/1.1 200 OK\r\n" + b"X-Slow: yes\r\n" * 1000,
    "slow_body": response("200 OK", b'{"slow": "' + b"x" * 10_000 + b'"}'),
}
BROKEN = {  # what comes before the connection breaks
    "reset": b"", "reset_in_head": b"HTTP/1.1 200 OK\r\nContent-Le",
    "reset_in_body": b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{",
}


async def read_request(reader):
    """The request as text, None at the end of the connection."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = re.search(rb"^content-length: *(\d+)", head, re.I | re.M)
    return (head + await reader.readexactly(int(length[1]) if length else 0)).decode("latin-1")


async def until_closed(reader, seconds=None):
    """Waits for the caller to hang up: whether it did."""
    try:
        return await asyncio.wait_for(reader.read(1), seconds) == b""
    except TimeoutError:
        return False


async def answer(kind, reader, writer):
    """False: no more requests on this connection."""
    if kind in ANSWERS:
        writer.write(ANSWERS[kind])
        await writer.drain()
        return True
    if kind in ENDLESS:
        first, again = ENDLESS[kind]
        writer.write(first)
        for _ in range(GIGABYTE // len(again)):
            writer.write(again)
            await writer.drain()
    elif kind in SLOW:
        for byte in SLOW[kind]:
            writer.write(bytes([byte]))
            if await until_closed(reader, DRIP_SECONDS):
                break
    elif kind in BROKEN:
        writer.write(BROKEN[kind])
        await writer.drain()
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()
    elif kind == "hang":
        await until_closed(reader)
    elif kind != "closed":
        raise ValueError(f"no such kind: {kind}")
    return False


async def serve(reader, writer):
    with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
        while True:
            request = await read_request(reader)
            if request.startswith("GET /counts "):
                writer.write(response("200 OK", json.dumps(counts).encode()))
                continue
            found = re.search(r"hostile-(\w+)", request)
            if not found:
                writer.write(response("200 OK"))
                continue
            counts[found[1]] += 1
            if not await answer(found[1], reader, writer):
                break
    writer.close()


async def refuse_tls(reader, writer):
    with contextlib.suppress(ConnectionError):
        await reader.read(1)
        writer.write(response("400 Bad Request"))
        await writer.drain()
    writer.close()


async def say_nothing(reader, writer):
    with contextlib.suppress(ConnectionError):
        while await reader.read(65_536):
            pass
    writer.close()


async def main(certificate):
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    options = {"host": "127.0.0.1", "port": 0, "backlog": 4096}
    servers = {"plain": await asyncio.start_server(serve, **options),
               "untrusted": await asyncio.start_server(serve, **options, ssl=context),
               "no_tls": await asyncio.start_server(refuse_tls, **options),
               "silent": await asyncio.start_server(say_nothing, **options)}
    print(json.dumps({name: server.sockets[0].getsockname()[1] for name, server in servers.items()}), flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    os._exit(0)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
