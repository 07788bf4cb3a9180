# SPDX-License-Identifier: GPL-3.0-or-later
"""Limits of the local endpoint: memory, connections and descriptors stay bounded for any input."""

import contextlib
import json
import os
import random
import resource
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from polling import wait_until
from wire_client import TIMEOUT_S, Client, LocalEndpoint, Reply, make_request

MIB = 1 << 20
# A sanitizer delays the release of freed memory.
SETTINGS = {"ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":quarantine_size_mb=8"}


def start(*arguments: str) -> LocalEndpoint:
    return LocalEndpoint(*arguments, env={**os.environ, **SETTINGS})


def peak_bytes(endpoint: LocalEndpoint) -> int:
    status = Path(f"/proc/{endpoint.process.pid}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) << 10


def open_raw(endpoint: LocalEndpoint) -> socket.socket:
    host, _, port = endpoint.url.removeprefix("http://").partition(":")
    connection = socket.create_connection((host, int(port)))
    connection.settimeout(TIMEOUT_S)
    return connection


def make_head(endpoint: LocalEndpoint, method: str, path: str, **headers: str) -> bytes:
    fields = {"Host": "localhost", **endpoint.headers, **{name.replace("_", "-"): value for name, value in headers.items()}}
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in fields.items() if value)]
    return "\r\n".join([*lines, "", ""]).encode()


def read_to_end(connection: socket.socket) -> bytes:
    """Returns all data until the other side closes or resets the connection."""
    text = b""
    with contextlib.suppress(ConnectionError):
        while piece := connection.recv(65536):
            text += piece
    return text


def pour(connection: socket.socket, size: int, is_chunked: bool) -> None:
    """Sends a body until the server stops reading it."""
    block = b"x" * MIB
    with contextlib.suppress(ConnectionError):
        for _ in range(size // MIB):
            connection.sendall(b"%x\r\n%s\r\n" % (MIB, block) if is_chunked else block)
        if is_chunked:
            connection.sendall(b"0\r\n\r\n")


REFUSED: dict[str, tuple[int, str, str, dict[str, str]]] = {
    "page": (403, "PUT", "/v1/batches/x", {"Origin": "https://evil.example"}),
    "name": (403, "PUT", "/v1/batches/x", {"Host": "evil.example"}),
    "no-token": (401, "PUT", "/v1/batches/x", {"Authorization": ""}),
    "route": (404, "POST", "/elsewhere", {}),
    "method": (405, "POST", "/v1/batches/x", {}),
    "too-large": (413, "PUT", "/v1/batches/x", {}),
    "blocking": (413, "POST", "/process_tile_batch", {}),
    "question": (404, "GET", "/v1/batches/x", {}),
    "star": (0, "OPTIONS", "*", {}),
    "health": (200, "GET", "/v1/health", {}),
}


@pytest.mark.parametrize("framing", ["announced", "chunked"])
@pytest.mark.parametrize("name", REFUSED)
def test_refused_bodies_are_not_kept(name: str, framing: str) -> None:
    status, method, path, headers = REFUSED[name]
    size = 200 * MIB
    with start("--max-body-mib", "16") as endpoint:
        before = peak_bytes(endpoint)
        length = {"Content_Length": str(size)} if framing == "announced" else {"Transfer_Encoding": "chunked"}
        with open_raw(endpoint) as connection:
            connection.sendall(make_head(endpoint, method, path, **headers, **length))
            pour(connection, size, framing == "chunked")
            answer = read_to_end(connection)
        assert answer.startswith(b"HTTP/1.1 %d" % status if status else b"HTTP/1.1 "), answer[:200]
        # A body of unknown length costs its limit until it exceeds that limit.
        assert peak_bytes(endpoint) - before < 64 * MIB
        assert endpoint.connect().send("GET", "/v1/health").status == 200


def test_endless_body_is_cut() -> None:
    with start() as endpoint, open_raw(endpoint) as connection:
        connection.sendall(make_head(endpoint, "POST", "/elsewhere", Transfer_Encoding="chunked"))
        block = b"100000\r\n" + b"x" * MIB + b"\r\n"
        with pytest.raises(ConnectionError):
            while True:
                connection.sendall(block)
        assert endpoint.connect().send("GET", "/v1/health").status == 200


def put_part(endpoint: LocalEndpoint, size: int) -> socket.socket:
    """Sends a part of a valid body, and never the rest."""
    connection = open_raw(endpoint)
    connection.sendall(make_head(endpoint, "PUT", "/v1/batches/x", Content_Length=str(size + 1)) + b" " * size)
    return connection


def test_bodies_in_flight_are_bounded_together() -> None:
    with start("--max-body-mib", "8", "--max-memory-mib", "48") as endpoint, contextlib.ExitStack() as stack:
        before = peak_bytes(endpoint)
        parts = [stack.enter_context(put_part(endpoint, 7 * MIB)) for _ in range(40)]
        # The last byte shows the result of each connection.
        answers = []
        for part in parts:
            with contextlib.suppress(ConnectionError):
                part.sendall(b" ")
            answers.append(read_to_end(part))
        busy = [answer for answer in answers if answer.startswith(b"HTTP/1.1 503")]
        assert busy and all(b"Retry-After: 2" in answer for answer in busy)
        assert any(answer.startswith(b"HTTP/1.1 400") for answer in answers), "none was read"
        assert peak_bytes(endpoint) - before < 96 * MIB
        assert endpoint.connect().finish(make_request())[0]["success"]


def test_target_pixels_are_bounded() -> None:
    with start("--workers", "1", "--max-memory-mib", "128") as endpoint:
        client = endpoint.connect()
        assert "smaller tiles" in client.refused(413, client.put(make_request(target=16384)))
        running = make_request(tiles=6, target=2048)
        client.answer(client.put(running, wait_s=0))
        reply = client.put(make_request(tiles=6, target=2048))
        client.refused(503, reply)
        assert int(reply.headers["retry-after"]) > 0
        client.send("DELETE", f"/v1/batches/{running['batch_id']}")
        wait_until(lambda: client.put(make_request(tiles=6, target=2048)).status in (200, 202), "there is room again")


def test_cancelled_batches_count_until_their_memory_is_free() -> None:
    """Tiles of a cancelled batch wait in the queue until a worker skips them."""
    with start("--workers", "1", "--max-memory-mib", "64", "--max-tiles", "64") as endpoint:
        client = endpoint.connect()
        statuses = set()
        for _ in range(50):
            request = make_request(tiles=1, target=1500)
            statuses.add(client.put(request, wait_s=0).status)
            client.send("DELETE", f"/v1/batches/{request['batch_id']}")
        assert 503 in statuses
        wait_until(lambda: client.put(make_request(target=1500), wait_s=0).status == 202, "there is room again")


def test_unread_answers_take_no_copies() -> None:
    with start("--max-memory-mib", "256") as endpoint, contextlib.ExitStack() as stack:
        client = endpoint.connect()
        request = make_request(tiles=4, target=1024)
        client.finish(request)
        size = len(client.get(request["batch_id"]).body)
        before = peak_bytes(endpoint)
        for _ in range(100):
            connection = stack.enter_context(open_raw(endpoint))
            connection.sendall(make_head(endpoint, "GET", f"/v1/batches/{request['batch_id']}", Range="bytes=1-"))
        # The endpoint has begun to answer the last.
        assert connection.recv(1)
        assert size > MIB and peak_bytes(endpoint) - before < 32 * size


def test_many_ended_jobs_are_forgotten_in_time() -> None:
    with start("--max-memory-mib", "4") as endpoint:
        client = endpoint.connect()
        request = make_request(size=8, target=8)
        replies = [client.put({**request, "batch_id": f"job-{number}"}) for number in range(80)]
        assert {reply.status for reply in replies} >= {503}
        assert client.get("job-0", wait_s=0).status == 200, "what is being collected stays"
        wait_until(lambda: client.put({**request, "batch_id": "late"}).status in (200, 202), "there is room again")


def open_and_say(endpoint: LocalEndpoint, text: bytes) -> socket.socket:
    connection = open_raw(endpoint)
    connection.sendall(text)
    return connection


@pytest.mark.parametrize("part", ["nothing", "half a line", "headers", "body"])
def test_clients_that_keep_silent_give_way(part: str) -> None:
    with start("--max-connections", "4", "--patience-s", "1") as endpoint, contextlib.ExitStack() as stack:
        head = make_head(endpoint, "PUT", "/v1/batches/x", Content_Length="100")
        said = {"nothing": b"", "half a line": b"GET /v1", "headers": head[:-2], "body": head + b"{"}[part]
        silent = [stack.enter_context(open_and_say(endpoint, said)) for _ in range(6)]
        assert endpoint.connect().send("GET", "/v1/health").status == 200
        for connection in silent:
            read_to_end(connection)


def test_client_that_trickles_is_ended() -> None:
    with start("--patience-s", "1") as endpoint, open_raw(endpoint) as connection:
        connection.sendall(b"GET /v1/health HTTP/1.1\r\nHost: localhost\r\n")
        connection.settimeout(0.05)

        def is_ended() -> bool:
            try:
                connection.sendall(b"X-Slow: 1\r\n")
                return connection.recv(1) == b""
            except TimeoutError:
                return False
            except ConnectionError:
                return True

        wait_until(is_ended, "the endpoint loses its patience")


def count_descriptors(endpoint: LocalEndpoint) -> int:
    return len(os.listdir(f"/proc/{endpoint.process.pid}/fd"))


def test_connections_are_bounded() -> None:
    with start("--max-connections", "4", "--patience-s", "600") as endpoint, contextlib.ExitStack() as stack:
        before = count_descriptors(endpoint)
        silent = [stack.enter_context(open_and_say(endpoint, b"G")) for _ in range(40)]
        wait_until(lambda: count_descriptors(endpoint) >= before + 4, "four are served")
        for connection in silent[:36]:
            connection.close()
        # The other connections are accepted as there is room, at most four at a time.
        assert count_descriptors(endpoint) <= before + 4
        for connection in silent[36:]:
            connection.sendall(make_head(endpoint, "GET", "/v1/health")[1:])
            assert read_to_end(connection).startswith(b"HTTP/1.1 200")


def test_recovers_at_the_descriptor_limit() -> None:
    with start("--patience-s", "600") as endpoint:
        client = endpoint.connect()
        client.finish(make_request())
        # Use up the other descriptors, so that accept() itself fails.
        room = count_descriptors(endpoint) + 3
        resource.prlimit(endpoint.process.pid, resource.RLIMIT_NOFILE, (room, room))
        with contextlib.ExitStack() as stack:
            for _ in range(30):
                stack.enter_context(open_and_say(endpoint, b"G"))
            wait_until(lambda: count_descriptors(endpoint) >= room, "no descriptor is left")
        assert client.send("GET", "/v1/health").status == 200
        assert client.finish(make_request())[0]["success"]


def test_few_descriptors_are_enough() -> None:
    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_NOFILE, (40, 40))

    with LocalEndpoint("--patience-s", "1", preexec_fn=limit) as endpoint, contextlib.ExitStack() as stack:
        for _ in range(20):
            stack.enter_context(open_and_say(endpoint, b"G"))
        assert endpoint.connect().finish(make_request())[0]["success"]


class Flood:
    """Random requests, good and bad, whole and broken; the same for the same seed."""

    def __init__(self, endpoint: LocalEndpoint, seed: int) -> None:
        self.endpoint, self.random = endpoint, random.Random(seed)

    def make_body(self) -> bytes:
        kind = self.random.randrange(5)
        if kind == 0:
            return self.random.randbytes(self.random.randrange(3 * MIB))
        if kind == 1:
            return b"[" * self.random.randrange(MIB)
        request = make_request(tiles=self.random.randint(1, 4), size=16, target=self.random.choice([16, 300, 1500, 16384]))
        text = json.dumps(request).encode()
        return text[: self.random.randrange(len(text))] if kind == 2 else text

    def make_text(self) -> bytes:
        body = self.make_body()
        method = self.random.choice(["PUT", "PUT", "PUT", "GET", "DELETE", "POST", "OPTIONS", "BREW"])
        name = self.random.choice(["x", "", "%00", "..", "y" * 5000])
        batches = [f"/v1/batches/{name}", f"/v1/batches/{self.random.random()}"]
        path = self.random.choice([*batches, "/v1/health", "/process_tile_batch", "*", "/"])
        length = self.random.choice([len(body), len(body), len(body), 10**12, -1, 0])
        frame = {"Content_Length": str(length)} if self.random.random() < 0.8 else {"Transfer_Encoding": "chunked"}
        wrong: dict[str, Any] = self.random.choice([{}, {}, {}, {"Origin": "null"}, {"Authorization": ""}, {"X_Long": "z" * 90000}])
        return make_head(self.endpoint, method, path, **frame, **wrong) + body

    def send_one(self) -> None:
        text = self.make_text()
        with open_raw(self.endpoint) as connection, contextlib.suppress(ConnectionError, TimeoutError):
            connection.settimeout(self.random.choice([0.01, 0.1, 1]))
            connection.sendall(text[: self.random.randrange(len(text))] if self.random.random() < 0.3 else text)
            connection.recv(self.random.choice([1, 65536]))

    def run(self, times: int) -> None:
        for _ in range(times):
            self.send_one()


@pytest.fixture
def small() -> Iterator[LocalEndpoint]:
    limits = {"max-body-mib": 2, "max-memory-mib": 24, "max-connections": 8, "patience-s": 1, "max-jobs": 8, "workers": 2}
    with start(*(part for name, value in limits.items() for part in (f"--{name}", str(value)))) as endpoint:
        yield endpoint


@pytest.mark.parametrize("seed", range(2))
def test_flood_keeps_memory_bounded(small: LocalEndpoint, seed: int) -> None:
    client: Client = small.connect()
    client.finish(make_request(size=16, target=16))
    before = peak_bytes(small)
    floods = [threading.Thread(target=Flood(small, 1000 * seed + number).run, args=(40,)) for number in range(6)]
    for flood in floods:
        flood.start()
    for flood in floods:
        flood.join()

    def ask() -> Reply:
        return client.send("GET", "/v1/health")

    assert ask().status == 200
    assert peak_bytes(small) - before < 128 * MIB
    wait_until(lambda: client.put(make_request(size=16, target=16)).status in (200, 202), "work is taken again")
